"""Lone samples that neither their past nor their future explains.

A Hampel rule on the departures of a local predictor: a sample is a spike where it departs from
both sides by more than five local deviations. A deviation is the larger of two overlapping blocks'
median absolute departure, and at least the step of a quantised channel. Where the channel's own
departures have heavier tails than a normal law, by the quantile that one in fifty exceeds on that
side, the limit grows with the square of the ratio.

References:
    Hampel (1974), The influence curve and its role in robust estimation, JASA 69.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy.lib.stride_tricks import sliding_window_view

from ._predictor import Departures, departures, fit_predictor, order_for
from ._ranks import at_ranks, spread_of

_LIMIT, _FIRST_LIMIT = 5.0, 4.0
_ONE_SIDE = 0.5
"""Share of the limit by which either side alone must be passed; a change of level passes one."""
_BLOCK, _FEWEST_IN_BLOCK = 256, 64
_MAD_TO_DEVIATION = 1.482602218505602
_TAIL_SHARE, _TAIL_NORMAL, _TAIL_POWER = 0.98, 2.053748910631823, 2.0
_FINEST = 1e-6
"""Departures below this share of the channel's spread are rounding, not noise."""
_FIT_RANGE = 30.0
_REACH, _MOST_TOGETHER, _ABOVE_NEIGHBOURS = 4, 3, 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """Channels held against what is expected of them.

    Attributes:
        spikes: `(channel, time)`.
        deviations: `(channel, time)`. Departure from both sides, in local deviations.
        expected: `(channel, time)`. What both sides say, in the channel's own unit.
        jumps_in: `(channel, time)`. Whether the sample leaves what its past says.
        jumps_out: `(channel, time)`. Whether the sample leaves what its future says.
    """

    spikes: Bool[np.ndarray, "channel time"]
    deviations: Float[np.ndarray, "channel time"]
    expected: Float[np.ndarray, "channel time"]
    jumps_in: Bool[np.ndarray, "channel time"]
    jumps_out: Bool[np.ndarray, "channel time"]


def judge(
    values: Float[np.ndarray, "channel time"],
    bridged: Float[np.ndarray, "channel time"],
    doubted: Bool[np.ndarray, "channel time"],
) -> Judged:
    """Hold each sample against its surroundings.

    Args:
        values: `(channel, time)`. Finite: what is judged.
        bridged: `(channel, time)`. The same with doubted samples replaced.
        doubted: `(channel, time)`. Missing, or suspected to be no reading: not a spike, and no
            measure of the channel's spread.
    """
    spread = spread_of(bridged)
    middle, size = spread.middle, spread.deviation
    scaled, history = (values - middle) / size, (bridged - middle) / size
    floor = np.maximum(spread.quantum / size, _FINEST)
    order = order_for(values.shape[1])
    first = departures(scaled, history, fit_predictor(_clipped(history), order))
    limit = _FIRST_LIMIT * np.maximum(_deviation(np.abs(first.both), doubted), floor)
    history = _without(history, _beyond(first, limit) & ~doubted)
    found = departures(scaled, history, fit_predictor(_clipped(history), order))
    deviation = np.maximum(_local_deviation(np.abs(found.both), doubted), floor)
    deviations = found.both / deviation
    limit = deviation * _limits(deviations, doubted)
    spikes = _lone(_beyond(found, limit) & ~doubted, deviations)
    return Judged(
        spikes=spikes,
        deviations=deviations,
        expected=(scaled - found.both) * size + middle,
        jumps_in=np.abs(found.past) > limit * found.norm,
        jumps_out=np.abs(found.future) > limit * found.norm,
    )


def _clipped(values: Float[np.ndarray, "channel time"]) -> Float[np.ndarray, "channel time"]:
    return np.clip(values, -_FIT_RANGE, _FIT_RANGE)


def _without(
    values: Float[np.ndarray, "channel time"], faulty: Bool[np.ndarray, "channel time"]
) -> Float[np.ndarray, "channel time"]:
    """Draw straight lines over faulty samples."""
    bridged = values.copy()
    row = np.arange(values.shape[1], dtype=np.float64)
    for channel in np.flatnonzero(faulty.any(axis=1) & ~faulty.all(axis=1)):
        bad = faulty[channel]
        bridged[channel, bad] = np.interp(row[bad], row[~bad], values[channel, ~bad])
    return bridged


def _beyond(
    found: Departures, limit: Float[np.ndarray, "channel stamp"]
) -> Bool[np.ndarray, "channel time"]:
    """Say which samples depart from both sides, and from each the same way."""
    side = np.sign(found.both)
    least = np.minimum(side * found.past, side * found.future)
    return (np.abs(found.both) > limit) & (least > _ONE_SIDE * found.norm * limit)


def _deviation(
    sizes: Float[np.ndarray, "channel time"], doubted: Bool[np.ndarray, "channel time"]
) -> Float[np.ndarray, "channel 1"]:
    believed = np.where(doubted, np.nan, sizes)
    return _MAD_TO_DEVIATION * np.nan_to_num(at_ranks(believed, 0.5))


def _local_deviation(
    sizes: Float[np.ndarray, "channel time"], doubted: Bool[np.ndarray, "channel time"]
) -> Float[np.ndarray, "channel stamp"]:
    """Return the larger deviation of the two half-overlapping blocks that hold each sample."""
    samples = sizes.shape[1]
    if samples <= _BLOCK:
        return _deviation(sizes, doubted)
    count = -(-samples // (_BLOCK // 2)) - 1
    starts = np.rint(np.linspace(0, samples - _BLOCK, count)).astype(np.int64)
    believed = np.where(doubted, np.nan, sizes)
    blocks = sliding_window_view(believed, _BLOCK, axis=1)[:, starts]
    medians = _MAD_TO_DEVIATION * at_ranks(blocks, 0.5)[..., 0]
    known = np.isfinite(blocks).sum(axis=-1) >= _FEWEST_IN_BLOCK
    medians = np.where(known, medians, _deviation(sizes, doubted))
    local = np.zeros_like(sizes)
    for block, start in enumerate(starts.tolist()):
        part = local[:, start : start + _BLOCK]
        np.maximum(part, medians[:, block : block + 1], out=part)
    return local


def _limits(
    deviations: Float[np.ndarray, "channel time"], doubted: Bool[np.ndarray, "channel time"]
) -> Float[np.ndarray, "channel time"]:
    """Return how many deviations are too many, by the tails of the channel on that side."""
    believed = np.where(doubted, np.nan, deviations)
    low, high = np.nan_to_num(at_ranks(believed, 1.0 - _TAIL_SHARE, _TAIL_SHARE)).T[..., None]
    below, above = (
        _LIMIT * np.maximum(tail / _TAIL_NORMAL, 1.0) ** _TAIL_POWER for tail in (-low, high)
    )
    return np.where(deviations > 0, above, below)


def _lone(
    candidates: Bool[np.ndarray, "channel time"], deviations: Float[np.ndarray, "channel time"]
) -> Bool[np.ndarray, "channel time"]:
    """Keep candidates that stand out from their neighbours: a rough stretch is no spike."""
    channel, row = np.nonzero(candidates)
    near = row[:, None] + np.arange(-_REACH, _REACH + 1)
    inside = (near >= 0) & (near < candidates.shape[1])
    near = np.where(inside, near, row[:, None])
    together = candidates[channel[:, None], near] & inside
    sizes = np.where(inside, np.abs(deviations[channel[:, None], near]), 0.0)
    others = np.where(together, 0.0, sizes).max(axis=1, initial=0.0)
    stands_out = np.abs(deviations[channel, row]) > _ABOVE_NEIGHBOURS * others
    kept = candidates.copy()
    kept[channel, row] = stands_out & (together.sum(axis=1) <= _MOST_TOGETHER)
    return kept
