"""Decaying vortices beside exponax, each at the largest step that reaches the same error."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.engines.simulation.fluids import Incompressible, courant_step, random_flow
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

from ._peers import CORES, MISSING, Row, interleaved, loaded, row

Field = Float[np.ndarray, "y x"]
Run = Callable[[], jax.Array]
Maker = Callable[[int], Run]

_SIDE = 2 * np.pi
_WAVE, _SPEED = 3, 1.0
_FINER = 2
_LADDER = 2**0.25
_FIRST_SHARE, _MOST_SHARE = 0.3, 4.0
_UNIT = "s per simulated s"


@dataclass(frozen=True, slots=True)
class FlowRace:
    """A decaying flow, and how well it is to be solved.

    Attributes:
        cells: A side.
        viscosity: Large enough that the grid resolves the flow far below the error.
        duration: [s].
        error: Largest error allowed, relative and root mean square over the kept waves.
    """

    cells: int
    viscosity: float
    duration: float
    error: float

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"flow {self.cells}²"

    def start(self, finer: int = 1) -> Field:
        """Return the vorticity at the start: one seed is one flow on every grid."""
        return random_flow(self.waves(finer), _WAVE, _SPEED, 0)

    def waves(self, finer: int = 1) -> Waves:
        """Return the grid."""
        return Waves(self.cells * finer, _SIDE)


def flow_rows(race: FlowRace, rounds: int) -> list[Row]:
    """Return our line and the peer's."""
    truth = _truth(race)
    found = loaded("exponax")
    makers: dict[str, Maker] = {"industriverse": lambda steps: _ours(race, steps)}
    if found is not None:
        makers["exponax"] = lambda steps: _peers(found[0], race, steps)
    chosen = {name: _fewest_steps(race, maker, truth) for name, maker in makers.items()}
    timed = interleaved({name: pick.run for name, pick in chosen.items()}, rounds)
    rows = [
        row(
            race.name,
            name,
            package=name,
            unit=_UNIT,
            note="ETDRK4, float64",
            step=race.duration / pick.steps,
            error=pick.error,
            took=timed[name].seconds / race.duration,
            took_cores=timed[name].core_seconds / race.duration,
            first_s=pick.first_s,
            threads=CORES,
        )
        for name, pick in chosen.items()
    ]
    return rows if found else [*rows, row(race.name, "exponax", note=MISSING)]


@dataclass(frozen=True, slots=True)
class _Pick:
    run: Run
    steps: int
    error: float
    first_s: float


def _fewest_steps(race: FlowRace, maker: Maker, truth: Complex[np.ndarray, "ky kx"]) -> _Pick:
    """Return the run with the fewest steps, of a ladder, that reaches the error."""
    shortest = race.duration / courant_step(race.start(), race.waves())
    steps = max(2, int(_FIRST_SHARE * shortest))
    while True:
        run = maker(steps)
        began = time.perf_counter()
        end = run()
        first_s = time.perf_counter() - began
        error = _error(race, np.asarray(end), truth)
        if error <= race.error:
            return _Pick(run, steps, error, first_s)
        if steps > _MOST_SHARE * shortest:
            raise ContractError(
                f"No step solves {race.name} to {race.error:g}: the error stays at {error:.2g}.",
                hint="Take more cells or a larger viscosity; the grid's own error is too large.",
            )
        steps = int(np.ceil(steps * _LADDER))


def _ours(race: FlowRace, steps: int) -> Run:
    flow = Incompressible(race.viscosity, race.waves(), race.duration / steps)
    start = jnp.asarray(race.start())

    def run() -> jax.Array:
        return jax.block_until_ready(flow.solve(start, 2, race.duration)).vorticity[1]

    return run


def _peers(exponax: ModuleType, race: FlowRace, steps: int) -> Run:
    """Return exponax's own way to take many steps without a look between."""
    stepper = exponax.stepper.NavierStokesVorticity(
        2, _SIDE, race.cells, race.duration / steps, diffusivity=race.viscosity, order=4
    )
    repeated = exponax.RepeatedStepper(stepper, steps)
    start = jnp.asarray(race.start())[None]

    @jax.jit
    def solve(vorticity: jax.Array) -> jax.Array:
        return repeated(vorticity)

    def run() -> jax.Array:
        return jax.block_until_ready(solve(start))[0]

    return run


def _truth(race: FlowRace) -> Complex[np.ndarray, "ky kx"]:
    """Return the kept waves at the end, on a grid twice as fine at a quarter of a cell a step."""
    waves, start = race.waves(_FINER), race.start(_FINER)
    flow = Incompressible(race.viscosity, waves, courant_step(start, waves) / 2)
    return _kept(race, np.asarray(flow.solve(jnp.asarray(start), 2, race.duration).vorticity[1]))


def _kept(race: FlowRace, field: Field) -> Complex[np.ndarray, "ky kx"]:
    """Return the waves that both solvers keep, two thirds of the highest."""
    last = (race.cells - 1) // 3
    waves = np.fft.fft2(field) / field.size
    rows = np.r_[0 : last + 1, -last:0]
    return waves[np.ix_(rows, rows)]


def _error(race: FlowRace, end: Field, truth: Complex[np.ndarray, "ky kx"]) -> float:
    strayed = _kept(race, end) - truth
    error = float(np.linalg.norm(strayed) / np.linalg.norm(truth))
    return error if np.isfinite(error) else float("inf")
