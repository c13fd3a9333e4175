"""Trials on a panel's past, for those who score forecasts: the backtest and the benchmark."""

from ._panel import Prepared, prepare, scored_leads
from ._rolling import Plan, Rolled
from ._trial import BASELINES, BLEND, Trial, TrialSettings, attempt, mean_known

__all__ = [
    "BASELINES",
    "BLEND",
    "Plan",
    "Prepared",
    "Rolled",
    "Trial",
    "TrialSettings",
    "attempt",
    "mean_known",
    "prepare",
    "scored_leads",
]
