"""Conformal intervals that adapt on a stream, and the proper scores that judge them."""

from ._adaptive import Stream, adaptive_quantiles, frame_radius, starting_quantiles
from ._scale import running_mean, scales, seasonal_guide
from ._scores import (
    INNER,
    LEVELS,
    OUTER,
    crps_of_normal,
    crps_of_quantiles,
    interval_score,
    pinball,
    spread_of_quantiles,
)
from ._split import conformal_radius, enough_for, student_radius

__all__ = [
    "INNER",
    "LEVELS",
    "OUTER",
    "Stream",
    "adaptive_quantiles",
    "conformal_radius",
    "crps_of_normal",
    "crps_of_quantiles",
    "enough_for",
    "frame_radius",
    "interval_score",
    "pinball",
    "running_mean",
    "scales",
    "seasonal_guide",
    "spread_of_quantiles",
    "starting_quantiles",
    "student_radius",
]
