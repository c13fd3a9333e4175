"""Thermodynamic cycles of real fluids: power from heat, and cold from power."""

from ._closed import Diesel, Otto, mean_effective_pressure
from ._cycle import Cycle, Surroundings
from ._flow import Brayton, Rankine, VapourCompression
from ._fluid import Fluid, Range, State
from ._paths import tabulate, way
from ._steps import Step

__all__ = [
    "Brayton",
    "Cycle",
    "Diesel",
    "Fluid",
    "Otto",
    "Range",
    "Rankine",
    "State",
    "Step",
    "Surroundings",
    "VapourCompression",
    "mean_effective_pressure",
    "tabulate",
    "way",
]
