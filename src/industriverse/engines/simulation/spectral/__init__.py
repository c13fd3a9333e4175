"""Pseudo-spectral pieces for periodic boxes: waves, derivatives, exponential time steps."""

from ._etd import Etdrk4
from ._waves import Waves

__all__ = ["Etdrk4", "Waves"]
