"""Scores of segmentations, of marked samples, of ranges and of rankings, as their sets ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from industriverse.kernel.errors import ContractError

Span = tuple[int, int]
"""First sample and the one after the last."""
Mask = Bool[np.ndarray, "time"]

MARGIN = 5
"""Samples by which a change may be misplaced (van den Burg & Williams)."""
_UCR_MARGIN = 100


def spans(changes: Iterable[int], samples: int) -> list[Span]:
    """Return the segments between changes; those outside of (0, samples) part nothing."""
    edges = [0, *sorted({int(c) for c in changes if 0 < c < samples}), samples]
    return list(pairwise(edges))


def covering(truth: Iterable[int], found: Iterable[int], samples: int) -> float:
    """Return each true segment's best Jaccard overlap with a found one, weighted by its length.

    References:
        Arbelaez et al. (2011), IEEE TPAMI 33, 898; van den Burg & Williams (2020),
        arXiv:2003.06222, equation 3.
    """
    ours = np.array(spans(found, samples))
    total = 0.0
    for first, end in spans(truth, samples):
        both = np.minimum(ours[:, 1], end) - np.maximum(ours[:, 0], first)
        either = np.maximum(ours[:, 1], end) - np.minimum(ours[:, 0], first)
        total += (end - first) * float((both / either).max())
    return total / samples


def mean_covering(
    annotations: Mapping[str, Sequence[int]], found: Iterable[int], samples: int
) -> float:
    """Return the covering of each annotator's segmentation, averaged.

    Raises:
        ContractError: Nobody annotated.
    """
    _annotated(annotations)
    found = list(found)
    return float(np.mean([covering(own, found, samples) for own in annotations.values()]))


def _annotated(annotations: Mapping[str, Sequence[int]]) -> None:
    if not annotations:
        raise ContractError("Nobody annotated this series, so it has no score.")


def matched(truth: set[int], found: Iterable[int], margin: int = MARGIN) -> dict[int, int]:
    """Return true changes and the found one that each takes: the nearest that is left.

    Notes:
        True changes choose in the order of the set, as in the authors' program: where annotators
        put changes closer than the margin, the order can matter.
    """
    left = set(found)
    pairs: dict[int, int] = {}
    for change in truth:
        near = [(abs(change - one), one) for one in left if abs(change - one) <= margin]
        if near:
            pairs[change] = min(near)[1]
            left.remove(pairs[change])
    return pairs


def f_measure(
    annotations: Mapping[str, Sequence[int]], found: Iterable[int], margin: int = MARGIN
) -> float:
    """Return F1: precision against all annotators together, recall averaged over them.

    The first sample counts as a change of everybody's, so that no change at all is an answer.

    Raises:
        ContractError: Nobody annotated.

    References:
        van den Burg & Williams (2020), arXiv:2003.06222, equation 5.
    """
    _annotated(annotations)
    ours = {*found, 0}
    each = [{*own, 0} for own in annotations.values()]
    everybody = {change for own in each for change in own}
    precision = len(matched(everybody, ours, margin)) / len(ours)
    recall = float(np.mean([len(matched(own, ours, margin)) / len(own) for own in each]))
    return 2 * precision * recall / (precision + recall)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many samples, or ranges, were marked rightly and wrongly; they add up.

    Attributes:
        hit: Marked and true.
        false: Marked but not true.
        missed: True but not marked.
        quiet: Neither; of ranges there is no such number.
    """

    hit: int = 0
    false: int = 0
    missed: int = 0
    quiet: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(
            self.hit + other.hit,
            self.false + other.false,
            self.missed + other.missed,
            self.quiet + other.quiet,
        )

    @property
    def f1(self) -> float:
        """Of what is true and marked; 1 where nothing is and nothing was."""
        wrong = self.false + self.missed
        return 2 * self.hit / (2 * self.hit + wrong) if self.hit + wrong else 1.0

    @property
    def precision(self) -> float:
        """Share of the marked that is true; 1 where nothing is marked."""
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the true that is marked; 1 where nothing is true."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def false_alarm_rate(self) -> float:
        """Share of the sound samples that is marked."""
        return self.false / (self.false + self.quiet) if self.false + self.quiet else 0.0


def sample_counts(truth: Mask, marked: Mask) -> Counts:
    """Return how many samples are marked rightly and wrongly."""
    hit = int(np.count_nonzero(truth & marked))
    false = int(np.count_nonzero(marked)) - hit
    missed = int(np.count_nonzero(truth)) - hit
    return Counts(hit, false, missed, len(truth) - hit - false - missed)


def range_counts(truth: Sequence[Span], found: Sequence[Span]) -> Counts:
    """Return true ranges that any found one overlaps or not, and found ones that overlap none.

    References:
        Hundman et al. (2018), KDD, arXiv:1802.04431, section 4.1.
    """
    hit = sum(any(_overlap(one, other) for other in found) for one in truth)
    false = sum(not any(_overlap(one, other) for other in truth) for one in found)
    return Counts(hit, false, len(truth) - hit)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def ranges_of(mask: Mask) -> list[Span]:
    """Return the stretches that are marked."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def mask_of(ranges: Iterable[Span], samples: int) -> Mask:
    """Return a mark for each sample of the ranges."""
    mask = np.zeros(samples, bool)
    for first, end in ranges:
        mask[first:end] = True
    return mask


def is_peak_found(peak: int, truth: Span) -> bool:
    """Tell whether the most anomalous sample lies in or near the one anomaly, by UCR's rule.

    It may lie outside by 100 samples, or by the anomaly's length if that is more.

    References:
        Wu & Keogh (2021), IEEE TKDE, arXiv:2009.13807, and the archive's slides.
    """
    first, last = truth[0], truth[1] - 1
    margin = max(_UCR_MARGIN, last - first + 1)
    return first - margin < peak < last + margin


def average_precision(scores: Float[np.ndarray, "time"], truth: Mask) -> float | None:
    """Return the area under precision over recall, in steps; None where nothing is true.

    Equal scores are taken together.
    """
    if not truth.any():
        return None
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    precision = hits[last] / (last + 1)
    gained = np.diff(np.append(0, hits[last]))
    return float((precision * gained).sum() / hits[-1])
