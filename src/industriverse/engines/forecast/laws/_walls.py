"""Walls by reflection: a field and its mirror images are periodic on a square twice as wide."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Boundary

Walls = Literal["periodic", "neumann", "dirichlet", "reflecting"]
"""`neumann`: no flux through walls half a cell outside the frame; `dirichlet`: zero on them;
`reflecting`: each field as it seems to be mirrored."""
_OF_ENDS: Mapping[tuple[Boundary, ...], Walls] = {
    ("periodic", "periodic"): "periodic",
    ("reflecting", "reflecting"): "reflecting",
}
Parity = tuple[int, int]
"""0 for a field that a wall mirrors as it is, 1 with its sign changed: across x, across y."""


def walls_of(ends: Sequence[Boundary]) -> Walls | None:
    """Return the walls of a grid with these ends; None where laws cannot be sought there."""
    return _OF_ENDS.get(tuple(ends))


def mirrored(
    array: Float[np.ndarray, "*batch y x"], parity: Parity | None
) -> Float[np.ndarray, "*batch y2 x2"]:
    """Return a field with its mirror images in a square twice as wide; a periodic one as it is."""
    whole = np.asarray(array, dtype=np.float64)
    if parity is None:
        return whole
    return _doubled(_doubled(whole, parity[0], -1), parity[1], -2)


def parity_of(fields: Float[np.ndarray, "*batch y x"]) -> Parity:
    """Return how walls seem to mirror fields: across each axis so that they go on smoothly."""
    across = [_rough(fields, 1, axis) < _rough(fields, 0, axis) for axis in (-1, -2)]
    return int(across[0]), int(across[1])


def _doubled(
    array: Float[np.ndarray, "*batch y x"], odd: int, axis: int
) -> Float[np.ndarray, "*batch y2 x2"]:
    return np.concatenate([array, (1 - 2 * odd) * np.flip(array, axis)], axis=axis)


def _rough(fields: Float[np.ndarray, "*batch y x"], odd: int, axis: int) -> float:
    """Return the square sum of second differences over the walls at both ends of an axis."""
    lines = np.moveaxis(fields, axis, 0)
    # An odd field is −f on the other side of a wall, an even one f.
    bent = [inner - (3 if odd else 1) * wall for wall, inner in (lines[:2], lines[:-3:-1])]
    return float(sum((part**2).sum() for part in bent))
