"""Conduction of heat in a square body, `∂T/∂t = κ ∇²T`, each mode solved exactly."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves

Number = float | Float[jax.Array, ""]
Field = Float[jax.Array, "y x"]


@dataclass(frozen=True, slots=True)
class Conduction:
    """A body of one material, periodic or with walls that let no heat through.

    Attributes:
        diffusivity: κ [length²/s]; may be traced.
        waves: The grid.
        walls: Insulated walls instead of periodic sides.
    """

    diffusivity: Number
    waves: Waves
    walls: bool = False

    def solve(self, start: Field, frames: int, frame_s: float) -> Float[jax.Array, "time y x"]:
        """Return frames of the temperature, the start first.

        Between walls the modes are cosines about the centres of cells: waves of the body and its
        mirror images, which a square twice as wide holds.

        Args:
            start: T.
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        cells = self.waves.cells
        waves = Waves(2 * cells, 2 * self.waves.length) if self.walls else self.waves
        whole = _mirrored(start) if self.walls else start
        rates = -self.diffusivity * jnp.asarray(waves.square)
        times = frame_s * jnp.arange(1, frames)
        fade = jnp.exp(rates[None] * times[:, None, None])
        later = waves.back(fade * waves.forward(whole)[None])[:, :cells, :cells]
        return jnp.concatenate([start[None], later])


def _mirrored(field: Field) -> Float[jax.Array, "y2 x2"]:
    rows = jnp.concatenate([field, field[::-1]], axis=0)
    return jnp.concatenate([rows, rows[:, ::-1]], axis=1)
