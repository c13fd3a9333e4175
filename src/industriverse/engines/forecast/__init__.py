"""Forecasts of a table of states: naive members, regressions, dynamic modes, and their blend."""

from ._blend import blend_weights, lead_groups
from ._family import WIDE, family
from ._gaps import Bounds, centre, fill_forward
from ._members import Fitted, Forecaster
from ._modes import DynamicModes, InModes, Modes
from ._naive import Climatology, LinearExtrapolation, Persistence, SeasonalNaive
from ._regression import RidgeAutoregression
from ._season import Season, cycle, find_season, profile

__all__ = [
    "WIDE",
    "Bounds",
    "Climatology",
    "DynamicModes",
    "Fitted",
    "Forecaster",
    "InModes",
    "LinearExtrapolation",
    "Modes",
    "Persistence",
    "RidgeAutoregression",
    "Season",
    "SeasonalNaive",
    "blend_weights",
    "centre",
    "cycle",
    "family",
    "fill_forward",
    "find_season",
    "lead_groups",
    "profile",
]
