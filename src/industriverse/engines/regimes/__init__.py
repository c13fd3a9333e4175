"""Names the operating regime from measured features, with a probability."""

from ._detect import detect_regime
from ._features import FEATURE_NAMES, measure
from ._feedback import Change, Counts, Learned, Verdict, outcome_number
from ._fit import fit
from ._fusion import GRID, LOSS_BOUND, Weights, pool, pool_losses
from ._model import LABELS, RegimeModel, pack, unpack
from ._tracker import RegimeTracker, Transition
from ._window import LEAST, WINDOW, Window, to_window

__all__ = [
    "FEATURE_NAMES",
    "GRID",
    "LABELS",
    "LEAST",
    "LOSS_BOUND",
    "WINDOW",
    "Change",
    "Counts",
    "Learned",
    "RegimeModel",
    "RegimeTracker",
    "Transition",
    "Verdict",
    "Weights",
    "Window",
    "detect_regime",
    "fit",
    "measure",
    "outcome_number",
    "pack",
    "pool",
    "pool_losses",
    "to_window",
    "unpack",
]
