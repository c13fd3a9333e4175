"""Gradient and Laplacian: spectral on periodic axes, finite differences elsewhere."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import fft

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._arrays import A, even_spacing, float64, namespace, physical, require_finite, space_axes

_ACCURACY = 4


@physical("grid", check=require_finite)
def gradient(field: Float[A, "..."], grid: Grid) -> Float[A, "axis ..."]:
    """Return the first derivative along each axis of the grid.

    Args:
        field: `(*batch, *space)`.
        grid: Where the cells are; each axis may have its own boundary and spacing.

    Returns:
        `(axis, *batch, *space)` [field per spacing unit]. Spectral along periodic axes. Elsewhere
        fourth order up to and including the ends, with no assumption beyond the wall; along an
        axis of n < 5 cells, order n − 1 (zero for a single cell).
    """
    xp = namespace(field)
    values = float64(field)
    return xp.stack([_along(values, grid, axis, 1) for axis in space_axes(field, grid)])


@physical("grid", check=require_finite)
def laplacian(field: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    """Return the sum of second derivatives over the grid's axes.

    Args:
        field: `(*batch, *space)`.
        grid: Where the cells are; its axes share a unit.

    Returns:
        `(*batch, *space)` [field per spacing unit²]. As accurate as `gradient`; along an axis of
        fewer than three cells there is no second derivative and its part is zero.

    Raises:
        ContractError: The axes have different units, whose inverse squares cannot be added.
    """
    if len(set(grid.units)) > 1:
        raise ContractError(
            f"A Laplacian adds derivatives along axes in {grid.units}.",
            hint="Give every axis the same unit.",
        )
    values = float64(field)
    terms = [_along(values, grid, axis, 2) for axis in space_axes(field, grid)]
    return functools.reduce(lambda a, b: a + b, terms)


@physical("grid", check=require_finite)
def gradient_magnitude(field: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    """Return the length of the gradient.

    Args:
        field: `(*batch, *space)`.
        grid: Where the cells are. Where its axes have different units, lengths are counted in
            cells, since a metre and a second cannot be added.

    Returns:
        `(*batch, *space)` [field per spacing unit, or per cell]. At least zero.

    Notes:
        Its own derivative is not defined where the gradient vanishes; zero is returned there.
    """
    xp = namespace(field)
    even = Grid(grid.shape, even_spacing(grid), grid.axes, grid.units, grid.boundary)
    values = float64(field)
    # One axis at a time: a stack of all of them would not fit for the largest maps.
    squares = (_along(values, even, axis, 1) ** 2 for axis in space_axes(field, grid))
    square = functools.reduce(lambda a, b: a + b, squares)
    return xp.where(square > 0, xp.sqrt(xp.where(square > 0, square, 1.0)), 0.0)


def _along(values: Float[A, "..."], grid: Grid, axis: int, order: int) -> Float[A, "..."]:
    step, cells = grid.spacing[axis], grid.shape[axis]
    if cells <= order:
        return namespace(values).zeros_like(values)
    if grid.boundary[axis] == "periodic":
        return _spectral(values, axis, step, order)
    return _differences(values, axis, order) / step**order


def _spectral(values: Float[A, "..."], axis: int, step: float, order: int) -> Float[A, "..."]:
    cells = values.shape[axis]
    factor = (2.0j * np.pi * np.fft.rfftfreq(cells, step)) ** order
    if order % 2 and cells % 2 == 0:
        factor[-1] = 0.0  # the alternating mode has no odd derivative on the grid
    factor = factor.reshape([-1 if i == axis % values.ndim else 1 for i in range(values.ndim)])
    if isinstance(values, jax.Array):
        return jnp.fft.irfft(jnp.fft.rfft(values, axis=axis) * factor, n=cells, axis=axis)
    waves = np.asarray(fft.rfft(values, axis=axis)) * factor
    return np.asarray(fft.irfft(waves, n=cells, axis=axis), np.float64)


def _differences(values: Float[A, "..."], axis: int, order: int) -> Float[A, "..."]:
    """Differentiate along one axis at unit spacing: central inside, one-sided at the ends."""
    xp = namespace(values)
    rows = xp.moveaxis(values, axis, -1)
    cells = rows.shape[-1]
    width = min(_ACCURACY + order, cells)
    ends = _ACCURACY // 2
    if cells < _ACCURACY + order:
        parts = [_one_sided(rows, at, order) for at in range(cells)]
    else:
        parts = [_one_sided(rows[..., :width], at, order) for at in range(ends)]
        parts.append(_central(rows, order))
        parts += [_one_sided(rows[..., -width:], width - ends + at, order) for at in range(ends)]
    return xp.moveaxis(xp.concatenate(parts, axis=-1), -1, axis)


def _one_sided(rows: Float[A, "..."], at: int, order: int) -> Float[A, "..."]:
    """Return the derivative at one place from all the cells given, as an axis of length one."""
    weights = _stencil(tuple(range(-at, rows.shape[-1] - at)), order)
    terms = [w * rows[..., i : i + 1] for i, w in enumerate(weights)]
    return functools.reduce(lambda a, b: a + b, terms)


def _central(rows: Float[A, "..."], order: int) -> Float[A, "..."]:
    half = _ACCURACY // 2
    last = rows.shape[-1] - 2 * half
    weights = _stencil(tuple(range(-half, half + 1)), order)
    terms = [w * rows[..., i : last + i] for i, w in enumerate(weights)]
    return functools.reduce(lambda a, b: a + b, terms)


@functools.lru_cache(maxsize=256)
def _stencil(offsets: tuple[int, ...], order: int) -> tuple[float, ...]:
    """Return the weights that differentiate any polynomial through those offsets exactly."""
    nodes = np.asarray(offsets, np.float64)
    powers = np.vander(nodes, increasing=True).T
    target = np.zeros(len(offsets), np.float64)
    target[order] = math.factorial(order)
    return tuple(float(w) for w in np.linalg.solve(powers, target))
