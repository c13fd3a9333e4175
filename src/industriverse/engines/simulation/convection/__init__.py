"""Fluids that heat sets in motion."""

from ._layer import Layer
from ._measures import (
    entropy_made,
    heat_residual,
    kinetic_energy,
    nusselt,
    temperature,
    velocity,
)
from ._rayleigh_benard import Flow, RayleighBenard, perturbed

__all__ = [
    "Flow",
    "Layer",
    "RayleighBenard",
    "entropy_made",
    "heat_residual",
    "kinetic_energy",
    "nusselt",
    "perturbed",
    "temperature",
    "velocity",
]
