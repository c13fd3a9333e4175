"""Time integrals of terms between frames: by quadrature over frames, or along a law's solution."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from ._program import Products, spectra

Sums = tuple[jax.Array, jax.Array]
Spectra = Complex[np.ndarray, "interval row ky kx"]
_WIDEST = 5
_POINTS = 9
"""Of a closed Newton–Cotes rule; exact for polynomials of degree 9."""
BLOCK = _POINTS - 1
"""Steps of a solution that one rule spans."""
_STRIDES = (4, 2)


class Integrals(NamedTuple):
    """Integrals over each interval between frames.

    Attributes:
        state: Of the channels.
        products: Of the library's products.
    """

    state: Complex[np.ndarray, "interval channel ky kx"]
    products: Complex[np.ndarray, "interval product ky kx"]


def over_frames(
    products: Products, frames: Complex[np.ndarray, "time channel ky kx"], frame_s: float
) -> Integrals:
    """Return the integrals of polynomials through the frames around each interval.

    Args:
        products: The library's.
        frames: Two or more.
        frame_s: Between frames [s].
    """
    at = np.stack([np.asarray(_spectra(products, jnp.asarray(frame))) for frame in frames])
    rule = interval_weights(len(frames)) * frame_s
    return Integrals(_weighed(rule, frames), _weighed(rule, at))


def _weighed(
    rule: Float[np.ndarray, "interval time"], at: Complex[np.ndarray, "time row ky kx"]
) -> Spectra:
    return np.tensordot(rule, at, axes=1)


_spectra = jax.jit(spectra)


def interval_weights(frames: int) -> Float[np.ndarray, "interval time"]:
    """Return the weights of frames in the integral over each interval, in units of an interval.

    Each is that of the polynomial through the up to five frames about the interval.
    """
    weights = np.zeros((frames - 1, frames))
    width = min(frames, _WIDEST)
    for interval in range(frames - 1):
        first = int(np.clip(interval - (width - 2) // 2, 0, frames - width))
        nodes = np.arange(first, first + width) - interval
        weights[interval, first : first + width] = _rule(nodes.astype(np.float64), 0.0, 1.0)
    return weights


def _rule(nodes: Float[np.ndarray, "node"], start: float, end: float) -> Float[np.ndarray, "node"]:
    """Return weights that integrate polynomials through nodes exactly from start to end."""
    powers = np.arange(len(nodes))
    moments = (end ** (powers + 1.0) - start ** (powers + 1.0)) / (powers + 1)
    return np.linalg.solve(nodes[None, :] ** powers[:, None], moments)


def along_path(
    products: Products,
    path: Complex[jax.Array, "time start channel ky kx"],
    ends: Complex[jax.Array, "start channel ky kx"],
    frame_s: float,
) -> Integrals:
    """Return integrals along solutions bent so that each ends in the next frame.

    Args:
        products: The library's.
        path: Solutions from each frame, at a multiple of 8 equal steps; of many, every second
            or fourth is looked at, since the rule is of far higher order than the steps.
        ends: The frames that they should end in.
        frame_s: Between frames [s].
    """
    path = path[:: _stride(path.shape[0] - 1)]
    steps = path.shape[0] - 1
    nodes = np.arange(_POINTS, dtype=np.float64)
    block = _rule(nodes / BLOCK, 0.0, 1.0) * BLOCK * frame_s / steps
    weights = np.zeros(steps + 1)
    for first in range(0, steps, BLOCK):
        weights[first : first + _POINTS] += block
    state, found = _along(products, path, ends, jnp.asarray(weights))
    return Integrals(np.asarray(state), np.asarray(found))


def _stride(steps: int) -> int:
    """Return which steps of a solution the rule is put on: blocks of 8, two of them or more."""
    return next((s for s in _STRIDES if steps % (BLOCK * s) == 0 and steps >= 2 * BLOCK * s), 1)


@jax.jit
def _along(
    products: Products, path: jax.Array, ends: jax.Array, weights: jax.Array
) -> tuple[jax.Array, jax.Array]:
    count = path.shape[0]
    off = ends - path[-1]

    def one(sums: Sums, at: tuple[jax.Array, ...]) -> tuple[Sums, None]:
        state, weight, share = at
        bent = state + share * off
        # One start after the other: fields of a whole library together would not stay in cache.
        found = jax.lax.map(partial(spectra, products), bent)
        return (sums[0] + weight * bent, sums[1] + weight * found), None

    shape = (path.shape[1], products.factors.shape[0], *path.shape[-2:])
    empty = jnp.zeros_like(path[0]), jnp.zeros(shape, path.dtype)
    shares = jnp.arange(count) / (count - 1)
    return jax.lax.scan(one, empty, (path, weights, shares))[0]
