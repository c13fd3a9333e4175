"""Forecasting a panel: members, blend, calibrated intervals, and whether to stand behind them."""

from ._field import FieldView
from ._forecast import forecast_observation
from ._network import TrainedNetwork
from ._panel import FEWEST_ROWS, default_horizon
from ._reliability import Evidence, judge
from ._result import PanelForecast, PanelReplay
from ._trial import BASELINES

__all__ = [
    "BASELINES",
    "FEWEST_ROWS",
    "Evidence",
    "FieldView",
    "PanelForecast",
    "PanelReplay",
    "TrainedNetwork",
    "default_horizon",
    "forecast_observation",
    "judge",
]
