"""Bounds taken from the observed frames, where a domain has none from training."""

import numpy as np
from jaxtyping import Float
from scipy import stats

_LEVEL = 0.01
_MANY = 3


def lead_bounds(
    pairs: list[Float[np.ndarray, "_"]], leads: int, overlap: int = 1
) -> Float[np.ndarray, "lead"]:
    """Return what a statistic between two frames may reach at each lead.

    At each lead with enough observed pairs: their 99th percentile. As m disjoint pairs are a small
    sample it is widened by 1/√m of itself, or by Student's prediction bound over all leads tested
    at once where that is wider, at most to twice the largest pair. Beyond those leads the bound
    grows in proportion to the lead; it never falls.

    Args:
        pairs: Per lead, from 1 on, the statistic between observed frames that far apart; at least
            one lead, none empty.
        leads: Number of leads wanted.
        overlap: Frames from one to the next that shares nothing with it.
    """
    own = max(1, len(pairs) // 2)
    bounds = np.array(
        [
            _widened(pairs[lead - 1], max(lead, overlap), leads)
            for lead in range(1, min(own, leads) + 1)
        ]
    )
    beyond = np.arange(len(bounds) + 1, leads + 1)
    grown = bounds[-1] * beyond / len(bounds)
    return np.maximum.accumulate(np.concatenate([bounds, grown]))


def _widened(pairs: Float[np.ndarray, "pair"], apart: int, leads: int) -> float:
    largest = float(pairs.max())
    disjoint = (len(pairs) + apart - 1) // apart
    if disjoint < _MANY:
        return 2 * largest
    level = 1 - _LEVEL / leads
    reach = float(stats.t.ppf(level, disjoint - 1)) * float(pairs.std(ddof=1))
    predicted = float(pairs.mean()) + reach * np.sqrt(1 + 1 / disjoint)
    percentile = float(np.quantile(pairs, 1 - _LEVEL))
    return max(percentile * (1 + 1 / np.sqrt(disjoint)), min(predicted, 2 * largest))
