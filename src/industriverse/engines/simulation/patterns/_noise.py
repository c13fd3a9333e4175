"""Drawn fields to start from, smooth and the same at every resolution of their statistics."""

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError


def smooth_noise(waves: Waves, seed: int, scale: float) -> Float[np.ndarray, "y x"]:
    """Return drawn noise of mean 0 and standard deviation 1; waves shorter than 2π·scale fade.

    Args:
        waves: The grid.
        seed: Draws it.
        scale: Of the Gaussian `exp(−k² scale²)` that the drawn waves are cut by [length].

    Raises:
        ContractError: The scale is so long that no wave of the square is left.
    """
    drawn = np.random.default_rng(seed).normal(size=(waves.cells, waves.cells))
    shape = np.exp(-(scale**2) * waves.square)
    shape[0, 0] = 0.0
    noise = np.fft.irfft2(shape * np.fft.rfft2(drawn), s=drawn.shape)
    if not (size := noise.std()) > 0:
        raise ContractError(
            f"Noise as smooth as {scale:g} m leaves no wave on a side of {waves.length:g} m.",
            hint="Take a longer side, or what is drawn smaller.",
        )
    return noise / size
