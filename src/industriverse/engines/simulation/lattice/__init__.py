"""Fields on a lattice in touch with a heat bath: spins, and a scalar with two wells."""

from ._clusters import clusters
from ._exact import critical_temperature, ising_energy, ising_magnetisation
from ._ising import Ising, Spins, drawn, energy, flip_chances
from ._phi_four import PhiFour, Scalar, thermal

__all__ = [
    "Ising",
    "PhiFour",
    "Scalar",
    "Spins",
    "clusters",
    "critical_temperature",
    "drawn",
    "energy",
    "flip_chances",
    "ising_energy",
    "ising_magnetisation",
    "thermal",
]
