r"""A level that moves steadily across a window, told from one that wanders.

A straight line is fitted to the means of sixteen blocks. It is a drift where

- it moves by at least two deviations of the samples about it over the window,
- that is at least five times its standard error from the blocks' scatter, and
- the scatter averages out: blocks four times shorter scatter at least 1/0.6 times as much in
  variance. Independent samples give 4 times, a random walk about 1; a channel that wanders as
  slowly as the window is long has no level to drift from.
"""

import numpy as np
from jaxtyping import Float

_BLOCKS, _FINER = 16, 4
_SMALLEST, _STANDARD_ERRORS = 2.0, 5.0
_AVERAGES_OUT = 0.6
_MEAN_DISTANCE_TO_DEVIATION = 1.2533141373155003
_ROUNDING = 1e-9


def drift_of(values: Float[np.ndarray, "channel time"]) -> Float[np.ndarray, "channel"]:
    """Return the move of each channel's level over the window, in deviations; 0 for no drift.

    Args:
        values: `(channel, time)`. Finite. Below 64 samples no drift is seen.
    """
    fine = _BLOCKS * _FINER
    samples = values.shape[1] // fine * fine
    if samples == 0:
        return np.zeros(len(values), np.float64)
    newest = values[:, values.shape[1] - samples :]
    small = newest.reshape(len(values), fine, -1).mean(axis=-1)
    blocks = small.reshape(len(values), _BLOCKS, _FINER).mean(axis=-1)
    place = (np.arange(_BLOCKS) - (_BLOCKS - 1) / 2) / _BLOCKS
    squares = float(place @ place)
    level = blocks.mean(axis=1, keepdims=True)
    move = ((blocks - level) @ place / squares)[:, None]
    scatter = np.sum((blocks - level - move * place) ** 2, axis=1) / (_BLOCKS - 2)
    finer = np.sum((small - level - move * _places(fine)) ** 2, axis=1) / (fine - 2)
    about = newest - level - move * _places(samples)
    deviation = _MEAN_DISTANCE_TO_DEVIATION * np.abs(about).mean(axis=1)
    size = np.abs(move[:, 0])
    real = deviation > _ROUNDING * size
    deviations = np.divide(move[:, 0], deviation, out=np.zeros_like(size), where=real)
    drifts = np.abs(deviations) >= _SMALLEST
    drifts &= size >= _STANDARD_ERRORS * np.sqrt(scatter / squares)
    drifts &= scatter <= _AVERAGES_OUT * finer
    return np.where(drifts, deviations, 0.0)


def _places(count: int) -> Float[np.ndarray, "count"]:
    return (np.arange(count) - (count - 1) / 2) / count
