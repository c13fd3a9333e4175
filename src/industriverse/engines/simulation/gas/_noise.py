"""Smooth periodic noise, drawn from a seed."""

import numpy as np
from jaxtyping import Float

_WAVES = 6


def smooth_noise(
    random: np.random.Generator, cells: int, waves: int = _WAVES
) -> Float[np.ndarray, "cells cells"]:
    """Return periodic noise of mean 0 and variance 1, the same picture on any grid.

    Args:
        random: Draws each wave's two amplitudes.
        cells: A side; more than twice `waves`.
        waves: Highest number of waves a side; a wave's amplitude falls as one over its number.
    """
    phase = 2 * np.pi * (np.arange(cells) + 0.5) / cells
    field = np.zeros((cells, cells))
    for along_y in range(-waves, waves + 1):
        for along_x in range(waves + 1):
            size = np.hypot(along_y, along_x)
            amplitudes = random.normal(size=2)
            if 0 < size <= waves:
                angle = along_y * phase[:, None] + along_x * phase[None, :]
                field += (amplitudes[0] * np.cos(angle) + amplitudes[1] * np.sin(angle)) / size
    field -= field.mean()
    return field / field.std()
