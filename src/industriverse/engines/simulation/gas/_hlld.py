"""The flux between two states of a magnetised gas: five waves, four states between them.

Miyoshi & Kusano, J. Comput. Phys. 208 (2005), whose names the short letters follow. Arrays hold
density, velocity along y, x and z, pressure, and the field along y, x and z in units in which the
magnetic pressure is B²/2; faces stand across x.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

Magnetic8 = Float[jax.Array, "8 y x"]
Scalar = Float[jax.Array, "y x"]
_DEGENERATE = 1e-8


class _Side(NamedTuple):
    """One side of a face: the state, its flux, its outer wave, and the state behind that wave."""

    state: Magnetic8
    flux: Magnetic8
    outer: Scalar
    star: Magnetic8


def conserved_magnetic(values: Magnetic8, gamma: float) -> Magnetic8:
    """Return density, momentum along y, x and z, total energy and the field."""
    density, velocity, pressure, field = values[0], values[1:4], values[4], values[5:]
    motion = density * (velocity**2).sum(axis=0) / 2
    energy = pressure / (gamma - 1) + motion + (field**2).sum(axis=0) / 2
    return jnp.concatenate([density[None], density[None] * velocity, energy[None], field])


def primitive_magnetic(state: Magnetic8, gamma: float) -> Magnetic8:
    """Return density, velocity along y, x and z, pressure and the field."""
    density, momentum, energy, field = state[0], state[1:4], state[4], state[5:]
    motion = (momentum**2).sum(axis=0) / (2 * density)
    pressure = (gamma - 1) * (energy - motion - (field**2).sum(axis=0) / 2)
    return jnp.concatenate([density[None], momentum / density[None], pressure[None], field])


def fast_speed(values: Magnetic8, gamma: float) -> Scalar:
    """Return the speed along x of the fast magnetosonic wave."""
    sound = gamma * values[4] / values[0]
    both = sound + (values[5:] ** 2).sum(axis=0) / values[0]
    apart = jnp.maximum(both**2 - 4 * sound * values[6] ** 2 / values[0], 0.0)
    return jnp.sqrt((both + jnp.sqrt(apart)) / 2)


def five_wave_flux(left: Magnetic8, right: Magnetic8, gamma: float) -> Magnetic8:
    """Return the flux through faces across x, where both sides share the field along x.

    Args:
        left: Primitive values on one side of each face.
        right: The same on the other.
        gamma: Ratio of specific heats.
    """
    fastest = jnp.maximum(fast_speed(left, gamma), fast_speed(right, gamma))
    first = jnp.minimum(left[2], right[2]) - fastest
    last = jnp.maximum(left[2], right[2]) + fastest
    into, out_of = left[0] * (first - left[2]), right[0] * (last - right[2])
    before, after = _total_pressure(left), _total_pressure(right)
    middle = (out_of * right[2] - into * left[2] - after + before) / (out_of - into)
    pressure = before + into * (middle - left[2])
    sides = [
        _side(values, gamma, outer, (middle, pressure))
        for values, outer in ((left, first), (right, last))
    ]
    return _across(sides[0], sides[1], middle)


def _total_pressure(values: Magnetic8) -> Scalar:
    return values[4] + (values[5:] ** 2).sum(axis=0) / 2


def _side(values: Magnetic8, gamma: float, outer: Scalar, contact: tuple[Scalar, Scalar]) -> _Side:
    """Return one side; `contact` is the speed and the total pressure between the waves."""
    middle, pressure = contact
    density, along, normal = values[0], values[2], values[6]
    state, total = conserved_magnetic(values, gamma), _total_pressure(values)
    closing = density * (outer - along)
    behind = closing / (outer - middle)
    bend = closing * (outer - middle) - normal**2
    calm = jnp.abs(bend) < _DEGENERATE * pressure
    bend = jnp.where(calm, 1.0, bend)
    push = jnp.where(calm, 0.0, normal * (middle - along) / bend)
    grown = jnp.where(calm, 1.0, (closing * (outer - along) - normal**2) / bend)
    velocity = (values[1:4] - push[None] * values[5:]).at[1].set(middle)
    field = (grown[None] * values[5:]).at[1].set(normal)
    work = (values[1:4] * values[5:]).sum(axis=0) - (velocity * field).sum(axis=0)
    gained = pressure * middle - total * along + normal * work
    energy = ((outer - along) * state[4] + gained) / (outer - middle)
    star = jnp.concatenate([behind[None], behind[None] * velocity, energy[None], field])
    return _Side(state, _flux(values, state, total), outer, star)


def _flux(values: Magnetic8, state: Magnetic8, total: Scalar) -> Magnetic8:
    """Return the exact flux along x of one state."""
    along, normal = values[2], values[6]
    carried = along[None] * state
    power = total * along - normal * (values[1:4] * values[5:]).sum(axis=0)
    return jnp.concatenate(
        [
            carried[:1],
            (carried[1:4] - normal[None] * values[5:]).at[1].add(total),
            (carried[4] + power)[None],
            carried[5:] - normal[None] * values[1:4],
        ]
    )


def _across(left: _Side, right: _Side, middle: Scalar) -> Magnetic8:
    """Return the flux at the face, from the side from which the contact comes."""
    normal, forward = left.star[6], middle >= 0
    roots = jnp.sqrt(left.star[0]), jnp.sqrt(right.star[0])
    side = _Side(*(jnp.where(forward, *both) for both in zip(left, right, strict=True)))
    root = jnp.where(forward, *roots)
    # Alfvén waves go out from the contact: to the left of it against x, to the right along it.
    sign = jnp.where(forward, -1.0, 1.0)
    inner = middle + sign * jnp.abs(normal) / root
    jump = _twist(left.star, right.star, roots, jnp.sign(normal))
    velocity, field = (
        part.at[1].set(kept) for part, kept in zip(jump, (middle, normal), strict=True)
    )
    star = side.star
    work = (star[1:4] * star[5:]).sum(axis=0) / star[0] - (velocity * field).sum(axis=0)
    energy = star[4] + sign * root * work * jnp.sign(normal)
    core = jnp.concatenate([star[:1], star[:1] * velocity, energy[None], field])
    past = [
        jnp.where(forward, jnp.minimum(at, 0), jnp.maximum(at, 0)) for at in (side.outer, inner)
    ]
    return side.flux + past[0][None] * (star - side.state) + past[1][None] * (core - star)


def _twist(
    left: Magnetic8, right: Magnetic8, roots: tuple[Scalar, Scalar], sign: Scalar
) -> tuple[Float[jax.Array, "3 y x"], Float[jax.Array, "3 y x"]]:
    """Return velocity and field between the Alfvén waves, the parts along the face."""
    a, b = (root[None] for root in roots)
    speeds = left[1:4] / left[:1], right[1:4] / right[:1]
    turn = sign[None]
    velocity = (a * speeds[0] + b * speeds[1] + (right[5:] - left[5:]) * turn) / (a + b)
    swing = a * b * (speeds[1] - speeds[0]) * turn
    return velocity, (a * right[5:] + b * left[5:] + swing) / (a + b)
