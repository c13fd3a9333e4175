"""Heat carried by a given flow while it diffuses, on a periodic square.

`∂T/∂t + ∇·(u T) = κ ∇²T` with ∇·u = 0; the flux form keeps the mean to rounding.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.engines.simulation.spectral import Etdrk4, Waves

from ._given_flows import Velocity

_COURANT = 0.5


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["diffusivity", "velocity"],
    meta_fields=["waves"],
)
@dataclass(frozen=True, slots=True)
class AdvectionDiffusion:
    """A temperature that a steady flow carries and that diffuses.

    Attributes:
        diffusivity: κ [length²/s].
        velocity: `(2, y, x)` u and v at the centres of cells [length/s], free of divergence.
        waves: The grid.
    """

    diffusivity: Number
    velocity: Velocity | Float[jax.Array, "2 y x"]
    waves: Waves

    @property
    def largest_step(self) -> float:
        """Half a cell over the largest |u| + |v| [s]; the scheme is stable up to 1.3 cells."""
        fastest = float(np.abs(self.velocity).sum(axis=0).max())
        return _COURANT * self.waves.length / self.waves.cells / max(fastest, 1e-300)

    def solve(
        self, start: Float[jax.Array, "y x"], frames: int, frame_s: float
    ) -> Float[jax.Array, "time y x"]:
        """Return frames of the temperature, the start first.

        Args:
            start: T; waves that dealiasing drops are dropped from it.
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        count, step_s = steps_between(frame_s, self.largest_step)
        scheme = Etdrk4.of(-self.diffusivity * self.waves.square, step_s)
        waves = jnp.where(jnp.asarray(self.waves.kept), self.waves.forward(start), 0.0)
        return self.waves.back(rolled(_step, (self, scheme), waves, frames, count))

    def inflow(self, temperature: Complex[jax.Array, "ky kx"]) -> Complex[jax.Array, "ky kx"]:
        """Return the kept waves of `−∇·(u T)`."""
        carried = jnp.asarray(self.velocity) * self.waves.back(temperature)[None]
        along_x, along_y = self.waves.forward(carried)
        slope_x = jnp.asarray(-1j * self.waves.x * self.waves.kept)
        slope_y = jnp.asarray(-1j * self.waves.y * self.waves.kept)
        return slope_x * along_x + slope_y * along_y


def _step(
    parts: tuple[AdvectionDiffusion, Etdrk4], waves: Complex[jax.Array, "ky kx"]
) -> Complex[jax.Array, "ky kx"]:
    system, scheme = parts
    return scheme.step(waves, system.inflow)
