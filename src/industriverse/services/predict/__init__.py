"""Predict: regime, forecast, proof and bill of one observation."""

from ._case import PredictRequest, Progress
from ._document import block_average, input_document, regime_document
from ._laws import reported_only
from ._regime import regime_of
from ._service import STAGES, Predict
from ._tools import Tools

__all__ = [
    "STAGES",
    "Predict",
    "PredictRequest",
    "Progress",
    "Tools",
    "block_average",
    "input_document",
    "regime_document",
    "regime_of",
    "reported_only",
]
