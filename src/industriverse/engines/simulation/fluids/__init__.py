"""Flows: incompressible in the plane, and shallow water on a turning square."""

from ._basins import Basin
from ._incompressible import FlowFrames, Incompressible, courant_step
from ._kept_waves import KeptWaves
from ._shallow_water import ShallowWater, Water, centred, wave_step
from ._starts import START_FLOWS, kolmogorov, random_flow, shear_layer, taylor_green

__all__ = [
    "START_FLOWS",
    "Basin",
    "FlowFrames",
    "Incompressible",
    "KeptWaves",
    "ShallowWater",
    "Water",
    "centred",
    "courant_step",
    "kolmogorov",
    "random_flow",
    "shear_layer",
    "taylor_green",
    "wave_step",
]
