"""Wave numbers of a periodic square box, its transforms and the dealiasing mask."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Complex, Float


@dataclass(frozen=True, slots=True)
class Waves:
    """Waves of a real field on a periodic square, in `rfft2` layout.

    Attributes:
        cells: Cells a side; even.
        length: Side.
    """

    cells: int
    length: float

    @property
    def x(self) -> Float[np.ndarray, "1 kx"]:
        """Wave numbers along x, the last axis."""
        return 2 * np.pi * np.fft.rfftfreq(self.cells, self.length / self.cells)[None, :]

    @property
    def y(self) -> Float[np.ndarray, "ky 1"]:
        """Wave numbers along y."""
        return 2 * np.pi * np.fft.fftfreq(self.cells, self.length / self.cells)[:, None]

    @property
    def square(self) -> Float[np.ndarray, "ky kx"]:
        """|k|²; minus it is the Laplacian."""
        return self.x**2 + self.y**2

    @property
    def kept(self) -> Bool[np.ndarray, "ky kx"]:
        """Waves below two thirds of the highest on each axis: their products do not alias."""
        highest = np.pi * self.cells / self.length
        return (np.abs(self.x) < 2 / 3 * highest) & (np.abs(self.y) < 2 / 3 * highest)

    def forward(self, field: Float[jax.Array, "*batch y x"]) -> Complex[jax.Array, "*batch ky kx"]:
        """Return the waves of a field."""
        return jnp.fft.rfft2(field)

    def back(self, waves: Complex[jax.Array, "*batch ky kx"]) -> Float[jax.Array, "*batch y x"]:
        """Return the field of waves."""
        return jnp.fft.irfft2(waves, s=(self.cells, self.cells))

    def slopes(
        self, waves: Complex[jax.Array, "*batch ky kx"]
    ) -> tuple[Complex[jax.Array, "*batch ky kx"], Complex[jax.Array, "*batch ky kx"]]:
        """Return the waves of ∂/∂y and ∂/∂x; the alternating wave has no odd derivative."""
        highest = np.pi * self.cells / self.length
        ky = np.where(np.isclose(np.abs(self.y), highest), 0.0, self.y)
        kx = np.where(np.isclose(self.x, highest), 0.0, self.x)
        return _times(1j * ky, waves), _times(1j * kx, waves)


def _times(
    factor: Complex[np.ndarray, "..."], waves: Complex[jax.Array, "*batch ky kx"]
) -> Complex[jax.Array, "*batch ky kx"]:
    lead = (1,) * (waves.ndim - factor.ndim)
    return jnp.asarray(factor).reshape(lead + factor.shape) * waves
