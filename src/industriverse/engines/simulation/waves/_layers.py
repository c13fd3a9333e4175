"""Layers that swallow waves: convolutional perfectly matched layers.

In a layer every slope `∂/∂x` becomes `∂/∂x / κ + ψ`, with `ψⁿ = f ψⁿ⁻¹ + g (∂/∂x)ⁿ`,
`f = exp(−(σ/κ + α) Δt)`, `g = σ / (σκ + κ²α) (f − 1)`: the frequency-shifted stretching of Kuzuoglu
& Mittra (1996) as a recursive convolution (Roden & Gedney, Microw. Opt. Technol. Lett. 27, 2000).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

Memory = tuple[jax.Array, jax.Array] | None
"""ψ of the scalar's slope and of the vector's spread along one axis; None without a layer."""
_POWER = 3
_STRENGTH = 0.8 * (_POWER + 1)
_STRETCH = 3.0
_SHIFT = 0.03


class Profile(NamedTuple):
    """Fade f, gain g and stretch κ at faces inside, and at cells."""

    fade: tuple[Float[np.ndarray, "face"], Float[np.ndarray, "cell"]]
    gain: tuple[Float[np.ndarray, "face"], Float[np.ndarray, "cell"]]
    stretch: tuple[Float[np.ndarray, "face"], Float[np.ndarray, "cell"]]


def profiles(cells: int, layer: int, rate: float, step_s: float) -> Profile:
    """Return the profile along an axis with a layer at both ends.

    Args:
        cells: Along the axis, layers included.
        layer: Cells of one layer.
        rate: [1/s]. Fastest speed over spacing.
        step_s: [s].
    """
    faces = np.arange(1.0, cells)
    pairs = [_profile(at, cells, layer, rate * step_s) for at in (faces, np.arange(cells) + 0.5)]
    fade, gain, stretch = zip(*pairs, strict=True)
    return Profile(fade, gain, stretch)


def _profile(
    at: Float[np.ndarray, "n"], cells: int, layer: int, number: float
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    """Return f, g and κ; `number` is the Courant number, so all rates are per step."""
    depth = np.maximum(np.maximum(layer - at, at - (cells - layer)), 0.0) / layer
    stretch = 1 + (_STRETCH - 1) * depth**_POWER
    loss = _STRENGTH * number * depth**_POWER
    shift = np.where(depth > 0, _SHIFT * number * (1 - depth), 0.0)
    fade = np.exp(-(loss / stretch + shift))
    weight = np.where(depth > 0, stretch * (loss + stretch * shift), 1.0)
    return fade, loss / weight * (fade - 1), stretch


def fresh(shape: tuple[int, ...], profile: Profile | None, axis: int) -> Memory:
    """Return empty memories of a plane's slopes along an axis."""
    if profile is None:
        return None
    inside = tuple(n - (at == axis) for at, n in enumerate(shape))
    return jnp.zeros(inside), jnp.zeros(shape)


def stretched(
    slope: Float[jax.Array, "y x"], memory: Memory, profile: Profile | None, axis: int, which: int
) -> tuple[Float[jax.Array, "y x"], Memory]:
    """Return a slope as the layers see it, and the memories after it.

    Args:
        slope: Difference along the axis.
        memory: Of this axis.
        profile: Of this axis; None leaves the slope as it is.
        axis: 0 for y, 1 for x.
        which: 0 for slopes at faces, 1 for those at cells.
    """
    if profile is None or memory is None:
        return slope, memory
    fade, gain, stretch = (
        jnp.asarray(jnp.expand_dims(part[which], 1 - axis))
        for part in (profile.fade, profile.gain, profile.stretch)
    )
    kept = fade * memory[which] + gain * slope
    after = (kept, memory[1]) if which == 0 else (memory[0], kept)
    return slope / stretch + kept, after
