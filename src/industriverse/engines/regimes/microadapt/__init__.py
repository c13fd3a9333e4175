"""MicroAdapt, the statistical branch: a population of small dynamical model units."""

from ._assignment import RegimeAssignment, RegimeTransition
from ._config import Config
from ._stream import MicroAdapt

__all__ = ["Config", "MicroAdapt", "RegimeAssignment", "RegimeTransition"]
