"""Fields that make patterns by themselves: reactions, parting phases, swimmers, flame fronts."""

from ._active_fluid import ActiveFluid, stirred
from ._cahn_hilliard import CahnHilliard, mixed
from ._gray_scott import GrayScott, flooded, seeded
from ._kuramoto_sivashinsky import FlameFront, FlameLine, wrinkled

__all__ = [
    "ActiveFluid",
    "CahnHilliard",
    "FlameFront",
    "FlameLine",
    "GrayScott",
    "flooded",
    "mixed",
    "seeded",
    "stirred",
    "wrinkled",
]
