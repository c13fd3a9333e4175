"""Energy totals, shares of energy and the entropy of a map."""

import math
from dataclasses import dataclass
from typing import Generic

import jax
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._arrays import A, float64, namespace, physical, require_energy, require_finite, space_axes


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class PyramidEntropy(Generic[A]):
    """The entropy of a map split between two pyramid levels: `fine = coarse + within`.

    Attributes:
        fine: `(*batch)` [nat]. Entropy of the fine map.
        coarse: `(*batch)` [nat]. Entropy of its block averages.
        within: `(*batch)` [nat]. Σ_k p_k S(fine|k): what the blocks hide.
    """

    fine: Float[A, "..."]
    coarse: Float[A, "..."]
    within: Float[A, "..."]


@physical("grid", check=require_finite)
def total_energy(density: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    r"""Return the total of a density over the grid.

    $$E = \sum_i e_i \Delta V$$

    Args:
        density: `(*batch, *space)` [energy per cell-volume unit]. Any sign.
        grid: Where the cells are.

    Returns:
        `(*batch)` [density × cell volume].

    Examples:
        >>> import numpy as np
        >>> grid = Grid((4,), (0.5,), ("x",), ("m",), ("periodic",))
        >>> float(total_energy(np.array([1.0, 2.0, 3.0, 4.0]), grid))
        5.0
    """
    xp = namespace(density)
    axes = space_axes(density, grid)
    return xp.asarray(xp.sum(density, axis=axes, dtype=xp.float64) * grid.cell_volume)


@physical("grid", check=require_energy)
def shares(density: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    r"""Return each cell's share of the energy, $p_i = e_i \Delta V / E$.

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are.

    Returns:
        `(*batch, *space)` [1]. Sums to one over the grid; all zero where there is no energy.
    """
    xp = namespace(density)
    axes = space_axes(density, grid)
    energy = float64(density)
    total = xp.sum(energy, axis=axes, keepdims=True)
    return energy / xp.where(total > 0, total, 1.0)


@physical("grid", check=require_energy)
def map_entropy(density: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    r"""Return the entropy of the shares of energy, in nats.

    $$S = -\sum_i p_i \ln p_i, \qquad 0 \ln 0 = 0$$

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are.

    Returns:
        `(*batch)` [nat]. From 0 (all in one cell, or no energy at all) to ln N (uniform).

    Notes:
        A descriptor of a picture, not the entropy of the second law. The derivative at an empty
        cell is infinite; zero is returned there, so gradients stay finite.

    Examples:
        >>> import numpy as np
        >>> grid = Grid((4,), (1.0,), ("x",), ("m",), ("open",))
        >>> round(float(map_entropy(np.array([1.0, 1.0, 0.0, 0.0]), grid)), 6)
        0.693147
    """
    axes = space_axes(density, grid)
    return _entropy_over(shares(density, grid), axes)


@physical("grid", check=require_energy)
def normalised_entropy(density: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    """Return the map entropy as a share of its maximum, `S / ln N`.

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are; at least two cells.

    Returns:
        `(*batch)` [1]. In [0, 1].

    Raises:
        ContractError: The grid has one cell, whose entropy has no scale.
    """
    if grid.cells < 2:  # noqa: PLR2004 (ln 1 = 0)
        raise ContractError("A map of one cell has no normalised entropy.")
    xp = namespace(density)
    return xp.asarray(map_entropy(density, grid) / math.log(grid.cells))


def coarse_grid(grid: Grid, factor: int) -> Grid:
    """Return the grid of blocks of `factor` cells along each axis.

    Raises:
        ContractError: An axis is not a multiple of the factor.
    """
    if factor < 1 or any(cells % factor for cells in grid.shape):
        raise ContractError(
            f"A grid of shape {grid.shape} does not split into blocks of {factor}.",
            hint="Choose a factor that divides every axis.",
        )
    shape = tuple(cells // factor for cells in grid.shape)
    spacing = tuple(step * factor for step in grid.spacing)
    return Grid(shape, spacing, grid.axes, grid.units, grid.boundary)


@physical("grid", "factor", check=require_finite)
def block_average(density: Float[A, "..."], grid: Grid, factor: int) -> Float[A, "..."]:
    """Return the exact average over blocks: the next coarser level of the pyramid.

    Args:
        density: `(*batch, *space)`.
        grid: Where the cells are.
        factor: Cells of a block along each axis; divides every axis.

    Returns:
        `(*batch, *blocks)`, on `coarse_grid(grid, factor)`; the total is unchanged.
    """
    xp = namespace(density)
    blocks = _split_blocks(float64(density), grid, factor)
    dims = len(grid.shape)
    return xp.mean(blocks, axis=tuple(range(1 - 2 * dims, 0, 2)), dtype=xp.float64)


@physical("grid", "factor", check=require_energy)
def pyramid_entropy(density: Float[A, "..."], grid: Grid, factor: int) -> PyramidEntropy[A]:
    r"""Split the map entropy between a pyramid level and what it hides.

    $$S_\text{fine} = S_\text{coarse} + \sum_k p_k\, S(\text{fine} \mid k)$$

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are.
        factor: Cells of a block along each axis; divides every axis.

    Returns:
        The three entropies, each computed on its own.
    """
    xp = namespace(density)
    dims = len(grid.shape)
    fine = shares(density, grid)
    inner = tuple(range(1 - 2 * dims, 0, 2))
    blocks = _split_blocks(fine, grid, factor)
    held = xp.sum(blocks, axis=inner, keepdims=True)
    inside = _entropy_over(blocks / xp.where(held > 0, held, 1.0), inner)
    weight = xp.squeeze(held, axis=inner)
    axes = space_axes(density, grid)
    within = xp.asarray(xp.sum(weight * inside, axis=axes))
    return PyramidEntropy(_entropy_over(fine, axes), _entropy_over(weight, axes), within)


def _split_blocks(density: Float[A, "..."], grid: Grid, factor: int) -> Float[A, "..."]:
    coarse = coarse_grid(grid, factor)
    batch = density.shape[: density.ndim - len(space_axes(density, grid))]
    pairs = [size for cells in coarse.shape for size in (cells, factor)]
    return density.reshape((*batch, *pairs))


def _entropy_over(probability: Float[A, "..."], axes: tuple[int, ...]) -> Float[A, "..."]:
    xp = namespace(probability)
    present = probability > 0
    logarithm = xp.log(xp.where(present, probability, 1.0))
    # The bare sum of a certain event is -0.0; adding 0.0 makes it plain zero.
    return xp.asarray(-xp.sum(probability * logarithm, axis=axes) + 0.0)
