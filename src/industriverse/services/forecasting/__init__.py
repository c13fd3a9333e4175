"""Forecasting a panel: members, blend, calibrated intervals, and whether to stand behind them."""

from ._forecast import forecast_observation
from ._panel import FEWEST_ROWS, default_horizon
from ._reliability import Evidence, judge
from ._result import PanelForecast
from ._trial import BASELINES

__all__ = [
    "BASELINES",
    "FEWEST_ROWS",
    "Evidence",
    "PanelForecast",
    "default_horizon",
    "forecast_observation",
    "judge",
]
