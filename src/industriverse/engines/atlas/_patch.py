"""A change to a region of a map at one level, carried to all the others."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid
from industriverse.kernel.maps import Pyramid

from ._pyramid import build_pyramid

Keep = Literal["shape", "differences"]
"""What the finer cells of a changed block keep: their ratios, or their differences."""


def patch(
    pyramid: Pyramid,
    grid: Grid,
    start: Sequence[int],
    values: Float[np.ndarray, "..."],
    *,
    level: int = 1,
    keep: Keep = "shape",
) -> dict[int, np.ndarray]:
    """Replace a rectangle of cells at one level and return the whole pyramid.

    Downwards the finer cells of each changed block are scaled, or shifted, so that the block's
    mean is the new value and no cell falls below zero; upwards blocks are averaged again.

    Args:
        pyramid: The map as it is.
        grid: Of its finest level.
        start: First cell of the rectangle along each axis, in cells of `level`.
        values: The rectangle's new cells, at least zero.
        level: Cells averaged along each axis.
        keep: What the finer cells keep. An empty block is filled evenly in both cases.

    Raises:
        ContractError: No such level, a rectangle outside the map, or a value that no energy has.
    """
    if level not in pyramid:
        raise ContractError(
            f"The map has no level {level}.", hint=f"It has {', '.join(map(str, pyramid))}."
        )
    new = np.asarray(values, np.float64)
    place = _rectangle(pyramid[level].shape, tuple(start), new.shape)
    if not np.isfinite(new).all() or new.min(initial=0.0) < 0:
        raise ContractError(
            "A patch holds a cell that is NaN, infinite or below zero.",
            hint="Energy densities are at least zero, above the map's reference.",
        )
    fine = np.array(pyramid[1], np.float64)
    inside = tuple(slice(s.start * level, s.stop * level) for s in place)
    fine[inside] = new if level == 1 else _spread(fine[inside], new, level, keep)
    return build_pyramid(fine, grid)


def _rectangle(
    shape: tuple[int, ...], start: tuple[int, ...], size: tuple[int, ...]
) -> tuple[slice, ...]:
    fits = len(shape) == len(start) == len(size) and all(
        first >= 0 and count > 0 and first + count <= cells
        for first, count, cells in zip(start, size, shape, strict=True)
    )
    if not fits:
        raise ContractError(
            f"A rectangle of {size} cells at {start} does not lie in a map of {shape} cells."
        )
    return tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))


def _spread(
    fine: Float[np.ndarray, "..."], wanted: Float[np.ndarray, "..."], level: int, keep: Keep
) -> Float[np.ndarray, "..."]:
    """Return fine cells whose block means are those wanted."""
    dims = fine.ndim
    split = [size for cells in wanted.shape for size in (cells, level)]
    order = (*range(0, 2 * dims, 2), *range(1, 2 * dims, 2))
    blocks = fine.reshape(split).transpose(order).reshape(*wanted.shape, -1)
    fit = _scaled if keep == "shape" else _shifted
    made = fit(blocks, wanted[..., None]).reshape([*wanted.shape, *[level] * dims])
    return made.transpose(np.argsort(order)).reshape(fine.shape)


def _scaled(
    blocks: Float[np.ndarray, "*k cell"], mean: Float[np.ndarray, "*k 1"]
) -> Float[np.ndarray, "*k cell"]:
    held = blocks.mean(axis=-1, keepdims=True)
    return np.where(held > 0, blocks / np.where(held > 0, held, 1.0) * mean, mean)


def _shifted(
    blocks: Float[np.ndarray, "*k cell"], mean: Float[np.ndarray, "*k 1"]
) -> Float[np.ndarray, "*k cell"]:
    """Return the nearest cells of that mean that are at least zero.

    The projection onto a simplex: one shift for all cells that stay above zero.
    """
    cells = blocks.shape[-1]
    high = -np.sort(-blocks, axis=-1)
    ranks = np.arange(1, cells + 1)
    shifts = (np.cumsum(high, axis=-1) - mean * cells) / ranks
    above = np.maximum((high > shifts).sum(axis=-1, keepdims=True), 1)
    moved = np.maximum(blocks - np.take_along_axis(shifts, above - 1, axis=-1), 0.0)
    # rounding of the cumulative sums
    return _scaled(moved, mean)
