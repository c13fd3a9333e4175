"""A sheet of atoms, watched on a grid."""

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import refused, rollout, steps_between
from industriverse.kernel.errors import ContractError

from ._bins import binned
from ._dynamics import Bath, Moving, moving, stepper
from ._fluid import Atoms, Fluid, lattice, warmed

_FIRST_FRICTION = 1.0
_FIRST_TIME = 5.0

Frames = Mapping[str, Float[jax.Array, "time ..."]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Atoms in a periodic square, in reduced units.

    Attributes:
        fluid: The box and the potential.
        largest_step: Of velocity Verlet.
    """

    fluid: Fluid
    largest_step: float = 0.002

    def settled(self, density: float, temperature: float, seed: int) -> Atoms:
        """Return atoms that a bath has moved off their lattice for five units of time.

        Net momentum is taken out at the end, and the temperature set exactly.

        Args:
            density: Atoms per diameter², met as nearly as a square number of atoms can.
            temperature: k_B T over the depth.
            seed: Draws the momenta and the noise.
        """
        sides = self.fluid.sides
        a_side = max(2, round(float(np.sqrt(density)) * sides[0]))
        start = warmed(lattice(a_side, sides), temperature, seed)
        count, step = steps_between(_FIRST_TIME, self.largest_step)
        advance = stepper(self.fluid, step, Bath(temperature, _FIRST_FRICTION))

        @jax.jit
        def run(state: Moving) -> Moving:
            return rollout(advance, state, 2, count)

        atoms = run(moving(self.fluid, start, seed)).atoms
        return warmed(np.asarray(atoms.q[-1]), temperature, seed)

    def watched(
        self, start: Atoms, frames: int, frame: float, cells: int, bath: Bath | None = None
    ) -> Frames:
        """Return fields and series of a run, all in reduced units.

        Args:
            start: Places and momenta.
            frames: At least 1, the start included.
            frame: Between frames.
            cells: A side of the grid.
            bath: None for constant energy.

        Returns:
            `density`, `kinetic`, `potential`: `(time, y, x)` per area; `atoms`, `energy` and
            `temperature`: `(time)`; `momentum`: `(time, 2)`.

        Raises:
            ContractError: More atoms met in one place than a list has room for; under `vmap` such
                a run holds NaN instead.
        """
        count, step = steps_between(frame, self.largest_step)
        advance = stepper(self.fluid, step, bath)

        @jax.jit
        def run(state: Moving) -> Frames:
            path = rollout(advance, state, frames, count)

            def look(state: Moving) -> Frames:
                return self._seen(state, cells)

            return jax.lax.map(look, path)

        seen = run(moving(self.fluid, start))
        if refused(jnp.isnan(seen["energy"]).any()):
            raise ContractError(
                f"An atom had more than {self.fluid.room} neighbours, or two atoms met.",
                hint="Take fewer atoms, or a lower temperature.",
            )
        return seen

    def _seen(self, state: Moving, cells: int) -> Frames:
        q, p = state.atoms
        pairs = self.fluid.pairs(q, state.known)
        kinetic = (p**2).sum(axis=1) / 2
        sides = (self.fluid.sides[0], self.fluid.sides[1])
        carried = {"density": jnp.ones(len(q)), "kinetic": kinetic, "potential": pairs.share}
        fields = {name: binned(q, amount, sides, cells) for name, amount in carried.items()}
        area = sides[0] * sides[1] / cells**2
        return fields | {
            "atoms": fields["density"].sum() * area,
            "energy": kinetic.sum() + pairs.share.sum(),
            "temperature": kinetic.sum() / (len(q) - 1),
            "momentum": p.sum(axis=0),
        }
