"""Gas that can be squeezed: blast waves, magnetised plasma, layers that radiate, own gravity."""

from ._blasts import Blasts
from ._cooling import Cooling, RadiatingGas, sliding_layers
from ._euler import Gas
from ._gravity import HeavyGas, stirred
from ._hllc import conserved, primitive
from ._magnetic import MagneticGas, Plasma
from ._vortices import Vortices

__all__ = [
    "Blasts",
    "Cooling",
    "Gas",
    "HeavyGas",
    "MagneticGas",
    "Plasma",
    "RadiatingGas",
    "Vortices",
    "conserved",
    "primitive",
    "sliding_layers",
    "stirred",
]
