"""The divergence-free part of a periodic velocity."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def without_divergence(
    along_x: Float[Array, "y x"], along_y: Float[Array, "y x"], spacing: tuple[float, float]
) -> tuple[Float[Array, "y x"], Float[Array, "y x"]]:
    r"""Return the velocity less the gradient part, $u - \nabla\nabla^{-2}\nabla\cdot u$.

    Args:
        along_x: `(y, x)`. Component along x, periodic.
        along_y: `(y, x)`. Component along y.
        spacing: Distance between cells along y and x.

    Returns:
        Both components; their means are unchanged. The divergence is zero by spectral derivatives.

    Notes:
        The alternating wave of an even grid has no odd derivative, and is kept.

    References:
        Chorin (1968), Numerical solution of the Navier-Stokes equations.
    """
    rows, columns = along_x.shape
    real = along_x.dtype
    ky = _derivative(np.fft.fftfreq(rows, spacing[0]), rows)[:, None].astype(real)
    kx = _derivative(np.fft.rfftfreq(columns, spacing[1]), columns)[None, :].astype(real)
    square = ky**2 + kx**2
    inverse = np.where(square > 0, 1 / np.where(square > 0, square, 1), 0).astype(real)
    waves_x, waves_y = jnp.fft.rfft2(along_x), jnp.fft.rfft2(along_y)
    potential = (kx * waves_x + ky * waves_y) * inverse
    gradient_x = jnp.fft.irfft2(kx * potential, s=(rows, columns)).astype(real)
    gradient_y = jnp.fft.irfft2(ky * potential, s=(rows, columns)).astype(real)
    return along_x - gradient_x, along_y - gradient_y


def _derivative(frequencies: Float[np.ndarray, "wave"], cells: int) -> Float[np.ndarray, "wave"]:
    waves = 2 * np.pi * frequencies
    if cells % 2 == 0:
        waves[cells // 2] = 0.0
    return waves
