"""Heat that spreads: conduction in a body, and heat that a given flow carries."""

from ._advection import AdvectionDiffusion
from ._conduction import Conduction
from ._given_flows import GIVEN_FLOWS, cellular, random_eddies, shear
from ._warm_spots import WarmSpots

__all__ = [
    "GIVEN_FLOWS",
    "AdvectionDiffusion",
    "Conduction",
    "WarmSpots",
    "cellular",
    "random_eddies",
    "shear",
]
