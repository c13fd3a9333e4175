"""Waves on staggered grids: light, sound, and waves of elastic bodies."""

from ._acoustics import Acoustics, Sound
from ._elasticity import Elasticity, Quake
from ._leapfrog import Medium, Motion, Pair, Staggered
from ._maxwell import ELECTRIC, LIGHT, MAGNETIC, Light, Maxwell
from ._scenes import discs, kicks, pulses

__all__ = [
    "ELECTRIC",
    "LIGHT",
    "MAGNETIC",
    "Acoustics",
    "Elasticity",
    "Light",
    "Maxwell",
    "Medium",
    "Motion",
    "Pair",
    "Quake",
    "Sound",
    "Staggered",
    "discs",
    "kicks",
    "pulses",
]
