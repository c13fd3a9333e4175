"""The Lennard-Jones pair potential, cut off, in units of its depth and diameter."""

import math
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Float

Array = Float[jax.Array, "..."]


def _whole(square: Array) -> tuple[Array, Array]:
    """Return `4(r⁻¹² − r⁻⁶)` and `−V'(r)/r` from the distance squared."""
    # One division: they are what a step waits for.
    inverse = 1 / square
    sixth = inverse**3
    return 4 * sixth * (sixth - 1), 24 * sixth * (2 * sixth - 1) * inverse


@dataclass(frozen=True, slots=True)
class LennardJones:
    """`V(r) = 4(r⁻¹² − r⁻⁶)` up to a cutoff, zero beyond.

    Attributes:
        cutoff: r_c, in diameters.
        form: `cut` as it is; `shifted` by V(r_c); `force-shifted` also by `(r − r_c) V'(r_c)`, so
            that energy and force both end at zero.

    References:
        S. Toxvaerd, J. Dyre, J. Chem. Phys. 134 (2011), on shifted forces.
    """

    cutoff: float = 2.5
    form: Literal["cut", "shifted", "force-shifted"] = "force-shifted"

    def pair(self, square: Array) -> tuple[Array, Array]:
        """Return the energy of pairs, and their force over their distance.

        Args:
            square: Distances squared, above zero.
        """
        energy, push = _whole(square)
        inside = square < self.cutoff**2
        if self.form == "cut":
            return jnp.where(inside, energy, 0.0), jnp.where(inside, push, 0.0)
        end, end_push = _whole(jnp.asarray(self.cutoff**2))
        energy = energy - end
        if self.form == "force-shifted":
            distance = jnp.sqrt(square)
            end_force = end_push * self.cutoff
            energy = energy + (distance - self.cutoff) * end_force
            push = push - end_force * jnp.sqrt(1 / square)
        return jnp.where(inside, energy, 0.0), jnp.where(inside, push, 0.0)

    def tail(self, density: float) -> tuple[float, float]:
        """Return what the cut leaves out in three dimensions, if atoms beyond it are uniform.

        Args:
            density: Atoms per diameter³.

        Returns:
            Energy per atom and pressure, to be added to those of the form `cut`.
        """
        ninth, third = self.cutoff**-9, self.cutoff**-3
        energy = 8 / 3 * math.pi * density * (ninth / 3 - third)
        pressure = 16 / 3 * math.pi * density**2 * (2 * ninth / 3 - third)
        return energy, pressure
