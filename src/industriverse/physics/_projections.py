"""The nearest lawful map: projection onto a total, positivity, bounds and smoothness."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._arrays import A, float64, namespace, physical, require_finite, space_axes


@dataclass(frozen=True, slots=True)
class Projection(Generic[A]):
    """A projected map and how well it fulfils what was asked.

    Attributes:
        density: `(*space)`. Total and positivity hold to rounding.
        residual: Largest breach of a bound or of smoothness, as a share of the mean density.
        iterations: Rounds over all constraints.
        converged: Whether the residual and the last round's changes are below the tolerance.
    """

    density: Float[A, "*space"]
    residual: float
    iterations: int
    converged: bool


def _require_total(*arrays: Float[A, "..."]) -> None:
    require_finite(*arrays)
    if float(np.min(np.asarray(arrays[-1]))) < 0:
        raise ContractError(
            f"A total of {float(np.min(np.asarray(arrays[-1]))):.4g} has no non-negative map.",
            hint="Ask for a total of at least zero.",
        )


@physical("grid", check=_require_total)
def project_total(density: Float[A, "..."], total: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    r"""Return the nearest non-negative map with a given total: the simplex projection.

    $$\min_x \tfrac12 \lVert x - e \rVert^2 \quad \text{s.t.} \quad
      x \ge 0,\ \sum_i x_i \Delta V = E$$

    The answer is `max(e − τ, 0)`; sorting finds τ exactly in O(N log N).

    Args:
        density: `(*batch, *space)`. Any sign.
        total: `(*batch)` [density × cell volume]. At least zero.
        grid: Where the cells are.

    Returns:
        `(*batch, *space)`.

    Notes:
        Differentiable in both arguments except where a cell enters or leaves zero.

    References:
        Held, Wolfe & Crowder (1974), Math. Programming 6, 62.

    Examples:
        >>> grid = Grid((3,), (1.0,), ("x",), ("m",), ("open",))
        >>> project_total(np.array([2.0, 1.0, -5.0]), np.array(2.0), grid).tolist()
        [1.5, 0.5, 0.0]
    """
    xp = namespace(density)
    axes = space_axes(density, grid)
    batch = density.shape[: density.ndim - len(axes)]
    flat = float64(density).reshape((*batch, grid.cells))
    wanted = float64(total).reshape((*batch, 1)) / grid.cell_volume
    falling = -xp.sort(-flat, axis=-1)
    count = xp.arange(1, grid.cells + 1, dtype=xp.float64).reshape((1,) * len(batch) + (-1,))
    threshold = (xp.cumsum(falling, axis=-1) - wanted) / count
    kept = xp.maximum(xp.sum(falling > threshold, axis=-1, keepdims=True), 1)
    tau = xp.take_along_axis(threshold, kept - 1, axis=-1)
    return xp.maximum(flat - tau, 0.0).reshape(density.shape)


def project_lawful(  # noqa: PLR0913 (one argument a constraint)
    density: Float[A, "*space"],
    total: float,
    grid: Grid,
    *,
    lower: float = 0.0,
    upper: float = np.inf,
    steepest: tuple[float, ...] | None = None,
    tolerance: float = 1e-8,
    rounds: int = 10_000,
) -> Projection[A]:
    """Return the nearest map with a total, bounds on each cell and a bound on slopes.

    Dykstra's algorithm cycles through projections that are each exact: the simplex, the box, and
    for each axis the even and the odd pairs of neighbours, which may differ by `steepest × Δx`.

    Args:
        density: `(*space)`. Any sign.
        total: [density × cell volume]. At least zero.
        grid: Where the cells are; a periodic axis also bounds the step across its seam.
        lower: Least density of a cell, at least zero.
        upper: Largest density of a cell.
        steepest: Largest |∂e/∂x| along each axis, above zero; None for no bound.
        tolerance: Stop when a round changes no correction, and no bound is broken, by more than
            this share of the mean density.
        rounds: Give up after so many rounds.

    Returns:
        The map, its residual and whether it got there.

    Raises:
        ContractError: No map can fulfil all of it, or an argument is out of range.

    References:
        Boyle & Dykstra (1986), Lecture Notes in Statistics 37, 28.
    """
    require_finite(density)
    mean = float(total) / (grid.cell_volume * grid.cells)
    _require_feasible(mean, grid, (lower, upper), steepest)
    xp = namespace(density)
    wanted = xp.asarray(total, dtype=xp.float64)
    simplex = functools.partial(project_total, total=wanted, grid=grid)
    sets = [*_bound_sets(density, (lower, upper)), *_slope_sets(grid, steepest), simplex]
    scale = mean if mean > 0 else 1.0
    return _dykstra(float64(density), sets, tolerance, scale, rounds)


def _dykstra(
    start: Float[A, "*space"],
    sets: list[Callable[[A], A]],
    tolerance: float,
    scale: float,
    rounds: int,
) -> Projection[A]:
    """Cycle through the sets, giving back to each what its last visit took away."""
    xp = namespace(start)
    point, taken = start, [xp.zeros_like(start)] * len(sets)
    residual, moved, done = np.inf, np.inf, 0
    for done in range(1, rounds + 1):
        # The map may rest while the corrections still move, so convergence looks at them.
        moved = 0.0
        for index, project in enumerate(sets):
            raised = point + taken[index]
            point = project(raised)
            moved = max(moved, float(xp.max(xp.abs(raised - point - taken[index]))) / scale)
            taken[index] = raised - point
        if moved <= tolerance or done == rounds:
            breaches = [float(xp.max(xp.abs(project(point) - point))) for project in sets]
            residual = max(breaches) / scale
            if residual <= tolerance:
                break
    return Projection(point, residual, done, max(residual, moved) <= tolerance)


def _bound_sets(density: Float[A, "*space"], bounds: tuple[float, float]) -> list[Callable[[A], A]]:
    if bounds == (0.0, np.inf):
        return []  # the simplex holds positivity already
    xp = namespace(density)
    return [lambda point: xp.clip(point, bounds[0], bounds[1])]


def _slope_sets(grid: Grid, steepest: tuple[float, ...] | None) -> list[Callable[[A], A]]:
    if steepest is None:
        return []
    sets: list[Callable[[A], A]] = []
    for axis, cells in enumerate(grid.shape):
        step = steepest[axis] * grid.spacing[axis]
        pairs = [(at, at + 1) for at in range(cells - 1)]
        groups = [pairs[0::2], pairs[1::2]]
        if grid.boundary[axis] == "periodic" and cells > 2:  # noqa: PLR2004
            groups.append([(cells - 1, 0)])
        for group in groups:
            if group:
                ends = np.asarray(group, np.int64).T
                sets.append(functools.partial(_bound_step, ends=ends, axis=axis, step=step))
    return sets


def _bound_step(point: A, *, ends: np.ndarray, axis: int, step: float) -> A:
    """Move both cells of each pair by half of what their difference has too much."""
    xp = namespace(point)
    gap = xp.take(point, ends[1], axis=axis) - xp.take(point, ends[0], axis=axis)
    half = 0.5 * (gap - xp.clip(gap, -step, step))
    where: list[slice | np.ndarray] = [slice(None)] * point.ndim
    for cells, shift in ((ends[0], half), (ends[1], -half)):
        where[axis] = cells
        if isinstance(point, np.ndarray):
            point = point.copy()
            point[tuple(where)] += shift
        else:
            point = point.at[tuple(where)].add(shift)
    return point


def _require_feasible(
    mean: float, grid: Grid, bounds: tuple[float, float], steepest: tuple[float, ...] | None
) -> None:
    lower, upper = bounds
    if not 0 <= lower <= upper:
        raise ContractError(
            f"The bounds {lower:.4g} to {upper:.4g} do not begin at or above zero and rise.",
            hint="Give 0 <= lower <= upper.",
        )
    if not (np.isfinite(mean) and lower <= mean <= upper):
        raise ContractError(
            f"The total asks for a mean density of {mean:.4g}, outside {lower:.4g} to {upper:.4g}.",
            hint="No map has that total within the bounds: change one of them.",
        )
    if steepest is not None and (len(steepest) != len(grid.shape) or min(steepest) <= 0):
        raise ContractError(
            f"Slope bounds {steepest} do not fit a grid of {len(grid.shape)} axes.",
            hint="Give one bound above zero an axis.",
        )
