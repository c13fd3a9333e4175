r"""Changes of level and spread, at a rate of false alarms that is kept.

On the normal score z of each rank stand bets with a fair price: a bet grows by the likelihood ratio
of z under a shifted or spread normal law against the standard one, in the mean over the gap that
the rank covers. Their running maxima never exceed the Shiryaev–Roberts sums, whose mean grows by
one a sample, so evidence above 1/α comes at most once in 1/α samples in the mean while samples
could come in any order.

Real samples depend on each other. A bet is therefore raised to a power κ ≤ 1, the share of a sample
that is independent: one over the largest ratio, among blocks of 1, 2, 4, … samples, of the
variance of a block's mean to what independent samples would give. A fair bet stays fair under any
such power that was fixed before. For Gaussian samples with long-run variance 1/κ it is fair too.

References:
    Shin, Ramdas & Rinaldo (2024), E-detectors; Vovk (2021), Testing randomness online.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.compiled import compiled

from ._ranks import (
    EDGES,
    TREE,
    Ranks,
    mean_score,
    mean_square,
    next_gap,
    normal_mass,
    normal_score,
)

# What lies between these numbers of deviations loses a tenth of its evidence.
_MEANS = np.array([-2.5, -1.0, -0.4, 0.4, 1.0, 2.5])
_SPREADS = np.array([0.4, 2.0])
_BETS = len(_MEANS) + len(_SPREADS)
_SCALES = 10
_PRIOR = 8.0
"""Blocks that the expected ratio of a scale weighs."""
FIRST, AGAIN = 32, 8
"""Samples before the first bet: to learn how they depend on each other, at first and later."""
_DEPENDENT = 0.15
"""Below this share of independence, steps from sample to sample are bet on as well."""
_LEAST = 0.5
_ROOT2 = math.sqrt(2.0)
_TINY = 1e-300
_EVIDENCE, _START, _POWER = 0, 1, 2
_PART, _HELD, _SQUARE, _LARGEST, _BLOCKS, _EXPECTED = 0, 1, 2, 3, 4, 5
Bets = Float[np.ndarray, "entry bet"]
Scales = Float[np.ndarray, "kind entry scale"]


class Levels(NamedTuple):
    """Bets on each channel's values (track 0) and steps (track 1).

    Attributes:
        order, tree, taken: The ranks' parts, with leading `(channel, track)`.
        bets: `(channel, track, entry, bet)` Evidence since the bet's start [nat]; the sample at
            which it began; its power κ.
        scales: `(channel, track, kind, entry, scale)` Of blocks of 1, 2, 4, … scores (kind 0) or
            their centred squares (kind 1): sum and number of halves of the open block; of closed
            ones the sum and maximum of squared means over what independence gives, and their
            number; the ratio of earlier segments, 1 before the first.
        last: `(channel,)` Last value, NaN before the first.
        dependent: `(channel,)` Whether steps are bet on as well.
        clock: `(3,)` Samples ever, since the restart, and before bets count.
    """

    order: Float[np.ndarray, "channel track edge"]
    tree: Int[np.ndarray, "channel track cell"]
    taken: Int[np.ndarray, "channel track 1"]
    bets: Float[np.ndarray, "channel track entry bet"]
    scales: Float[np.ndarray, "channel track kind entry scale"]
    last: Float[np.ndarray, "channel"]
    dependent: Int[np.ndarray, "channel"]
    clock: Int[np.ndarray, "3"]


def new_levels(channels: int) -> Levels:
    """Return bets that have not begun."""
    each = (channels, 2)
    scales = np.zeros((*each, 2, 6, _SCALES))
    scales[:, :, :, _EXPECTED] = 1.0
    return Levels(
        order=np.empty((*each, EDGES)),
        tree=np.zeros((*each, TREE + 1), np.int64),
        taken=np.zeros((*each, 1), np.int64),
        bets=np.zeros((*each, 3, _BETS)),
        scales=scales,
        last=np.full(channels, np.nan),
        dependent=np.zeros(channels, np.int64),
        clock=np.array([0, 0, FIRST], np.int64),
    )


@compiled
def _ratio(part: Float[np.ndarray, "entry scale"], scale: int, guess: float) -> float:
    """Return the variance ratio of a scale, without its largest block: that may be a change."""
    seen, total = part[_BLOCKS, scale], part[_SQUARE, scale]
    if seen > 1.0:
        total -= part[_LARGEST, scale]
        seen -= 1.0
    prior = max(guess, part[_EXPECTED, scale])
    return max((total + _PRIOR * prior) / (seen + _PRIOR), _LEAST)


@compiled
def _independence(part: Float[np.ndarray, "entry scale"], keep: bool) -> float:
    """Return κ; keep each scale's ratio as what the next segment expects, if told so.

    A scale with few blocks is expected to go on as the scales below it grew, and at least as in
    earlier segments.
    """
    worst, before, ratio = 1.0, 1.0, 1.0
    for scale in range(1, _SCALES):
        growth = min(max(ratio / before, 1.0), 2.0)
        if part[_BLOCKS, scale] < 1.0:
            worst = max(worst, ratio * growth, part[_EXPECTED, scale:].max())
            break
        before, ratio = ratio, _ratio(part, scale, ratio * growth)
        worst = max(worst, ratio)
        if keep:
            part[_EXPECTED, scale] = max(ratio, 1.0)
    return 1.0 / worst


@compiled
def _close_blocks(part: Float[np.ndarray, "entry scale"], value: float) -> None:
    """Add a sample to the open block of each scale, closing those that are full."""
    size = 1.0
    for scale in range(_SCALES):
        if scale:
            part[_PART, scale] += value
            part[_HELD, scale] += 1.0
            if part[_HELD, scale] < 2.0:  # noqa: PLR2004 (two blocks make the next)
                return
            value = part[_PART, scale]
            part[_PART, scale] = 0.0
            part[_HELD, scale] = 0.0
        square = value * value / size
        size *= 2.0
        part[_SQUARE, scale] += square
        part[_BLOCKS, scale] += 1.0
        part[_LARGEST, scale] = max(part[_LARGEST, scale], square)


@compiled
def _log_ratio(bet: int, low: float, high: float, share: float) -> float:
    """Return what one unit of a bet gains, in nats, on a score between two quantiles."""
    if bet < len(_MEANS):
        mass = normal_mass(low - _MEANS[bet], high - _MEANS[bet])
    else:
        spread = _SPREADS[bet - len(_MEANS)]
        mass = normal_mass(low / spread, high / spread)
    return math.log(max(mass, _TINY) / share)


@compiled
def _bet(bets: Bets, scales: Scales, gap: tuple[float, float], now: int) -> None:
    """Let each bet gain or lose on a rank, and learn from its score afterwards."""
    low, high = normal_score(gap[0]), normal_score(gap[1])
    share = gap[1] - gap[0]
    powers = (-1.0, -1.0)
    for bet in range(_BETS):
        if bets[_EVIDENCE, bet] <= 0.0:
            kind = 0 if bet < len(_MEANS) else 1
            if powers[kind] < 0.0:
                found = _independence(scales[kind], False)
                powers = (found, powers[1]) if kind == 0 else (powers[0], found)
            bets[_EVIDENCE, bet] = 0.0
            bets[_START, bet] = now
            bets[_POWER, bet] = powers[kind]
        bets[_EVIDENCE, bet] += bets[_POWER, bet] * _log_ratio(bet, low, high, share)
    _close_blocks(scales[0], mean_score(low, high, share))
    _close_blocks(scales[1], (mean_square(low, high, share) - 1.0) / _ROOT2)


@compiled
def _take(levels: Levels, c: int, value: float) -> None:
    """Rank a channel's value and its step from the one before; bet on both."""
    before = levels.last[c]
    levels.last[c] = value
    for a in range(1 if math.isnan(before) else 2):
        ranks = Ranks(levels.order[c, a], levels.tree[c, a], levels.taken[c, a])
        gap = next_gap(ranks, value if a == 0 else value - before)
        _bet(levels.bets[c, a], levels.scales[c, a], gap, levels.clock[0])
    if levels.dependent[c] == 0 and levels.taken[c, 0, 0] >= FIRST:
        share = _independence(levels.scales[c, 0, 0], False)
        levels.dependent[c] = 1 if share < _DEPENDENT else 0


@compiled
def _strongest(levels: Levels) -> tuple[float, int, int, int]:
    """Return the largest evidence that counts, with its channel, track and bet."""
    best, channel, track, bet = 0.0, -1, 0, 0
    for c in range(len(levels.last)):
        for a in range(1 + levels.dependent[c]):
            for j in range(_BETS):
                if levels.bets[c, a, _EVIDENCE, j] > best:
                    best, channel, track, bet = levels.bets[c, a, _EVIDENCE, j], c, a, j
    return best, channel, track, bet


@compiled
def advance_levels(
    levels: Levels, rows: Float[np.ndarray, "time channel"], limit: float
) -> tuple[int, float, int]:
    """Take rows until the evidence passes a limit or they end.

    Args:
        levels: Changed in place.
        rows: `(time, channel)` NaN is no reading.
        limit: [nat].

    Returns:
        Rows taken, the evidence there, and the sample at which the winning bet began; −1 where the
        limit was not passed.
    """
    for t in range(len(rows)):
        for c in range(rows.shape[1]):
            if not math.isnan(rows[t, c]):
                _take(levels, c, rows[t, c])
        levels.clock[0] += 1
        levels.clock[1] += 1
        if levels.clock[1] <= levels.clock[2]:
            levels.bets[:, :, _EVIDENCE] = 0.0
            continue
        best, c, a, bet = _strongest(levels)
        if best >= limit:
            return t + 1, best, int(levels.bets[c, a, _START, bet])
    return len(rows), 0.0, -1


@compiled
def restart_levels(levels: Levels) -> None:
    """Begin a new segment; only how samples depend on each other is remembered."""
    for c in range(len(levels.last)):
        for a in range(2):
            for kind in range(2):
                _independence(levels.scales[c, a, kind], True)
    levels.taken[:] = 0
    levels.bets[:] = 0.0
    levels.scales[:, :, :, :_EXPECTED] = 0.0
    levels.last[:] = np.nan
    levels.dependent[:] = 0
    levels.clock[1] = 0
    levels.clock[2] = AGAIN
