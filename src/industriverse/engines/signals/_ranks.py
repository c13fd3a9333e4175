"""Order statistics of channels: middle, spread, quantiles with gaps, and the step of a lattice."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

_NORMAL_QUARTILES = 1.3489795003921634
_SAME = 1e-9
"""Values nearer than this share of the channel's range are equal but for rounding."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a channel's samples lie, and how densely.

    Attributes:
        middle: `(channel, 1)` the median.
        deviation: `(channel, 1)` by quartiles; the mean absolute distance where half the samples
            are equal, 1 where all are.
        quantum: `(channel, 1)` the step between the values of a quantised channel, 0 of a
            continuous one. A channel is quantised where half of its samples have a value that
            occurs again.
    """

    middle: Float[np.ndarray, "channel 1"]
    deviation: Float[np.ndarray, "channel 1"]
    quantum: Float[np.ndarray, "channel 1"]


def at_ranks(
    values: Float[np.ndarray, "*channel time"], *shares: float
) -> Float[np.ndarray, "*channel share"]:
    """Return the values that given shares of the known ones do not exceed; NaN if none is known."""
    ordered = np.sort(values, axis=-1)
    missing = np.isnan(ordered)
    known = ordered.shape[-1] - np.count_nonzero(missing, axis=-1, keepdims=True)
    rank = np.rint(np.array(shares) * np.maximum(known - 1, 0)).astype(np.int64)
    return np.take_along_axis(ordered, rank, axis=-1)


def spread_of(values: Float[np.ndarray, "channel time"]) -> Spread:
    """Measure channels without gaps."""
    ordered = np.sort(values, axis=1)
    last = values.shape[1] - 1
    low, middle, high = (ordered[:, [round(share * last)]] for share in (0.25, 0.5, 0.75))
    size = (high - low) / _NORMAL_QUARTILES
    distance = np.abs(values - middle).mean(axis=1, keepdims=True)
    size = np.where(size > _SAME * distance, size, distance)
    return Spread(middle, np.where(size > 0, size, 1.0), _quantum(ordered))


def _quantum(ordered: Float[np.ndarray, "channel time"]) -> Float[np.ndarray, "channel 1"]:
    reach = _SAME * (ordered[:, -1:] - ordered[:, :1])
    rises = np.diff(ordered, axis=1) > reach
    # Most channels are continuous, and hardly a value occurs twice.
    suspects = np.flatnonzero(2 * np.count_nonzero(rises, axis=1) < 1.5 * rises.shape[1])
    quantum = np.zeros((len(ordered), 1), np.float64)
    for channel in suspects.tolist():
        quantum[channel] = _smallest_step(ordered[channel], np.flatnonzero(rises[channel]))
    return quantum


def _smallest_step(ordered: Float[np.ndarray, "time"], rises: Int[np.ndarray, "rise"]) -> float:
    last = np.concatenate((rises, [len(ordered) - 1]))
    counts = np.diff(last, prepend=-1)
    often = counts > 1
    if 2 * counts[often].sum() < len(ordered) or len(last) == 1:
        return 0.0
    levels = ordered[last[often]] if np.count_nonzero(often) > 1 else ordered[last]
    return float(np.diff(levels).min())
