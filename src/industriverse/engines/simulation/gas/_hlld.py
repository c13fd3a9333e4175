"""The flux between two states of a magnetised gas: five waves, four states between them.

Miyoshi & Kusano, J. Comput. Phys. 208 (2005), whose names the short letters follow. Arrays hold
density, velocity along y, x and z, pressure, and the field along y, x and z in units in which the
magnetic pressure is B²/2; faces stand across x.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

Magnetic8 = Float[jax.Array, "8 y x"]
Scalar = Float[jax.Array, "y x"]
Vector = tuple[Scalar, Scalar, Scalar]
_DEGENERATE = 1e-8


class _Parts(NamedTuple):
    """Conserved values, or their flux, as single arrays: whole ones are copied at every change."""

    density: Scalar
    momentum: Vector
    energy: Scalar
    field: Vector


class _Side(NamedTuple):
    """One side of a face: the state, its flux, its outer wave, and the state behind that wave."""

    state: _Parts
    flux: _Parts
    outer: Scalar
    star: _Parts


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
    density, momentum, energy, field = _across(sides[0], sides[1], middle)
    return jnp.stack([density, *momentum, energy, *field])


def _total_pressure(values: Magnetic8) -> Scalar:
    return values[4] + (values[5:] ** 2).sum(axis=0) / 2


def _side(values: Magnetic8, gamma: float, outer: Scalar, contact: tuple[Scalar, Scalar]) -> _Side:
    """Return one side; `contact` is the speed and the total pressure between the waves."""
    middle, pressure = contact
    density, y, along, z, gas, field_y, normal, field_z = values
    speeds, field = (y, along, z), (field_y, normal, field_z)
    pull, total = _dot(speeds, field), gas + _dot(field, field) / 2
    energy = gas / (gamma - 1) + density * _dot(speeds, speeds) / 2 + _dot(field, field) / 2
    state = _Parts(density, _times(density, speeds), energy, field)
    flux = _Parts(
        density * along,
        (
            density * along * y - normal * field_y,
            density * along**2 - normal**2 + total,
            density * along * z - normal * field_z,
        ),
        along * (energy + total) - normal * pull,
        (along * field_y - normal * y, jnp.zeros_like(along), along * field_z - normal * z),
    )
    closing = density * (outer - along)
    behind = closing / (outer - middle)
    bend = closing * (outer - middle) - normal**2
    calm = jnp.abs(bend) < _DEGENERATE * pressure
    bend = jnp.where(calm, 1.0, bend)
    push = jnp.where(calm, 0.0, normal * (middle - along) / bend)
    grown = jnp.where(calm, 1.0, (closing * (outer - along) - normal**2) / bend)
    velocity = y - push * field_y, middle, z - push * field_z
    turned = grown * field_y, normal, grown * field_z
    gained = pressure * middle - total * along + normal * (pull - _dot(velocity, turned))
    between = ((outer - along) * energy + gained) / (outer - middle)
    star = _Parts(behind, _times(behind, velocity), between, turned)
    return _Side(state, flux, outer, star)


def _across(left: _Side, right: _Side, middle: Scalar) -> _Parts:
    """Return the flux at the face, from the side from which the contact comes."""
    normal, forward = left.star.field[1], middle >= 0
    roots = jnp.sqrt(left.star.density), jnp.sqrt(right.star.density)
    side: _Side = jax.tree.map(partial(jnp.where, forward), left, right)
    root = jnp.where(forward, *roots)
    # Alfvén waves go out from the contact: to the left of it against x, to the right along it.
    sign = jnp.where(forward, -1.0, 1.0)
    inner = middle + sign * jnp.abs(normal) / root
    jumps = [_twist(left.star, right.star, roots, (at, jnp.sign(normal))) for at in (0, 2)]
    velocity = jumps[0][0], middle, jumps[1][0]
    field = jumps[0][1], normal, jumps[1][1]
    star = side.star
    work = _dot(star.momentum, star.field) / star.density - _dot(velocity, field)
    energy = star.energy + sign * root * work * jnp.sign(normal)
    core = _Parts(star.density, _times(star.density, velocity), energy, field)
    first, second = (
        jnp.where(forward, jnp.minimum(at, 0), jnp.maximum(at, 0)) for at in (side.outer, inner)
    )

    def through(flux: Scalar, state: Scalar, star: Scalar, core: Scalar) -> Scalar:
        return flux + first * (star - state) + second * (core - star)

    return jax.tree.map(through, side.flux, side.state, star, core)


def _twist(
    left: _Parts, right: _Parts, roots: tuple[Scalar, Scalar], where: tuple[int, Scalar]
) -> tuple[Scalar, Scalar]:
    """Return velocity and field between the Alfvén waves along one axis of the face.

    Args:
        left: The state behind the left wave.
        right: The same of the right one.
        roots: The roots of their densities.
        where: The axis, and the sign of the field through the face.
    """
    (a, b), (axis, turn) = roots, where
    before, after = left.momentum[axis] / left.density, right.momentum[axis] / right.density
    fields = left.field[axis], right.field[axis]
    velocity = (a * before + b * after + (fields[1] - fields[0]) * turn) / (a + b)
    return velocity, (a * fields[1] + b * fields[0] + a * b * (after - before) * turn) / (a + b)


def _times(factor: Scalar, vector: Vector) -> Vector:
    return factor * vector[0], factor * vector[1], factor * vector[2]


def _dot(one: Vector, other: Vector) -> Scalar:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
