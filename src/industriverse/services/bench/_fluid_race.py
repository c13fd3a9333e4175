"""A Lennard-Jones liquid beside OpenMM on its CPU platform: the same box, start and step."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, Literal

import jax
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.particles import (
    Bath,
    Fluid,
    LennardJones,
    Moving,
    lattice,
    moving,
    stepper,
    warmed,
)
from industriverse.engines.simulation.rollout import rollout

from ._peers import CORES, MISSING, Row, interleaved, loaded, row

_DENSITY, _TEMPERATURE = 0.8, 1.0
_STEP, _CUTOFF, _MARGIN, _ROOM = 0.002, 2.5, 0.3, 96
_UNIT = "µs per step"

Form = Literal["cut", "force-shifted"]


@dataclass(frozen=True, slots=True)
class FluidRace:
    """A cube of liquid: density 0.8, temperature 1, cutoff 2.5, steps of 0.002, all reduced.

    Attributes:
        a_side: Atoms along each axis.
        settling: Steps in a bath before the clock runs.
        steps: That are timed.
        form: Of the potential's end. `force-shifted` is ours by default and a custom force in
            OpenMM; `cut` is the form of OpenMM's fastest kernel, whose energy jumps at the cutoff.
    """

    a_side: int
    settling: int
    steps: int
    form: Form = "force-shifted"

    @property
    def atoms(self) -> int:
        """How many."""
        return self.a_side**3

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"liquid of {self.atoms}, {self.form}"

    @property
    def fluid(self) -> Fluid:
        """The box."""
        side = (self.atoms / _DENSITY) ** (1 / 3)
        potential = LennardJones(_CUTOFF, self.form)
        return Fluid(potential, (side, side, side), margin=_MARGIN, room=_ROOM)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _moved(fluid: Fluid, steps: int, bath: Bath | None, start: Moving) -> Moving:
    path = rollout(stepper(fluid, _STEP, bath), start, 2, steps)
    return jax.tree.map(_last, path)


def _last(part: jax.Array) -> jax.Array:
    return part[-1]


def fluid_rows(race: FluidRace, rounds: int) -> list[Row]:
    """Return our line and the peer's; the error is the energy's change over the timed steps."""
    fluid = race.fluid
    cold = warmed(lattice(race.a_side, fluid.sides), _TEMPERATURE, 0)
    start = _moved(fluid, race.settling, Bath(_TEMPERATURE, 1.0), moving(fluid, cold))

    def ours() -> Moving:
        return jax.block_until_ready(_moved(fluid, race.steps, None, start))

    began = time.perf_counter()
    end = ours()
    first_s = time.perf_counter() - began
    level, after = (float(fluid.energy(at.atoms, at.known)) for at in (start, end))
    runs: dict[str, Callable[[], object]] = {"industriverse": ours}
    levels = {"industriverse": (level, after)}
    found = loaded("openmm")
    if found is not None:
        peer = _Peer(found[0], race, start)
        levels["openmm"] = peer.levels()
        runs["openmm"] = peer.run
    timed, each = interleaved(runs, rounds), 1e6 / race.steps
    rows = [
        row(
            race.name,
            name,
            package=name,
            unit=_UNIT,
            note=f"{_NOTES[name]}; energy per atom {before / race.atoms:.4f}",
            step=_STEP,
            error=abs(after - before) / abs(before),
            took=timed[name].seconds * each,
            took_cores=timed[name].core_seconds * each,
            first_s=first_s if name == "industriverse" else None,
            threads=CORES,
        )
        for name, (before, after) in levels.items()
    ]
    return rows if found else [*rows, row(race.name, "openmm", note=MISSING)]


_NOTES = {
    "industriverse": "velocity Verlet, float64; error is the energy's drift",
    "openmm": "leapfrog, float32 forces; error is the energy's drift",
}


class _Peer:
    """The same liquid in OpenMM; one reduced unit is one of OpenMM's (nm, Da, ps)."""

    def __init__(self, openmm: ModuleType, race: FluidRace, start: Moving) -> None:
        self._steps = race.steps
        sides = race.fluid.sides
        system = openmm.System()
        for _ in range(race.atoms):
            system.addParticle(1.0)
        system.setDefaultPeriodicBoxVectors(*np.diag(sides).tolist())
        system.addForce(_force(openmm, race))
        platform = openmm.Platform.getPlatformByName("CPU")
        self._context: Any = openmm.Context(
            system, openmm.VerletIntegrator(_STEP), platform, {"Threads": str(CORES)}
        )
        self._places = np.asarray(start.atoms.q)
        self._speeds = np.asarray(start.atoms.p)

    def run(self) -> float:
        """Run from the start and return the energy at the end [kJ/mol, one unit]."""
        self._context.setPositions(self._places)
        self._context.setVelocities(self._speeds)
        self._context.getIntegrator().step(self._steps)
        return self._energy()

    def levels(self) -> tuple[float, float]:
        """Return the energy at the start and at the end."""
        self._context.setPositions(self._places)
        self._context.setVelocities(self._speeds)
        # Leapfrog takes speeds half a step back; one step settles what its energy is.
        self._context.getIntegrator().step(1)
        return self._energy(), self.run()

    def _energy(self) -> float:
        state = self._context.getState(getEnergy=True)
        both = state.getKineticEnergy() + state.getPotentialEnergy()
        return float(both / both.unit)


def _force(openmm: ModuleType, race: FluidRace) -> object:
    """Return the pair force, in OpenMM's own kernel where it has the form."""
    if race.form == "cut":
        force = openmm.NonbondedForce()
        for _ in range(race.atoms):
            force.addParticle(0.0, 1.0, 1.0)
        force.setUseDispersionCorrection(False)
    else:
        end, slope = _end()
        force = openmm.CustomNonbondedForce(
            f"4*(r^-12-r^-6) - ({end!r}) - (r-{_CUTOFF!r})*({slope!r})"
        )
        for _ in range(race.atoms):
            force.addParticle([])
    force.setNonbondedMethod(force.CutoffPeriodic)
    force.setCutoffDistance(_CUTOFF)
    return force


def _end() -> tuple[float, float]:
    """Return energy and slope of the whole potential at the cutoff."""
    sixth: Float[np.ndarray, ""] = np.asarray(_CUTOFF**-6)
    return float(4 * sixth * (sixth - 1)), float(-24 * sixth * (2 * sixth - 1) / _CUTOFF)
