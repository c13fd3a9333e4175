"""Rock and wells that are drawn or placed."""

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves


def log_normal(
    waves: Waves, middle: float, deviation: float, size: float, seed: int
) -> Float[np.ndarray, "y x"]:
    """Return a drawn permeability whose logarithm is normal, periodic and alike everywhere.

    The logarithm's covariance falls with distance r as `exp(−r²/2ℓ²)`; its mean over the square
    is `ln middle` exactly.

    Args:
        waves: The grid.
        middle: Geometric mean [m²].
        deviation: Standard deviation of ln k, over all seeds [1].
        size: ℓ, as a share of the side.
        seed: Of the draw.
    """
    noise = np.fft.rfft2(np.random.default_rng(seed).normal(size=(waves.cells, waves.cells)))
    shape = np.exp(-waves.square * (size * waves.length) ** 2 / 4)
    shape[0, 0] = 0.0
    # Waves of rfft2's inner columns stand for two.
    twice = np.full(shape.shape[1], 2.0)
    twice[[0, -1]] = 1.0
    size_of = np.sqrt((shape**2 * twice[None, :]).sum()) / waves.cells
    bumps = np.fft.irfft2(noise * shape / size_of, s=(waves.cells, waves.cells))
    return middle * np.exp(deviation * bumps)


def two_wells(waves: Waves, rate: float, width: float) -> Float[np.ndarray, "y x"]:
    """Return what a well in the first corner puts in and one in the last takes out [1/s].

    Args:
        waves: The grid.
        rate: Volumes of the whole square that are put in, a second [1/s].
        width: Standard deviation of each well's bump, as a share of the side.
    """
    centre = (np.arange(waves.cells) + 0.5) / waves.cells
    bump = np.exp(-(centre**2) / (2 * width**2))
    well = bump[:, None] * bump[None, :]
    well = rate * well / well.mean()
    return well - well[::-1, ::-1]
