"""Steps in time that keep what mechanics keeps: area in phase space, energy, momentum."""

from ._compensated import Carried, carried, compensated
from ._discrete_gradient import discrete_gradient
from ._gauss import collocation, gauss_legendre
from ._implicit import Newton
from ._phase import Energy, Phase, Scheme, Separable, flow, integrate
from ._projection import projected
from ._splitting import composed, composition, stormer_verlet, yoshida
from ._variational import Lagrangian, momentum, variational

__all__ = [
    "Carried",
    "Energy",
    "Lagrangian",
    "Newton",
    "Phase",
    "Scheme",
    "Separable",
    "carried",
    "collocation",
    "compensated",
    "composed",
    "composition",
    "discrete_gradient",
    "flow",
    "gauss_legendre",
    "integrate",
    "momentum",
    "projected",
    "stormer_verlet",
    "variational",
    "yoshida",
]
