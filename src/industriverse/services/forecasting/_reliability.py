"""Whether the past supports a forecast, or the platform should decline to stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ._trial import BLEND, Trial

FEWEST_SCORES = 2
WORST_SKILL = -0.05
COVERAGE_LOSS = 0.2
FARTHEST_DEPARTURE = 1.0

_RECENT = 0.05
_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for or against a forecast.

    Attributes:
        scores: Past forecasts scored at the first lead.
        skill: CRPS skill against persistence on the past; NaN where none was issued.
        coverage: Achieved coverage on the past; NaN where none was issued.
        target: Wanted coverage.
        departure: How far the newest readings lie outside the range before them, in ranges;
            median over states.
    """

    scores: int
    skill: float
    coverage: float
    target: float
    departure: float


def gather(
    values: Float[np.ndarray, "time state"],
    past: Trial,
    target: float,
    skills: Mapping[str, float],
) -> Evidence:
    """Collect the evidence of a panel's past, its skill by baseline included."""
    skill = skills.get("persistence", float("nan"))
    inside = past.inside(target)
    issued = inside[np.isfinite(inside)]
    coverage = float(issued.mean()) if issued.size else float("nan")
    scores = int(np.isfinite(past.errors(BLEND)[:, 0]).all(axis=-1).sum(axis=0).min())
    return Evidence(scores, skill, coverage, target, departure(values))


def departure(values: Float[np.ndarray, "time state"]) -> float:
    """Return how far the newest twentieth lies outside the range of the rest, in ranges.

    A straight ramp departs by about 0.03; a step to three times the range so far by 2.

    Examples:
        >>> departure(np.append(np.tile([0.0, 1.0], 50), [3.0] * 5)[:, None])
        2.0
    """
    split = len(values) - max(1, int(_RECENT * len(values)))
    values = values[:, :: max(1, values.shape[1] // _COLUMNS)]
    columns = ~np.isnan(values[:split]).all(axis=0) & ~np.isnan(values[split:]).all(axis=0)
    before, newest = values[:split, columns], values[split:, columns]
    if newest.size == 0:
        return 0.0
    low, high = np.nanmin(before, axis=0), np.nanmax(before, axis=0)
    middle = np.nanmedian(newest, axis=0)
    outside = np.maximum(low - middle, 0.0) + np.maximum(middle - high, 0.0)
    extent = high - low
    share = np.divide(outside, extent, out=np.zeros_like(extent), where=extent > 0)
    return float(np.median(share))


def judge(evidence: Evidence) -> tuple[bool, str]:
    """Return whether the past supports the forecast, and the sentence that says why.

    Not when fewer than 2 past forecasts could be scored; when the blend's CRPS was more than 5 %
    above persistence; when intervals covered 20 points less than wanted; or when the newest
    readings lie more than one range outside everything before.
    """
    if evidence.scores < FEWEST_SCORES:
        return False, (
            f"Only {evidence.scores} past forecast could be scored; {FEWEST_SCORES} are needed."
        )
    if evidence.departure > FARTHEST_DEPARTURE:
        return False, (
            f"The newest readings lie {evidence.departure:.1f} ranges outside everything before."
        )
    if evidence.skill < WORST_SKILL:
        return False, (
            f"On its own past the blend scored {-evidence.skill:.0%} worse than persistence."
        )
    if evidence.coverage < evidence.target - COVERAGE_LOSS:
        return False, (
            f"On its own past the {evidence.target:.0%} interval held {evidence.coverage:.0%}."
        )
    return True, "The past of these data supports the forecast."
