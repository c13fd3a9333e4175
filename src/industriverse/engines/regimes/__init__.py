"""Names the operating regime from measured features, with a probability."""

from ._detect import detect_regime
from ._features import FEATURE_NAMES, measure
from ._fit import fit
from ._model import LABELS, RegimeModel, pack, unpack
from ._tracker import RegimeTracker, Transition
from ._window import LEAST, WINDOW, Window, to_window

__all__ = [
    "FEATURE_NAMES",
    "LABELS",
    "LEAST",
    "WINDOW",
    "RegimeModel",
    "RegimeTracker",
    "Transition",
    "Window",
    "detect_regime",
    "fit",
    "measure",
    "pack",
    "to_window",
    "unpack",
]
