"""Which members forecast a given panel."""

from ._members import Forecaster
from ._modes import DynamicModes, InModes
from ._naive import Climatology, LinearExtrapolation, Persistence, SeasonalNaive
from ._regression import RidgeAutoregression
from ._season import Season

WIDE = 24
"""From this many states on, regressions and dynamic modes work in leading modes."""


def family(season: Season, states: int) -> tuple[Forecaster, ...]:
    """Return the members for a panel: naive ones, a regression, and dynamic modes.

    Args:
        season: The cycles found in its history.
        states: Columns of the panel.
    """
    naive: list[Forecaster] = [Persistence(), LinearExtrapolation()]
    if season.period:
        naive.append(SeasonalNaive(season.period))
        naive.append(Climatology(season, "climatology_anomaly", 1.0))
    if season.second:
        naive.append(SeasonalNaive(season.second, "second_seasonal_naive"))
    naive += [
        Climatology(season),
        Climatology(season, "damped_anomaly", None),
    ]
    return (*naive, *_fitted_members(season, states))


def _fitted_members(season: Season, states: int) -> tuple[Forecaster, ...]:
    """Return regressions and dynamic modes, in modes where the panel is wide."""
    if states > WIDE:
        own = RidgeAutoregression(season)
        joint = RidgeAutoregression(season, True, "joint_autoregression")
        return InModes(own), InModes(joint), InModes(DynamicModes())
    members: list[Forecaster] = [RidgeAutoregression(season)]
    if states > 1:
        members.append(RidgeAutoregression(season, True, "joint_autoregression"))
    return (*members, DynamicModes())
