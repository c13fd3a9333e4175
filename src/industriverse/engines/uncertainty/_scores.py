"""Proper scores: what a forecast distribution is worth once the truth is known."""

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

LEVELS = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
"""The fixed quantile levels: the middles of ten equal strata of probability."""

OUTER = (0, 9)
"""Where the ends of the 90 % interval stand in `LEVELS`."""

INNER = (2, 7)
"""Where the ends of the 50 % interval stand in `LEVELS`."""


def pinball(
    truth: Float[np.ndarray, "*batch"],
    quantile: Float[np.ndarray, "*batch"],
    level: Float[np.ndarray, "..."] | float,
) -> Float[np.ndarray, "*batch"]:
    """Return the quantile loss `max(τ(y − q), (τ − 1)(y − q))`."""
    miss = truth - quantile
    return np.maximum(level * miss, (level - 1.0) * miss)


def crps_of_quantiles(
    truth: Float[np.ndarray, "*batch"], quantiles: Float[np.ndarray, "level *batch"]
) -> Float[np.ndarray, "*batch"]:
    """Return the continuous ranked probability score, by ten quantiles.

    `CRPS = 2∫ρ_τ(y − q_τ)dτ`, as twice the mean over `LEVELS`.

    Args:
        truth: `(*batch)`. What happened.
        quantiles: `(level, *batch)`. The forecast's quantiles at `LEVELS`.

    References:
        Gneiting and Raftery (2007), Strictly proper scoring rules.

    Examples:
        >>> float(crps_of_quantiles(np.array(1.0), np.zeros(10)))
        1.0
    """
    levels = LEVELS.reshape(-1, *[1] * truth.ndim)
    miss = truth - quantiles
    return np.asarray(2.0 * np.maximum(levels * miss, (levels - 1.0) * miss).mean(axis=0))


def crps_of_normal(
    truth: Float[np.ndarray, "*batch"],
    mean: Float[np.ndarray, "*batch"],
    deviation: Float[np.ndarray, "*batch"],
) -> Float[np.ndarray, "*batch"]:
    """Return the score of a normal forecast, in closed form (Gneiting et al. 2005)."""
    z = (truth - mean) / deviation
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.asarray(deviation * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)))


def interval_score(
    truth: Float[np.ndarray, "*batch"],
    lower: Float[np.ndarray, "*batch"],
    upper: Float[np.ndarray, "*batch"],
    coverage: float,
) -> Float[np.ndarray, "*batch"]:
    """Return the width plus `2/α` times the distance by which the truth lies outside.

    Examples:
        >>> one = np.ones(1)
        >>> interval_score(2 * one, 0 * one, one, 0.9).round(6).tolist()
        [21.0]
    """
    outside = np.maximum(lower - truth, 0.0) + np.maximum(truth - upper, 0.0)
    return upper - lower + 2.0 / (1.0 - coverage) * outside


def spread_of_quantiles(
    quantiles: Float[np.ndarray, "level *batch"],
) -> Float[np.ndarray, "*batch"]:
    """Return the variance of the distribution that is uniform between neighbouring quantiles.

    Each stratum between two levels holds its probability evenly; beyond the outer levels the
    distribution goes on as a normal tail of the same half width.
    """
    middle = quantiles.mean(axis=0)
    between = ((quantiles - middle) ** 2).mean(axis=0)
    within = (np.diff(quantiles, axis=0) ** 2).mean(axis=0) / 12.0
    # A normal distribution measured this way keeps 0.885 of its variance.
    return np.asarray((between + within) / _NORMAL_SHARE)


_NORMAL_SHARE = 0.885
