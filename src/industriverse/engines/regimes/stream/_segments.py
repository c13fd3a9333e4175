"""Which regime lasted between two changes, and what a change did, in words and numbers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from industriverse.engines.regimes._detect import detect_regime
from industriverse.engines.regimes._model import RegimeModel
from industriverse.engines.regimes._window import WINDOW

from ._report import ChangePoint, Segment

Rows = Float[np.ndarray, "time channel"]
_LOOKED_AT = 256
"""Samples on either side of a change that its evidence is told from."""
_FEW = 2


def label_segments(
    rows: Rows, changes: Sequence[ChangePoint], step_s: float, *, model: RegimeModel
) -> tuple[Segment, ...]:
    """Return the segments between changes, each under the regime of its own newest samples.

    Args:
        rows: `(time, channel)` NaN is no reading.
        changes: By index.
        step_s: [s]. Above zero.
        model: The classifier.
    """
    edges = [0, *(c.index for c in changes), len(rows)]
    found: list[Segment] = []
    for start, end in pairwise(edges):
        regime = detect_regime(rows[max(start, end - 2 * WINDOW) : end], step_s, model=model)
        probability = regime.probabilities[regime.label]
        found.append(Segment(start, end, regime.label, regime.confirmed, probability))
    return tuple(found)


def evidence_of(
    change: ChangePoint, rows: Rows, names: Sequence[str], edges: tuple[int, int]
) -> str:
    """Return what moved most at a change: one sentence.

    Args:
        change: The change.
        rows: `(time, channel)` All samples.
        names: One a channel.
        edges: First sample of the segment before, and the end of the segment after.
    """
    before = rows[max(edges[0], change.index - _LOOKED_AT) : change.index]
    after = rows[change.index : min(edges[1], change.index + _LOOKED_AT)]
    late = f"announced {change.detected - change.index} samples later"
    told = [_moved(before[:, c], after[:, c]) for c in range(rows.shape[1])]
    strongest = max(range(len(told)), key=lambda c: told[c][0])
    strength, sentence = told[strongest]
    if strength <= 0:
        return f"The shape of the readings changed, not their level or spread; {late}."
    return f"{names[strongest]}: {sentence}; {late}."


def _moved(
    before: Float[np.ndarray, "earlier"], after: Float[np.ndarray, "later"]
) -> tuple[float, str]:
    """Return how much a channel changed, in its own spreads, and the words for it."""
    before, after = before[~np.isnan(before)], after[~np.isnan(after)]
    if min(len(before), len(after)) < _FEW:
        return 0.0, ""
    means, spreads = (before.mean(), after.mean()), (before.std(), after.std())
    usual = max(min(spreads), 1e-12 * abs(means[0]), np.finfo(float).tiny)
    level = abs(means[1] - means[0]) / max(*spreads, usual)
    spread = abs(np.log(max(spreads[1], usual) / max(spreads[0], usual)))
    if max(level, spread) < np.log(1.25):
        return 0.0, ""
    if level >= spread:
        return float(level), f"the mean went from {means[0]:.4g} to {means[1]:.4g}"
    return float(spread), f"the spread went from {spreads[0]:.3g} to {spreads[1]:.3g}"
