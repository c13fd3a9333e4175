"""Transforms that carry only the waves that dealiasing keeps, for products of two fields."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.engines.simulation.spectral import Waves

Kept = Complex[jax.Array, "*batch ky kx"]
Field = Float[jax.Array, "*batch y x"]


@dataclass(frozen=True, slots=True)
class KeptWaves:
    """Waves below two thirds of the highest, stored `(ky, kx)` with kx = 0 … the last kept.

    A third of the columns is never stored, weighed or stepped. They are transformed, with both
    axes at once: on many cores that is faster than to leave them out, one axis after the other.

    Attributes:
        waves: The grid.
    """

    waves: Waves

    @property
    def columns(self) -> int:
        """How many kx are kept."""
        return int(self.waves.kept[0].sum())

    @property
    def x(self) -> Float[np.ndarray, "ky kx"]:
        """Wave numbers along x."""
        return self._cut(self.waves.x + 0 * self.waves.y)

    @property
    def y(self) -> Float[np.ndarray, "ky kx"]:
        """Wave numbers along y."""
        return self._cut(self.waves.y + 0 * self.waves.x)

    @property
    def mask(self) -> Float[np.ndarray, "ky kx"]:
        """1 for the kept waves, 0 for those with too high a ky."""
        return self._cut(self.waves.kept.astype(np.float64))

    @property
    def shares(self) -> Float[np.ndarray, "ky kx"]:
        """Weights w with mean(f g) = Σ w Re(f̂* ĝ); each kx > 0 stands for two waves."""
        twice = np.where(self.x > 0, 2.0, 1.0)
        return twice * self.mask / self.waves.cells**4

    def forward(self, field: Field) -> Kept:
        """Return the waves of a field; those with too high a ky are still in it."""
        return jnp.fft.rfft2(field)[..., : self.columns]

    def back(self, kept: Kept) -> Field:
        """Return the field of waves."""
        return jnp.fft.irfft2(kept, s=(self.waves.cells, self.waves.cells))

    def _cut(self, values: Float[np.ndarray, "ky kx_all"]) -> Float[np.ndarray, "ky kx"]:
        return np.ascontiguousarray(values[:, : self.columns])
