"""Regimes: the fewest units that stand for all others."""

import numpy as np
from jaxtyping import Float, Int

_ROUNDS = 20

Distance = Float[np.ndarray, "unit unit"]


def medoids(distance: Distance, near: float, most: int) -> Int[np.ndarray, "unit"]:
    """Return each unit's medoid: k-medoids with the smallest k that leaves none far away.

    Args:
        distance: `(unit, unit)`. Symmetric, zero on the diagonal.
        near: A unit may be this far from its medoid.
        most: Largest k; with it, units may be further away.
    """
    count = len(distance)
    assigned = np.zeros(count, int)
    for k in range(1, min(most, count) + 1):
        assigned = _k_medoids(distance, k)
        if distance[np.arange(count), assigned].max() <= near:
            break
    return assigned


def _k_medoids(distance: Distance, k: int) -> Int[np.ndarray, "unit"]:
    """Begin with the unit nearest to all and then the furthest ones; move while it helps."""
    centres = [int(distance.sum(axis=0).argmin())]
    while len(centres) < k:
        centres.append(int(distance[:, centres].min(axis=1).argmax()))
    for _ in range(_ROUNDS):
        nearest = distance[:, centres].argmin(axis=1)
        moved = [_middle(distance, np.flatnonzero(nearest == i), c) for i, c in enumerate(centres)]
        if moved == centres:
            break
        centres = moved
    return np.array(centres)[distance[:, centres].argmin(axis=1)]


def _middle(distance: Distance, members: Int[np.ndarray, "member"], centre: int) -> int:
    if not len(members):
        return centre
    return int(members[distance[np.ix_(members, members)].sum(axis=0).argmin()])
