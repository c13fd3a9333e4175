"""Training: data sets of the catalogue's domains, our network, and its rivals."""

from ._adapter import AdapterRequest, train_adapter
from ._equations import equation_of
from ._network import (
    Paused,
    Trained,
    append_record,
    forecast_windows,
    score_network,
    train_forecast,
)
from ._race import Ours, ours_of, pack_rival, score_rival, train_rivals, unpack_rival
from ._request import TrainRequest, network_plan, settings_of
from ._residual import corrected_path, train_residual
from ._rivals import KINDS, Rival, rival_windows
from ._scores import (
    LEADS,
    WINDOWS,
    Question,
    Runs,
    by_window,
    errors,
    of_plan,
    persistence,
    question,
)
from ._sets import (
    CELLS_A_SIDE,
    PARTS,
    ForecastSet,
    Part,
    data_hash,
    forecast_set,
    forecast_sets,
    recording,
    run_name,
    scene_of,
    solved,
)
from ._tools import Tools

__all__ = [
    "CELLS_A_SIDE",
    "KINDS",
    "LEADS",
    "PARTS",
    "WINDOWS",
    "AdapterRequest",
    "ForecastSet",
    "Ours",
    "Part",
    "Paused",
    "Question",
    "Rival",
    "Runs",
    "Tools",
    "TrainRequest",
    "Trained",
    "append_record",
    "by_window",
    "corrected_path",
    "data_hash",
    "equation_of",
    "errors",
    "forecast_set",
    "forecast_sets",
    "forecast_windows",
    "network_plan",
    "of_plan",
    "ours_of",
    "pack_rival",
    "persistence",
    "question",
    "recording",
    "rival_windows",
    "run_name",
    "scene_of",
    "score_network",
    "score_rival",
    "settings_of",
    "solved",
    "train_adapter",
    "train_forecast",
    "train_residual",
    "train_rivals",
    "unpack_rival",
]
