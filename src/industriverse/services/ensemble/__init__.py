"""The shadow ensemble: three replicas forecast the same and vote on what they stand behind."""

from ._ensemble import Ensemble, EnsembleSettings
from ._request import EnsembleRequest, ReplicaSpec, Work, load
from ._result import Amendment, EnsembleForecast
from ._serve import DESK, Serving

__all__ = [
    "DESK",
    "Amendment",
    "Ensemble",
    "EnsembleForecast",
    "EnsembleRequest",
    "EnsembleSettings",
    "ReplicaSpec",
    "Serving",
    "Work",
    "load",
]
