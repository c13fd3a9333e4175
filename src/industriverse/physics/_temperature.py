"""Effective temperature, and how Boltzmann-like a map is."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import special

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._arrays import A, float64, namespace, physical, require_energy, space_axes


@physical("grid", "freedom", check=require_energy)
def effective_temperature(
    density: Float[A, "..."], grid: Grid, freedom: int = 2
) -> Float[A, "..."]:
    r"""Return the temperature that equipartition would give the cells.

    $$T_\text{eff} = \frac{2 \langle e \rangle \Delta V}{d}$$

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are.
        freedom: d, the declared quadratic degrees of freedom of a cell, at least one.

    Returns:
        `(*batch)` [energy per cell, at this resolution].

    Notes:
        It is the mean energy up to a constant, so it is no independent evidence;
        `gamma_distance` says whether the map deserves the word.
    """
    _require_freedom(freedom)
    xp = namespace(density)
    mean = xp.mean(float64(density), axis=space_axes(density, grid))
    return xp.asarray(2.0 * mean * grid.cell_volume / freedom)


@physical("grid", "freedom", check=require_energy)
def gamma_distance(density: Float[A, "..."], grid: Grid, freedom: int = 2) -> Float[A, "..."]:
    r"""Return how far the cells' energies are from the Boltzmann law at `T_eff`.

    The energy of d quadratic degrees of freedom at temperature T follows the Gamma law of shape
    d/2 and scale T. The Kolmogorov–Smirnov distance is the largest gap between it and the
    empirical distribution of the cells.

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are.
        freedom: d, at least one.

    Returns:
        `(*batch)` [1]. In [0, 1]; of order 1/√N for a map that obeys; 1 where there is no energy.
    """
    _require_freedom(freedom)
    xp = namespace(density)
    batch = density.shape[: density.ndim - len(space_axes(density, grid))]
    cells = xp.sort(float64(density).reshape((*batch, grid.cells)), axis=-1)
    mean = xp.mean(cells, axis=-1, keepdims=True)
    law = _gamma_law(cells / xp.where(mean > 0, mean, 1.0), freedom)
    rank = xp.arange(grid.cells, dtype=xp.float64).reshape((1,) * len(batch) + (-1,))
    below = law - rank / grid.cells
    above = (rank + 1.0) / grid.cells - law
    return xp.asarray(xp.max(xp.maximum(below, above), axis=-1))


def _gamma_law(ratio: Float[A, "..."], freedom: int) -> Float[A, "..."]:
    """Return the chance of an energy at most `ratio` times the mean."""
    xp = namespace(ratio)
    if freedom == 2:  # noqa: PLR2004 (two quadratic degrees: the exponential law, far cheaper)
        return -xp.expm1(-ratio)
    shape = freedom / 2.0
    if isinstance(ratio, jax.Array):
        return jax.scipy.special.gammainc(jnp.full_like(ratio, shape), shape * ratio)
    return np.asarray(special.gammainc(shape, shape * ratio), np.float64)


def _require_freedom(freedom: int) -> None:
    if freedom < 1:
        raise ContractError(f"A cell has {freedom} degrees of freedom; it needs at least one.")
