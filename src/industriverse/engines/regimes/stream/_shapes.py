"""Changes of the shape that a series repeats, found while it comes in.

Each stretch of the series looks for the three most alike. Where stretches before a moment find
theirs before it and those after it find theirs after, the shape changed there. Amplitudes enter as
normal scores of ranks, so that the verdict on noise does not depend on the noise's law.

References:
    Ermshaus, Schäfer & Leser (2023), ClaSP; (2024), Raising the ClaSS of streaming time series
    segmentation, PVLDB 17.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.compiled import compiled

from ._ranks import Ranks, mean_score, new_ranks, next_gap, normal_score
from ._stretches import Stretches, advance_stretches, new_stretches

LEARN = 512
"""Samples from which the length of a stretch is told."""
_FINEST = 32
"""A stretch is compared at so many places of its length, or at each sample if it is shorter."""
_SHORTEST, _LONGEST_SHARE = 10, 4
_ALIKE = 0.89


def stretch_length(scores: Float[np.ndarray, "time"]) -> int:
    """Return the least length whose stretches look like the whole: in mean, deviation and range.

    References:
        Ermshaus, Schäfer & Leser (2022), Window size selection: summary statistics subsequence.
    """
    spread = float(np.ptp(scores))
    if spread <= 0:
        return _SHORTEST
    unit = (scores - scores.min()) / spread
    whole = np.array([unit.mean(), unit.std(), 1.0])
    worst = float(np.sqrt((unit - whole[0]) ** 2 + whole[1] ** 2 + 1.0).mean())

    def likeness(length: int) -> float:
        views = np.lib.stride_tricks.sliding_window_view(unit, length)
        own = np.stack([views.mean(axis=1), views.std(axis=1), np.ptp(views, axis=1)])
        away = np.sqrt(((own - whole[:, None]) ** 2).sum(axis=0))
        return 1.0 - float(away.mean()) / math.sqrt(length) / worst

    most = max(_SHORTEST, len(unit) // _LONGEST_SHARE)
    low = high = _SHORTEST
    while high < most and likeness(high) <= _ALIKE:
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if likeness(middle) < _ALIKE else (low, middle)
    return low if high > low else high


@compiled
def _scores(ranks: Ranks, values: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
    out = np.empty(len(values))
    for t in range(len(values)):
        first, last = next_gap(ranks, values[t])
        out[t] = mean_score(normal_score(first), normal_score(last), last - first)
    return out


@dataclass(frozen=True, slots=True)
class Split:
    """A change of shape.

    Attributes:
        taken: Samples of the block up to its detection.
        back: Samples from the change to the newest.
        strength: Squared z per independent stretch.
    """

    taken: int
    back: int
    strength: float


class ShapeWatcher:
    """Follows the shape of one series in bounded memory."""

    def __init__(self) -> None:
        self._ranks = new_ranks()
        self._early: list[float] = []
        self._stretches: Stretches | None = None

    def update(
        self, values: Float[np.ndarray, "time"], limit: float
    ) -> tuple[list[Split], Float[np.ndarray, "time"]]:
        """Take samples; return the changes found, and how unlike all before the newest stretch is.

        Args:
            values: `(time,)` No gaps.
            limit: Squared z per independent stretch that a change needs.
        """
        scores = _scores(self._ranks, values)
        unlike = np.zeros(len(values))
        found, learned = self._learn(scores, limit)
        if self._stretches is not None:
            rest = _advance(self._stretches, scores[learned:], limit, unlike[learned:])
            found += [Split(s.taken + learned, s.back, s.strength) for s in rest]
        return found, unlike

    def _learn(self, scores: Float[np.ndarray, "time"], limit: float) -> tuple[list[Split], int]:
        """Take samples until the length is known; then announce what lies among them already."""
        if self._stretches is not None:
            return [], 0
        learned = min(LEARN - len(self._early), len(scores))
        self._early += scores[:learned].tolist()
        if len(self._early) < LEARN:
            return [], learned
        early = np.array(self._early)
        self._early = []
        length = stretch_length(early)
        self._stretches = new_stretches(length, max(1, length // _FINEST))
        found = _advance(self._stretches, early, limit, np.zeros(LEARN))
        return [Split(learned, LEARN - s.taken + s.back, s.strength) for s in found], learned


def _advance(
    stretches: Stretches,
    scores: Float[np.ndarray, "time"],
    limit: float,
    unlike: Float[np.ndarray, "time"],
) -> list[Split]:
    """Take samples; fill how unlike each newest stretch is, return the changes."""
    found: list[Split] = []
    taken = 0
    while taken < len(scores):
        used, back, strength = advance_stretches(stretches, scores[taken:], limit, unlike[taken:])
        taken += used
        if back >= 0:
            found.append(Split(taken, back, strength))
    return found
