"""Training: data sets of the catalogue's domains, our network, and its rivals."""

from ._network import (
    Paused,
    Trained,
    TrainRequest,
    append_record,
    forecast_windows,
    network_plan,
    score_network,
    settings_of,
    train_forecast,
)
from ._scores import LEADS, WINDOWS, Question, by_window, errors, of_plan, persistence, question
from ._sets import (
    CELLS_A_SIDE,
    PARTS,
    ForecastSet,
    Part,
    data_hash,
    forecast_set,
    forecast_sets,
    recording,
)
from ._tools import Tools

__all__ = [
    "CELLS_A_SIDE",
    "LEADS",
    "PARTS",
    "WINDOWS",
    "ForecastSet",
    "Part",
    "Paused",
    "Question",
    "Tools",
    "TrainRequest",
    "Trained",
    "append_record",
    "by_window",
    "data_hash",
    "errors",
    "forecast_set",
    "forecast_sets",
    "forecast_windows",
    "network_plan",
    "of_plan",
    "persistence",
    "question",
    "recording",
    "score_network",
    "settings_of",
    "train_forecast",
]
