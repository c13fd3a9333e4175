"""Walls by reflection: a field and its mirror images are periodic on a square twice as wide."""

from typing import Literal

import numpy as np
from jaxtyping import Float

Walls = Literal["periodic", "neumann", "dirichlet"]
"""`neumann`: no flux through walls half a cell outside the frame; `dirichlet`: zero on them."""
Parity = tuple[int, int]
"""0 for a field that a wall mirrors as it is, 1 with its sign changed: across x, across y."""


def mirrored(
    array: Float[np.ndarray, "*batch y x"], parity: Parity, boundary: Walls
) -> Float[np.ndarray, "*batch y2 x2"]:
    """Return a field with its mirror images in a square twice as wide; a periodic one as it is."""
    whole = np.asarray(array, dtype=np.float64)
    if boundary == "periodic":
        return whole
    whole = np.concatenate([whole, (1 - 2 * parity[0]) * whole[..., ::-1]], axis=-1)
    return np.concatenate([whole, (1 - 2 * parity[1]) * whole[..., ::-1, :]], axis=-2)
