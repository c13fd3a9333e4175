"""Order statistics of channels: middle, spread, quantiles with gaps, and the step of a lattice."""

import numpy as np
from jaxtyping import Float

_NORMAL_QUARTILES = 1.3489795003921634
_SAME = 1e-9
"""Values nearer than this share of the channel's range are equal but for rounding."""


def at_rank(
    values: Float[np.ndarray, "*channel time"], share: float
) -> Float[np.ndarray, "*channel 1"]:
    """Return the value that a share of the known ones does not exceed; NaN where none is known."""
    ordered = np.sort(values, axis=-1)
    known = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    rank = np.rint(share * np.maximum(known - 1, 0)).astype(np.int64)
    return np.take_along_axis(ordered, rank, axis=-1)


def spread_of(
    values: Float[np.ndarray, "channel time"],
) -> tuple[Float[np.ndarray, "channel 1"], Float[np.ndarray, "channel 1"]]:
    """Return each channel's median, and its deviation by quartiles.

    Where half the samples are equal it is the mean absolute distance, of a constant channel 1.
    """
    ordered = np.sort(values, axis=1)
    last = values.shape[1] - 1
    low, middle, high = (ordered[:, [round(share * last)]] for share in (0.25, 0.5, 0.75))
    size = (high - low) / _NORMAL_QUARTILES
    distance = np.abs(values - middle).mean(axis=1, keepdims=True)
    size = np.where(size > _SAME * distance, size, distance)
    return middle, np.where(size > 0, size, 1.0)


def quantum_of(values: Float[np.ndarray, "channel time"]) -> Float[np.ndarray, "channel 1"]:
    """Return the step between the values of a quantised channel, 0 for a continuous one.

    A channel is quantised where half of its samples have a value that occurs again.
    """
    ordered = np.sort(values, axis=1)
    reach = _SAME * (ordered[:, -1:] - ordered[:, :1])
    rises = np.diff(ordered, axis=1) > reach
    # Most channels are continuous, and hardly a value occurs twice.
    suspects = np.flatnonzero(2 * rises.sum(axis=1) < 1.5 * rises.shape[1])
    quantum = np.zeros((len(values), 1), np.float64)
    for channel in suspects.tolist():
        quantum[channel] = _smallest_step(ordered[channel], np.flatnonzero(rises[channel]))
    return quantum


def _smallest_step(ordered: Float[np.ndarray, "time"], rises: np.ndarray) -> float:
    last = np.concatenate((rises, [len(ordered) - 1]))
    counts = np.diff(last, prepend=-1)
    often = counts > 1
    if 2 * counts[often].sum() < len(ordered) or len(last) == 1:
        return 0.0
    levels = ordered[last[often]] if np.count_nonzero(often) > 1 else ordered[last]
    return float(np.diff(levels).min())
