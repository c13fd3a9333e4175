"""Onsager's exact answers for the two-dimensional Ising model without a field."""

import math

from scipy.special import ellipkm1


def critical_temperature() -> float:
    """Return `k_B T_c / J = 2 / ln(1 + √2)` (Kramers & Wannier 1941)."""
    return 2 / math.log(1 + math.sqrt(2))


def ising_energy(temperature: float) -> float:
    """Return the mean energy of a site of the endless lattice, in units of J.

    `u = −coth 2β [1 + (2/π) κ K(√(1 − κ²))]`, `κ = 2 tanh² 2β − 1`.

    Args:
        temperature: `k_B T / J`, above zero.

    References:
        Onsager, Phys. Rev. 65 (1944).
    """
    twice = 2 / temperature
    # κ K(√(1 − κ²)) has the limit zero at the critical point, where K alone is endless.
    side = 2 * math.tanh(twice) ** 2 - 1
    bracket = 1 + 2 / math.pi * side * float(ellipkm1(side**2)) if side else 1.0
    return -bracket / math.tanh(twice)


def ising_magnetisation(temperature: float) -> float:
    """Return the spontaneous magnetisation of the endless lattice (Yang 1952)."""
    if temperature >= critical_temperature():
        return 0.0
    return (1 - math.sinh(2 / temperature) ** -4) ** 0.125
