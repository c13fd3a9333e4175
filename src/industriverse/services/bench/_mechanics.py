"""Mechanical systems on which steps in time are measured, and the steps."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.special import ellipk

from industriverse.engines.simulation.integrators import (
    Phase,
    Scheme,
    Separable,
    composed,
    discrete_gradient,
    gauss_legendre,
    stormer_verlet,
    variational,
    yoshida,
)
from industriverse.engines.simulation.particles import cluster_energy, heated, icosahedron

Array = Float[jax.Array, "..."]
Scalar = Float[jax.Array, ""]

SEED = 0
"""Of the cluster's first momenta, the only thing drawn here."""
LEAST_STEPS = 3
_ROUNDS = 3
_AMPLITUDE = 1.5
_WARMTH = 0.1
_SLOWEST = 6.5310
"""Of the cluster's vibrations about its shape at rest, per reduced unit of time."""
_REDUCED_STEP = 0.002


def _kinetic(p: Array) -> Scalar:
    return (p**2).sum() / 2


def _pendulum(q: Array) -> Scalar:
    return (1 - jnp.cos(q)).sum()


def _kepler(q: Array) -> Scalar:
    return -1 / jnp.sqrt((q**2).sum())


def _henon_heiles(q: Array) -> Scalar:
    return (q**2).sum() / 2 + q[0] ** 2 * q[1] - q[1] ** 3 / 3


def _cluster(q: Array) -> Scalar:
    return cluster_energy(q.reshape(-1, 3))


@dataclass(frozen=True, slots=True)
class Case:
    """A system, where it starts, and the work that it is given.

    Attributes:
        potential: V; the mass is one.
        q, p: Start.
        period: Over which the energy is averaged: one turn, or the slowest vibration.
        evaluations: Gradients of V that a period may take.
        step: Of every method over a long run; None where the forces a period are given instead.
        left_out: Methods whose steps take a tenth of a second here.
    """

    potential: Callable[[Array], Scalar]
    q: tuple[float, ...]
    p: tuple[float, ...]
    period: float
    evaluations: float
    step: float | None = None
    left_out: frozenset[str] = frozenset()

    @property
    def system(self) -> Separable:
        """The energy's two parts."""
        return Separable(_kinetic, self.potential)

    @property
    def start(self) -> Phase:
        """The first point in phase space."""
        return Phase(jnp.asarray(self.q), jnp.asarray(self.p))

    @property
    def affords_equations(self) -> bool:
        """Whether the work allows an implicit method a few steps a period."""
        return self.evaluations >= LEAST_STEPS * _ROUNDS * (1 + 2 * len(self.q))


def _drop() -> Case:
    atoms = heated(icosahedron(), _WARMTH, SEED)
    period = 2 * np.pi / _SLOWEST
    return Case(
        _cluster,
        tuple(np.asarray(atoms.q).ravel().tolist()),
        tuple(np.asarray(atoms.p).ravel().tolist()),
        period,
        period / _REDUCED_STEP,
        _REDUCED_STEP,
        frozenset({"gauss 4", "gauss 6", "itoh-abe"}),
    )


CASES = {
    "pendulum": Case(
        _pendulum,
        (0.0,),
        (2 * float(np.sin(_AMPLITUDE / 2)),),
        4 * float(ellipk(np.sin(_AMPLITUDE / 2) ** 2)),
        100,
    ),
    "kepler e=0.6": Case(_kepler, (0.4, 0.0), (0.0, 2.0), 2 * np.pi, 1000),
    "henon-heiles": Case(_henon_heiles, (0.0, 0.1), (0.47, 0.1), 2 * np.pi, 2 * np.pi / 0.05, 0.05),
    "lennard-jones cluster": _drop(),
}


def methods(case: Case) -> dict[str, Callable[[float], Scheme]]:
    """Return the schemes by name: from a step's size."""
    system = case.system
    energy = system.energy

    def lagrangian(q: Array, v: Array) -> Scalar:
        return _kinetic(v) - case.potential(q)

    found: dict[str, Callable[[float], Scheme]] = {
        "stormer-verlet": lambda size: stormer_verlet(system, size),
        "yoshida 4": lambda size: yoshida(system, size, 4),
        "yoshida 6": lambda size: yoshida(system, size, 6),
        "yoshida 8": lambda size: yoshida(system, size, 8),
        "gauss 2": lambda size: gauss_legendre(energy, size, 2),
        "gauss 4": lambda size: gauss_legendre(energy, size, 4),
        "gauss 6": lambda size: gauss_legendre(energy, size, 6),
        "variational": lambda size: variational(lagrangian, size),
        "gonzalez": lambda size: discrete_gradient(energy, size),
        "gonzalez 4": lambda size: composed(discrete_gradient(energy, size), 4),
        "itoh-abe": lambda size: discrete_gradient(energy, size, "itoh-abe"),
    }
    return {name: make for name, make in found.items() if name not in case.left_out}


def is_explicit(method: str) -> bool:
    """Say whether a method solves no equation."""
    return method.startswith(("stormer-verlet", "yoshida"))
