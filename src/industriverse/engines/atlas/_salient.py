"""The few cells of a map that tell most of it: its highest peaks and its steepest places."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import ndimage

from industriverse.kernel.fields import Grid
from industriverse.physics import gradient, laplacian

MOST_SALIENT = 8
"""Cells of a map, at most."""
_PEAKS = MOST_SALIENT // 2
_APART = 16
"""Two peaks are at least this part of the shortest side apart."""
_ROUNDING = 1e-9
_AROUND = 2
"""Cells on each side of one that its local entropy is taken over."""

Cell = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SalientCell:
    """One cell of a map.

    Attributes:
        at: Its place, one index an axis, in the order of the grid's axes.
        energy: Density there.
        slopes: Derivative along each axis, in the same order.
        laplacian: Sum of second derivatives; None where the axes have different units.
        local_entropy: Map entropy of the cells around it, in nats.
    """

    at: Cell
    energy: float
    slopes: tuple[float, ...]
    laplacian: float | None
    local_entropy: float


@dataclass(frozen=True, slots=True)
class Salience:
    """A map by its salient cells.

    Attributes:
        cells: Peaks of energy first, then steepest places, each the greatest first; none where
            the map is even.
        steepness_mean, steepness_max: Of the gradient's length, in density per the axes' unit, or
            per cell where the axes have different units.
    """

    cells: tuple[SalientCell, ...]
    steepness_mean: float
    steepness_max: float


def salience(density: Float[np.ndarray, "..."], grid: Grid) -> Salience:
    """Return the salient cells of a map.

    Half of them are local maxima of the energy, half local maxima of the gradient's length. A
    local maximum is no lower than any cell beside it, and above the mean.

    Args:
        density: `(*space)`. At least zero, finite.
        grid: Where the cells are.
    """
    slopes = gradient(density, grid)
    alike = len(set(grid.units)) == 1
    steps = np.ones(len(grid.shape)) if alike else np.asarray(grid.spacing)
    steepness = np.sqrt(np.einsum("a...,a->...", slopes**2, steps**2))
    # rounding alone makes neither a peak nor a slope
    least = _ROUNDING * float(np.abs(density).max())
    peaks = _peaks(density, grid, _PEAKS, least)
    steep = _peaks(steepness, grid, MOST_SALIENT, least / (min(grid.spacing) if alike else 1.0))
    rest = [at for at in steep if at not in peaks][:_PEAKS]
    cells = tuple(
        SalientCell(
            at=at,
            energy=float(density[at]),
            slopes=tuple(float(slope[at]) for slope in slopes),
            laplacian=_curvature(density, grid, at) if alike else None,
            local_entropy=_local_entropy(density, grid, at),
        )
        for at in (*peaks, *rest)
    )
    return Salience(cells, float(steepness.mean()), float(steepness.max()))


def _peaks(values: Float[np.ndarray, "..."], grid: Grid, most: int, least: float) -> list[Cell]:
    """Return the highest local maxima that are `least` above the mean, none beside another."""
    highest = values
    for axis, kind in enumerate(grid.boundary):
        ends = "wrap" if kind == "periodic" else "nearest"
        highest = ndimage.maximum_filter1d(highest, size=3, axis=axis, mode=ends)
    places = np.argwhere((values >= highest) & (values > values.mean() + least))
    places = places[np.argsort(-values[tuple(places.T)], kind="stable")]
    nearest = max(1, min(grid.shape) // _APART)
    found: list[Cell] = []
    while len(places) and len(found) < most:
        found.append(tuple(int(i) for i in places[0]))
        places = places[_distance(places, places[0], grid) > nearest]
    return found


def _distance(
    places: Int[np.ndarray, "place axis"], of: Int[np.ndarray, "axis"], grid: Grid
) -> Int[np.ndarray, "place"]:
    """Return the largest difference along any axis, in cells."""
    apart = np.abs(places - of)
    for axis, kind in enumerate(grid.boundary):
        if kind == "periodic":
            apart[:, axis] = np.minimum(apart[:, axis], grid.shape[axis] - apart[:, axis])
    return apart.max(axis=1)


def _curvature(density: Float[np.ndarray, "..."], grid: Grid, at: Cell) -> float:
    """Return the Laplacian in one cell, from the lines of cells through it."""
    total = 0.0
    for axis, place in enumerate(at):
        line = density[(*at[:axis], slice(None), *at[axis + 1 :])]
        along = Grid(
            (grid.shape[axis],),
            (grid.spacing[axis],),
            (grid.axes[axis],),
            (grid.units[axis],),
            (grid.boundary[axis],),
        )
        total += float(laplacian(line, along)[place])
    return total


def _local_entropy(density: Float[np.ndarray, "..."], grid: Grid, at: Cell) -> float:
    around = density
    for axis, (place, cells) in enumerate(zip(at, grid.shape, strict=True)):
        window = np.arange(place - _AROUND, place + _AROUND + 1)
        if grid.boundary[axis] == "periodic" and cells >= len(window):
            window %= cells
        else:
            window = window[(window >= 0) & (window < cells)]
        around = around.take(window, axis=axis)
    shares = around[around > 0] / around.sum()
    return float(-(shares * np.log(shares)).sum()) + 0.0
