"""Energy distance between the one-point distributions of two maps."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap


def energy_distance(map_a: EnergyMap, map_b: EnergyMap) -> float:
    r"""Return Székely's energy distance between the cells of two maps.

    $$D = 2\,\mathbb{E}|X-Y| - \mathbb{E}|X-X'| - \mathbb{E}|Y-Y'|$$

    Args:
        map_a: A map.
        map_b: Another, in the same unit; its grid may differ.

    Returns:
        [their unit]. At least zero; zero only if the cells have one distribution.

    Raises:
        ContractError: The units differ.
    """
    if map_a.unit != map_b.unit:
        raise ContractError(
            f"Maps in {map_a.unit!r} and {map_b.unit!r} have no common scale of energy.",
            hint="Convert one of them first.",
        )
    return sample_distance(map_a.density, map_b.density)


def sample_distance(first: Float[np.ndarray, "..."], second: Float[np.ndarray, "..."]) -> float:
    r"""Return the energy distance of two samples, exact in O(n log n).

    In one dimension it is $2 \int (F - G)^2 dx$ for the two empirical distributions.

    Args:
        first: Any shape; finite, not empty.
        second: Any shape; finite, not empty.

    Examples:
        >>> sample_distance(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
        0.0
        >>> sample_distance(np.array([0.0]), np.array([3.0]))
        6.0
    """
    x = np.sort(np.asarray(first, np.float64), axis=None)
    y = np.sort(np.asarray(second, np.float64), axis=None)
    if not (x.size and y.size and np.isfinite(x).all() and np.isfinite(y).all()):
        raise ContractError("An energy distance needs two samples of finite numbers.")
    places = np.sort(np.concatenate([x, y]))
    below_x = np.searchsorted(x, places[:-1], side="right") / x.size
    below_y = np.searchsorted(y, places[:-1], side="right") / y.size
    return float(2.0 * np.sum((below_x - below_y) ** 2 * np.diff(places)))
