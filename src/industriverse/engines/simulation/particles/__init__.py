"""Atoms that pull and push each other: molecular dynamics."""

from ._bins import binned
from ._cluster import cluster_energy, heated, icosahedron
from ._dynamics import Bath, Moving, moving, stepper
from ._fluid import Atoms, Fluid, Pairs, lattice, warmed
from ._neighbours import Neighbours
from ._potential import LennardJones
from ._sheet import Sheet

__all__ = [
    "Atoms",
    "Bath",
    "Fluid",
    "LennardJones",
    "Moving",
    "Neighbours",
    "Pairs",
    "Sheet",
    "binned",
    "cluster_energy",
    "heated",
    "icosahedron",
    "lattice",
    "moving",
    "stepper",
    "warmed",
]
