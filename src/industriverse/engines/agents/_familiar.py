"""Abstention: whether frames are of the kind that a forecaster was calibrated on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._scene import Frames, apart, pace
from ._yardstick import Yardstick

_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Whether frames lie inside the domain.

    Attributes:
        inside: Whether they do.
        likeness: Share of calibration cases at least as strange.
        strangeness: Worst statistic's distance from the calibration cases' centre, in spreads.
        reasons: A sentence for each statistic that lies outside, with its numbers.
    """

    inside: bool
    likeness: float
    strangeness: float
    reasons: tuple[str, ...]


def familiarity(statistics: Mapping[str, float], yardstick: Yardstick) -> Familiarity:
    """Hold what was measured on frames against calibration cases.

    Args:
        statistics: Such as distance to known states, spread of an ensemble, residual of the law.
        yardstick: Of in-domain calibration cases; its alarm is the share abstained on inside.

    Raises:
        ContractError: A statistic that calibration cases lack.
    """
    worst = yardstick.shape.worst(statistics)
    reasons = [
        f"The {name} is {value:.3g}; calibration cases lie between {yardstick.lowest(name):.3g} "
        f"and {yardstick.threshold(name):.3g}."
        for name, value in statistics.items()
        if not yardstick.passes(name, value)
    ]
    return Familiarity(worst <= yardstick.bound, yardstick.likeness(worst), worst, tuple(reasons))


def distance(vector: Float[np.ndarray, "size"], known: Float[np.ndarray, "state size"]) -> float:
    """Return the mean distance of a vector to the nearest five known ones.

    Raises:
        ContractError: Fewer are known.
    """
    if len(known) < _NEAREST:
        raise ContractError(f"{len(known)} known states are too few for a distance.")
    away = np.linalg.norm(known - vector, axis=1)
    return float(np.partition(away, _NEAREST - 1)[:_NEAREST].mean())


def ensemble_spread(context: Frames, members: Sequence[Frames]) -> float:
    """Return how far forecasts lie apart, over how far they go.

    The root mean square distance from their mean over that of their mean from the newest frame.

    Args:
        context: Known frames.
        members: Forecasts of as many forecasters, two or more.

    Returns:
        At least 0; infinite where one of them leaves all bounds.
    """
    every = np.stack(list(members))
    measure = pace(context)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = every.mean(axis=0)
        spread = np.sqrt((apart(every, mean[None], measure) ** 2).mean())
        way = np.sqrt((apart(mean, context[-1][None], measure) ** 2).mean())
        found = float(spread / np.maximum(way, np.finfo(np.float64).tiny))
    return found if np.isfinite(found) else float("inf")
