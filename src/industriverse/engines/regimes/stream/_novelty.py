"""How unlike everything before a sample is: several views, each by its own past.

A view is a size that is near zero in ordinary times: the error of a straight-line forecast, the
distance from a slow mean, the distance of the newest stretch from the most alike. Each is turned
into the share of its past that was as large. The views' mean surprise is judged by its own past
once more, so that the score is a probability whatever the views share.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.compiled import compiled

from ._ranks import add_to, count_before

LAGS = 6
_TERMS = LAGS + 1
WARM = 64
"""Samples that set the scale, and that each view sees before it may surprise."""
VIEWS = 6
_PER_OCTAVE, _LOWEST, _BINS = 16, -8.0, 320
_TREE = 512
_SIZE_RATE = 1e-3
_CLIP = 5.0
_SHORT, _LONG = 1.0 / 5.0, 1.0 / 20.0
_SLOW, _SLOWER = 1.0 / 200.0, 1.0 / 2000.0
_AGAIN_HALF = 1000.0
"""Samples after which an announced surprise counts half."""
_PAST_TAIL = 2.0
"""Beyond the largest size ever seen, its share falls with this power."""


class Novelty(NamedTuple):
    """What each view of each channel saw so far.

    Attributes:
        weights: `(channel, term)` Of the forecast from the last samples.
        spread: `(channel, term, term)` Their covariance over the noise's.
        recent: `(channel, lag)` Last samples, standardised, newest first.
        scale: `(channel, 4)` Readings, mean, mean square about it, while the scale is learned.
        means: `(channel, 5)` Slow mean, slower mean, and short means of error and distances.
        sizes: `(channel, 3, 2)` Running mean size of error and distances, and its weight.
        tree: `(channel + 1, view, cell)` Sizes counted by their octave's sixteenth; the last row is
            that of the mean surprise.
        counts: `(channel + 1, view)` Their number.
        largest: `(channel + 1, view)` The largest so far.
        held: `(1,)` Largest surprise of late, fading.
    """

    weights: Float[np.ndarray, "channel term"]
    spread: Float[np.ndarray, "channel term term"]
    recent: Float[np.ndarray, "channel lag"]
    scale: Float[np.ndarray, "channel 4"]
    means: Float[np.ndarray, "channel 5"]
    sizes: Float[np.ndarray, "channel 3 2"]
    tree: Int[np.ndarray, "row view cell"]
    counts: Int[np.ndarray, "row view"]
    largest: Float[np.ndarray, "row view"]
    held: Float[np.ndarray, "1"]


def new_novelty(channels: int) -> Novelty:
    """Return views that have seen nothing."""
    return Novelty(
        np.zeros((channels, _TERMS)),
        np.tile(np.eye(_TERMS), (channels, 1, 1)),
        np.zeros((channels, LAGS)),
        np.zeros((channels, 4)),
        np.zeros((channels, 5)),
        np.zeros((channels, 3, 2)),
        np.zeros((channels + 1, VIEWS, _TREE + 1), np.int64),
        np.zeros((channels + 1, VIEWS), np.int64),
        np.zeros((channels + 1, VIEWS)),
        np.zeros(1),
    )


@compiled
def _standardised(scale: Float[np.ndarray, "4"], value: float) -> float:
    """Learn mean and spread from the first samples; return the value in them."""
    if scale[0] < WARM:
        scale[0] += 1.0
        step = value - scale[1]
        scale[1] += step / scale[0]
        scale[2] += step * (value - scale[1])
        scale[3] = math.sqrt(scale[2] / scale[0])
    return (value - scale[1]) / scale[3] if scale[3] > 0.0 else value - scale[1]


@compiled
def _forecast_error(
    weights: Float[np.ndarray, "term"],
    spread: Float[np.ndarray, "term term"],
    recent: Float[np.ndarray, "lag"],
    value: float,
) -> float:
    """Return the error of recursive least squares on the last samples, then learn from it."""
    gain = spread[:, LAGS].copy()
    for i in range(LAGS):
        gain += spread[:, i] * recent[i]
    error = value - weights[LAGS] - np.dot(weights[:LAGS], recent)
    scale = 1.0 + gain[LAGS] + np.dot(gain[:LAGS], recent)
    weights += gain * (error / scale)
    for i in range(_TERMS):
        spread[i] -= gain * (gain[i] / scale)
    recent[1:] = recent[:-1].copy()
    recent[0] = value
    return error


@compiled
def _over_usual(size: Float[np.ndarray, "2"], value: float) -> float:
    """Return a size over its running mean, then count it, clipped, into that mean."""
    usual = size[0] / size[1] if size[1] > 0.0 else 0.0
    ratio = value / usual if usual > 0.0 else (1.0 if value > 0.0 else 0.0)
    kept = min(value, _CLIP * usual) if size[1] > WARM // 2 and usual > 0.0 else value
    size[0] = size[0] * (1.0 - _SIZE_RATE) + kept
    size[1] = size[1] * (1.0 - _SIZE_RATE) + 1.0
    return ratio


@compiled
def _surprise(tree: Int[np.ndarray, "cell"], seen: int, largest: float, value: float) -> float:
    """Return −log10 of the share of a view's past that was as large, then count the value."""
    place = 0
    if value > 0.0:
        place = int((math.log2(value) - _LOWEST) * _PER_OCTAVE)
        place = min(max(place, 0), _BINS - 1)
    share = 1.0
    if seen >= WARM:
        above = seen - count_before(tree, place + 1)
        inside = seen - above - count_before(tree, place)
        share = (above + 0.5 * inside + 0.5) / (seen + 1.0)
        if value > largest > 0.0:
            share = 0.5 / (seen + 1.0) * (largest / value) ** _PAST_TAIL
    add_to(tree, place)
    return -math.log10(share)


@compiled
def _views(n: Novelty, c: int, value: float, shape: float, out: Float[np.ndarray, "view"]) -> None:
    """Write the size of each view of a channel."""
    x = _standardised(n.scale[c], value)
    means = n.means[c]
    error = _forecast_error(n.weights[c], n.spread[c], n.recent[c], x)
    slow, slower = x - means[0], x - means[1]
    out[0] = _over_usual(n.sizes[c, 0], abs(error))
    means[2] += _SHORT * (out[0] - means[2])
    means[3] += _LONG * (slow - means[3])
    means[4] += _LONG * (slower - means[4])
    out[1] = means[2]
    out[2] = _over_usual(n.sizes[c, 1], abs(slow))
    out[3] = abs(means[3])
    out[4] = abs(means[4])
    out[5] = shape
    means[0] += _SLOW * slow
    means[1] += _SLOWER * slower


@compiled
def _channel_surprise(n: Novelty, c: int, sizes: Float[np.ndarray, "view"]) -> float:
    total = 0.0
    for view in range(VIEWS):
        total += _surprise(n.tree[c, view], n.counts[c, view], n.largest[c, view], sizes[view])
        n.counts[c, view] += 1
        n.largest[c, view] = max(n.largest[c, view], sizes[view])
    return total / VIEWS


@compiled
def advance_novelty(
    n: Novelty,
    rows: Float[np.ndarray, "time channel"],
    shapes: Float[np.ndarray, "time channel"],
    out: Float[np.ndarray, "time two"],
) -> None:
    """Write, for each row, its surprise and what is left of it after an earlier one: −log10 shares.

    Args:
        n: Changed in place.
        rows: `(time, channel)` NaN is no reading.
        shapes: `(time, channel)` How unlike all before the newest stretch is.
        out: `(time, 2)` Filled. The second halves what does not exceed a recent surprise, which
            fades over some thousand samples: an alarm that was given is not given again.
    """
    channels = rows.shape[1]
    sizes = np.zeros(VIEWS)
    fade = 0.5 ** (1.0 / _AGAIN_HALF)
    for t in range(len(rows)):
        total, most, seen = 0.0, 0.0, 0
        for c in range(channels):
            if not math.isnan(rows[t, c]):
                _views(n, c, rows[t, c], shapes[t, c], sizes)
                own = _channel_surprise(n, c, sizes)
                total, most, seen = total + own, max(most, own), seen + 1
        value = 0.5 * (total / seen + most) if seen else 0.0
        found = _surprise(n.tree[channels, 0], n.counts[channels, 0], n.largest[channels, 0], value)
        n.counts[channels, 0] += 1
        n.largest[channels, 0] = max(n.largest[channels, 0], value)
        n.held[0] *= fade
        out[t, 0] = found
        out[t, 1] = found if found > n.held[0] else 0.5 * found
        n.held[0] = max(n.held[0], found)
