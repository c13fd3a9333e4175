"""The pyramid of a map: exact averages over ever larger blocks."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Grid
from industriverse.kernel.maps import Pyramid
from industriverse.physics import block_average, coarse_grid

_LEVELS = (1, 2, 4)
_FEWEST = 8
"""Cells that the shortest axis keeps at the coarsest level."""


def levels_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the levels that a map of this shape has: cells averaged along each axis.

    A level is there when it divides every axis and leaves at least eight cells of it; the map
    itself always is.

    Examples:
        >>> levels_of((256, 256)), levels_of((721, 1440))
        ((1, 2, 4), (1,))
    """
    kept = [
        factor
        for factor in _LEVELS
        if factor == 1 or all(n % factor == 0 and n // factor >= _FEWEST for n in shape)
    ]
    return tuple(kept)


def build_pyramid(density: Float[np.ndarray, "..."], grid: Grid) -> dict[int, np.ndarray]:
    """Return a map at each of its levels.

    Args:
        density: `(*space)`. At least zero, finite.
        grid: Where the cells are.

    Returns:
        By cells averaged along each axis. Each coarse cell is the mean of its block, so the total
        energy is the same at each level to rounding, and no cell falls below zero.
    """
    fine = np.ascontiguousarray(density, np.float64)
    return {
        factor: fine if factor == 1 else block_average(fine, grid, factor)
        for factor in levels_of(grid.shape)
    }


def pyramid_error(pyramid: Pyramid, grid: Grid) -> float:
    """Return how far coarse cells are from the means of their blocks, relative to the largest.

    A level of another shape than its blocks is infinitely far.
    """
    fine = pyramid[1]
    scale = max(float(np.abs(fine).max()), np.finfo(np.float64).tiny)
    worst = 0.0
    for factor, cells in pyramid.items():
        if factor == 1:
            continue
        if cells.shape != coarse_grid(grid, factor).shape:
            return float("inf")
        worst = max(worst, float(np.abs(cells - block_average(fine, grid, factor)).max()) / scale)
    return worst
