"""The rank of each sample among those before it, as a stretch of the standard normal law.

Samples that follow one law could have come in any order. Then the next is equally likely to fall
into each gap between the earlier ones, whatever the law is and whatever the earlier ranks were.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.compiled import compiled

EDGES = 512
"""Samples kept in order; later ones are counted in the gaps between them."""
TREE = 2048
"""Cells of the tree of counts, a power of two: one for each edge and one between any two."""
_ROOT_HALF = math.sqrt(0.5)
_DENSITY = 1.0 / math.sqrt(2.0 * math.pi)

# Acklam's rational approximation of the normal quantile: relative error below 1.2e-9.
_TAIL = 0.02425
_CENTRE_TOP = np.array(
    [
        -39.69683028665376,
        220.9460984245205,
        -275.9285104469687,
        138.357751867269,
        -30.66479806614716,
        2.506628277459239,
    ]
)
_CENTRE_BOTTOM = np.array(
    [
        -54.47609879822406,
        161.5858368580409,
        -155.6989798598866,
        66.80131188771972,
        -13.28068155288572,
        1.0,
    ]
)
_TAIL_TOP = np.array(
    [
        -0.007784894002430293,
        -0.3223964580411365,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ]
)
_TAIL_BOTTOM = np.array(
    [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0]
)


class Ranks(NamedTuple):
    """The order of what one series showed so far.

    Attributes:
        order: `(edge,)` The first samples, sorted.
        tree: `(cell,)` Fenwick tree of the number of samples below the first edge, equal to it,
            between it and the second, and so on.
        taken: `(1,)` Samples so far.
    """

    order: Float[np.ndarray, "edge"]
    tree: Int[np.ndarray, "cell"]
    taken: Int[np.ndarray, "1"]


def new_ranks() -> Ranks:
    """Return ranks of a series that has not begun."""
    return Ranks(np.empty(EDGES), np.zeros(TREE + 1, np.int64), np.zeros(1, np.int64))


@compiled
def _horner(parts: Float[np.ndarray, "power"], x: float) -> float:
    value = 0.0
    for part in parts:
        value = value * x + part
    return value


@compiled
def normal_score(p: float) -> float:
    """Return the standard normal quantile of a probability in [0, 1]."""
    if p <= 0.0 or p >= 1.0:
        return -math.inf if p <= 0.0 else math.inf
    if _TAIL <= p <= 1.0 - _TAIL:
        q = p - 0.5
        return q * _horner(_CENTRE_TOP, q * q) / _horner(_CENTRE_BOTTOM, q * q)
    q = math.sqrt(-2.0 * math.log(min(p, 1.0 - p)))
    tail = _horner(_TAIL_TOP, q) / _horner(_TAIL_BOTTOM, q)
    return tail if p < _TAIL else -tail


@compiled
def _place(order: Float[np.ndarray, "edge"], size: int, value: float) -> tuple[int, int]:
    """Return how many edges lie below the value, and how many do not lie above it."""
    below = np.searchsorted(order[:size], value, "left")
    upto = below
    while upto < size and order[upto] == value:
        upto += 1
    return int(below), int(upto)


@compiled
def add_to(tree: Int[np.ndarray, "cell"], gap: int) -> None:
    """Count one more in a gap of a Fenwick tree."""
    i = gap + 1
    while i < len(tree):
        tree[i] += 1
        i += i & -i


@compiled
def count_before(tree: Int[np.ndarray, "cell"], gap: int) -> int:
    """Return how many were counted in the gaps before one."""
    total = 0
    while gap > 0:
        total += tree[gap]
        gap -= gap & -gap
    return total


@compiled
def _insert(ranks: Ranks, place: int, value: float) -> None:
    n = ranks.taken[0]
    for i in range(n, place, -1):
        ranks.order[i] = ranks.order[i - 1]
    ranks.order[place] = value
    if n + 1 == EDGES:
        ranks.tree[:] = 0
        for edge in ranks.order:
            add_to(ranks.tree, 2 * np.searchsorted(ranks.order, edge, "left") + 1)


@compiled
def next_gap(ranks: Ranks, value: float) -> tuple[float, float]:
    """Return the stretch of [0, 1] that a new sample's rank covers, then count the sample.

    Where samples could have come in any order, a point drawn in the stretch is uniform and
    independent of those before. Equal samples share one stretch, so nothing need be drawn.

    Notes:
        Once the edges are full, later samples are counted between edges or as equal to one; among
        those counted together every order is equally likely, so the stretch stays exact in fixed
        memory.
    """
    n = ranks.taken[0]
    below, upto = _place(ranks.order, min(n, EDGES), value)
    first, last = below, upto + 1
    if n < EDGES:
        _insert(ranks, upto, value)
    else:
        cell = 2 * below + (1 if upto > below else 0)
        first, last = count_before(ranks.tree, cell), count_before(ranks.tree, cell + 1) + 1
        add_to(ranks.tree, cell)
    ranks.taken[0] = n + 1
    return first / (n + 1), last / (n + 1)


@compiled
def normal_mass(low: float, high: float) -> float:
    """Return the standard normal probability between two numbers, precise in both tails."""
    if low > 0.0:
        low, high = -high, -low
    return 0.5 * (math.erfc(-high * _ROOT_HALF) - math.erfc(-low * _ROOT_HALF))


@compiled
def _density(z: float) -> float:
    return _DENSITY * math.exp(-0.5 * z * z)


@compiled
def mean_score(low: float, high: float, share: float) -> float:
    """Return the mean of the standard normal law between two of its quantiles."""
    return (_density(low) - _density(high)) / share


@compiled
def mean_square(low: float, high: float, share: float) -> float:
    """Return the mean square of the standard normal law between two of its quantiles."""
    lower = low * _density(low) if math.isfinite(low) else 0.0
    upper = high * _density(high) if math.isfinite(high) else 0.0
    return 1.0 + (lower - upper) / share
