"""Lists of the atoms near each atom, made anew when one has moved half the margin."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int

Places = Float[jax.Array, "atom axis"]
Lengths = Float[jax.Array, "..."]


class Neighbours(NamedTuple):
    """Who is near whom.

    Attributes:
        others: `(atom, near)` the atoms near each; an atom's own number fills what is left.
        places: `(atom, axis)` where the atoms were when the list was made.
        full: Whether ever more were near than there is room for: then the list is not to be used.
    """

    others: Int[jax.Array, "atom near"]
    places: Places
    full: Bool[jax.Array, ""]


def apart(here: Lengths, there: Lengths, sides: Lengths) -> Lengths:
    """Return the shortest ways to here from there in a periodic box."""
    way = here - there
    return way - sides * jnp.round(way / sides)


def everyone(places: Places) -> Neighbours:
    """Return the list in which all others are near: exact, N² pairs."""
    count = len(places)
    ranks = jnp.arange(count)
    # Row i counts on from i + 1, once around.
    index = (ranks[:, None] + jnp.arange(1, count)[None, :]) % count
    return Neighbours(index, places, jnp.asarray(False))


def near(places: Places, sides: Float[jax.Array, "axis"], reach: float, room: int) -> Neighbours:
    """Return who lies within reach, from all pairs.

    Args:
        places: `(atom, axis)`.
        sides: `(axis)` of the box.
        reach: Largest distance.
        room: Most neighbours of an atom.
    """
    count = len(places)
    ranks = jnp.arange(count)
    # One axis after another: a whole (atom, atom, axis) array would triple the memory.
    square = jnp.zeros((count, count))
    for axis in range(places.shape[1]):
        line = places[:, axis]
        square = square + apart(line[:, None], line[None, :], sides[axis]) ** 2
    close = (square < reach**2) & (ranks[:, None] != ranks[None, :])
    slot = jnp.where(close, jnp.cumsum(close, axis=1) - 1, room)
    own = jnp.broadcast_to(ranks[:, None], (count, room))
    others = jnp.broadcast_to(ranks[None, :], (count, count))
    rows = jnp.broadcast_to(ranks[:, None], (count, count))
    index = own.at[rows, slot].set(others, mode="drop")
    return Neighbours(index, places, (close.sum(axis=1) > room).any())
