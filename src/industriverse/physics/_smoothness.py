"""How steep a map is at its steepest: the statistic of the smoothness check."""

from jaxtyping import Float

from industriverse.kernel.fields import Grid

from ._arrays import A, float64, namespace, physical, require_energy, require_finite, space_axes
from ._derivatives import gradient_magnitude


@physical("grid", "percentile", check=require_finite)
def temperature_smoothness(
    temperature: Float[A, "..."], grid: Grid, percentile: float = 99.9
) -> Float[A, "..."]:
    """Return a high percentile of ‖∇T‖.

    Args:
        temperature: `(*batch, *space)` [K].
        grid: Where the cells are.
        percentile: In [0, 100].

    Returns:
        `(*batch)` [K per spacing unit, or per cell where the axes' units differ].
    """
    xp = namespace(temperature)
    steepness = gradient_magnitude(temperature, grid)
    axes = space_axes(temperature, grid)
    return xp.asarray(xp.percentile(steepness, percentile, axis=axes))


@physical("grid", "percentile", check=require_energy)
def energy_smoothness(
    density: Float[A, "..."], grid: Grid, percentile: float = 99.9
) -> Float[A, "..."]:
    """Return a high percentile of ‖∇e‖ / ⟨e⟩, for maps without a temperature.

    Args:
        density: `(*batch, *space)`. At least zero.
        grid: Where the cells are.
        percentile: In [0, 100].

    Returns:
        `(*batch)` [per spacing unit, or per cell where the axes' units differ]. Zero where there
        is no energy.
    """
    xp = namespace(density)
    steepness = temperature_smoothness(density, grid, percentile)
    mean = xp.mean(float64(density), axis=space_axes(density, grid))
    return xp.asarray(steepness / xp.where(mean > 0, mean, 1.0))
