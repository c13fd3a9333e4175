"""The flux between two states of an ideal gas: three waves, two states between them.

Toro, Spruce, Speares, Shock Waves 4 (1994); speeds of Einfeldt, SIAM J. Numer. Anal. 25 (1988).
Arrays hold density, velocity along y, velocity along x and pressure; faces stand across x.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

Gas4 = Float[jax.Array, "4 y x"]
Scalar = Float[jax.Array, "y x"]


def conserved(primitive: Gas4, gamma: float) -> Gas4:
    """Return density, momentum along y and x, and total energy, each per volume."""
    density, along_y, along_x, pressure = primitive
    energy = pressure / (gamma - 1) + density * (along_y**2 + along_x**2) / 2
    return jnp.stack([density, density * along_y, density * along_x, energy])


def primitive(state: Gas4, gamma: float) -> Gas4:
    """Return density, velocity along y and x, and pressure."""
    density, along_y, along_x, energy = state
    motion = (along_y**2 + along_x**2) / (2 * density)
    return jnp.stack(
        [density, along_y / density, along_x / density, (gamma - 1) * (energy - motion)]
    )


def sound_speed(values: Gas4, gamma: float) -> Scalar:
    """Return √(γ p / ρ) of primitive values."""
    return jnp.sqrt(gamma * values[3] / values[0])


def flux_along_x(values: Gas4, state: Gas4) -> Gas4:
    """Return the exact flux along x of one state, given both ways."""
    density, along_y, along_x, pressure = values
    mass = density * along_x
    return jnp.stack(
        [mass, mass * along_y, mass * along_x + pressure, (state[3] + pressure) * along_x]
    )


def simplest_flux(left: Gas4, right: Gas4, gamma: float) -> Gas4:
    """Return Rusanov's flux, which keeps density and pressure positive at half a Courant number."""
    fastest = jnp.maximum(
        jnp.abs(left[2]) + sound_speed(left, gamma), jnp.abs(right[2]) + sound_speed(right, gamma)
    )
    before, after = conserved(left, gamma), conserved(right, gamma)
    mean = (flux_along_x(left, before) + flux_along_x(right, after)) / 2
    return mean - fastest[None] / 2 * (after - before)


def three_wave_flux(left: Gas4, right: Gas4, gamma: float) -> Gas4:
    """Return the flux through faces across x.

    Args:
        left: Primitive values on one side of each face.
        right: The same on the other.
        gamma: Ratio of specific heats.
    """
    first, last = _outer_speeds(left, right, gamma)
    into, out_of = left[0] * (first - left[2]), right[0] * (last - right[2])
    middle = (right[3] - left[3] + into * left[2] - out_of * right[2]) / (into - out_of)
    # One side decides: the one from which the middle wave comes.
    forward = middle >= 0
    values = jnp.where(forward[None], left, right)
    outer = jnp.where(forward, first, last)
    passing = jnp.where(forward, jnp.minimum(first, 0.0), jnp.maximum(last, 0.0))
    state = conserved(values, gamma)
    density, along_y, along_x, pressure = values
    closing = density * (outer - along_x)
    behind = closing / (outer - middle)
    gain = (middle - along_x) * (middle + pressure / closing)
    star = jnp.stack(
        [behind, behind * along_y, behind * middle, behind * (state[3] / density + gain)]
    )
    return flux_along_x(values, state) + passing[None] * (star - state)


def _outer_speeds(left: Gas4, right: Gas4, gamma: float) -> tuple[Scalar, Scalar]:
    """Return the speeds of the outermost waves, Roe's mean state considered."""
    weight = jnp.sqrt(right[0]) / (jnp.sqrt(left[0]) + jnp.sqrt(right[0]))
    speed = left[2] + weight * (right[2] - left[2])
    calm, loud = sound_speed(left, gamma), sound_speed(right, gamma)
    jump = weight * (1 - weight) / 2 * (right[2] - left[2]) ** 2
    sound = jnp.sqrt(calm**2 + weight * (loud**2 - calm**2) + jump)
    return jnp.minimum(left[2] - calm, speed - sound), jnp.maximum(right[2] + loud, speed + sound)
