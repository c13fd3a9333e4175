"""Ghost cells beyond the edges of a square."""

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ._weno import GHOSTS

Edge = Literal["periodic", "reflecting", "open"]
_MODES = {"periodic": "wrap", "reflecting": "symmetric", "open": "edge"}

# The velocity or momentum along x: a wall mirrors it.
ALONG_Y, ALONG_X = 1, 2


def with_ghosts(
    values: Float[jax.Array, "4 y x"], edge: Edge, ghosts: int = GHOSTS
) -> Float[jax.Array, "4 y padded"]:
    """Return gas with ghost cells at both ends of the last axis."""
    padded = jnp.pad(values, ((0, 0), (0, 0), (ghosts, ghosts)), mode=_MODES[edge])
    if edge != "reflecting":
        return padded
    cells = values.shape[-1]
    outside = (jnp.arange(cells + 2 * ghosts) - ghosts) // cells != 0
    mirrored = jnp.where(outside[None, :], -padded[ALONG_X], padded[ALONG_X])
    return padded.at[ALONG_X].set(mirrored)


def turned(values: Float[jax.Array, "4 rows columns"]) -> Float[jax.Array, "4 columns rows"]:
    """Return gas with x and y exchanged; twice is nothing."""
    return jnp.stack([values[0], values[ALONG_X], values[ALONG_Y], values[3]]).swapaxes(-1, -2)
