"""Entropies of the second law, for the domains that have one."""

import jax
from jaxtyping import Float

from industriverse.kernel.fields import Grid

from ._arrays import A, float64, namespace, physical, require_positive, space_axes

Scalar = float | Float[jax.Array, ""]


@physical("grid", check=require_positive)
def gas_entropy(
    mass_density: Float[A, "..."],
    pressure: Float[A, "..."],
    grid: Grid,
    *,
    heat_capacity: Scalar,
    heat_ratio: Scalar,
) -> Float[A, "..."]:
    r"""Return the entropy of an ideal gas.

    $$S = \int \rho\, c_v \ln \frac{p}{\rho^\gamma}\, dV$$

    Args:
        mass_density: `(*batch, *space)` [kg/m³]. ρ, above zero.
        pressure: `(*batch, *space)` [Pa]. p, absolute, above zero.
        grid: Where the cells are.
        heat_capacity: [J/(kg K)]. c_v per mass, above zero.
        heat_ratio: [1]. γ = c_p / c_v, above zero; above one for any real gas.

    Returns:
        `(*batch)` [J/K on a grid in metres]. Its zero is the state with p = ρ^γ in SI numbers:
        only differences at equal mass mean anything.
    """
    xp = namespace(mass_density)
    rho, p = float64(mass_density), float64(pressure)
    specific = heat_capacity * (xp.log(p) - heat_ratio * xp.log(rho))
    axes = space_axes(rho, grid)
    return xp.asarray(xp.sum(rho * specific, axis=axes) * grid.cell_volume)


@physical("grid", check=require_positive)
def heat_entropy(
    temperature: Float[A, "..."],
    grid: Grid,
    *,
    heat_capacity: Scalar,
    reference_temperature: Scalar = 1.0,
) -> Float[A, "..."]:
    r"""Return the entropy of a heat-conducting body.

    $$S = \int \rho c_p \ln \frac{T}{T_0}\, dV$$

    Args:
        temperature: `(*batch, *space)` [K]. T, absolute, above zero.
        grid: Where the cells are.
        heat_capacity: [J/(m³ K)]. ρ c_p per volume, above zero.
        reference_temperature: [K]. T_0, above zero.

    Returns:
        `(*batch)` [J/K on a grid in metres].
    """
    xp = namespace(temperature)
    kelvin = float64(temperature)
    axes = space_axes(kelvin, grid)
    logarithm = xp.log(kelvin) - xp.log(xp.asarray(reference_temperature, dtype=xp.float64))
    return xp.asarray(heat_capacity * xp.sum(logarithm, axis=axes) * grid.cell_volume)
