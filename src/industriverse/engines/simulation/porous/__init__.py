"""Fluid that seeps through rock, and what it carries."""

from ._reservoir import Reservoir, effective_permeability
from ._rock import log_normal, two_wells
from ._seepage import Flow, Rock
from ._tracer import Sweep, swept

__all__ = [
    "Flow",
    "Reservoir",
    "Rock",
    "Sweep",
    "effective_permeability",
    "log_normal",
    "swept",
    "two_wells",
]
