"""Lists of the atoms near each atom, made anew when one has moved half the margin."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int, Shaped, UInt

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


def apart(here: Lengths, there: Lengths, side: float) -> Lengths:
    """Return the shortest ways along an axis to here from there in a periodic box."""
    way = here - there
    return way - side * jnp.round(way * (1 / side))


def everyone(places: Places) -> Neighbours:
    """Return the list in which all others are near: exact, N² pairs."""
    count = len(places)
    ranks = jnp.arange(count, dtype=jnp.int32)
    # Row i counts on from i + 1, once around.
    index = (ranks[:, None] + jnp.arange(1, count, dtype=jnp.int32)[None, :]) % count
    return Neighbours(index, places, jnp.asarray(False))


def near(places: Places, sides: tuple[float, ...], reach: float, room: int) -> Neighbours:
    """Return who lies within reach, from all pairs.

    Who is near is kept as bits, 32 to a word: nothing of the size atom × atom is ever written, and
    the k-th neighbour is found by halving, first among words, then inside one.

    Args:
        places: `(atom, axis)`.
        sides: Of the box.
        reach: Largest distance.
        room: Most neighbours of an atom.
    """
    words = _words(jax.lax.stop_gradient(places), sides, reach)
    counts = _counted(words)
    most = counts[:, -1:]
    ranks = jnp.arange(room, dtype=jnp.int32)[None, :]
    word, rank = _word_of(counts, ranks)
    bits = _chosen(words, word)
    own = jnp.arange(len(places), dtype=jnp.int32)[:, None]
    index = jnp.where(ranks < most, word * _WORD + _bit_of(bits, rank), own)
    return Neighbours(index, places, (most > room).any())


_WORD = 32
Table = Int[jax.Array, "atom near"]
Words = UInt[jax.Array, "atom word"]
Bits = UInt[jax.Array, "atom near"]
Counts = Int[jax.Array, "atom word"]


def _words(places: Places, sides: tuple[float, ...], reach: float) -> Words:
    """Return for each atom one bit for each other: whether it is near."""
    count = len(places)
    words = -(-count // _WORD)
    square = jnp.zeros(())
    for line, side in zip(places.T, sides, strict=True):
        there = jnp.pad(line, (0, words * _WORD - count))
        square = square + apart(line[:, None], there[None, :], side) ** 2
    ranks = jnp.arange(words * _WORD)[None, :]
    close = (square < reach**2) & (ranks < count) & (ranks != jnp.arange(count)[:, None])
    bits = close.reshape(count, words, _WORD).astype(jnp.uint32)
    return (bits << jnp.arange(_WORD, dtype=jnp.uint32)[None, None, :]).sum(2, dtype=jnp.uint32)


def _counted(words: Words) -> Counts:
    """Return how many are near in all words up to and with each."""
    each = jax.lax.population_count(words).astype(jnp.float32)
    # A product with a triangle of ones: whole numbers, exact, and faster than a running sum.
    upto = jnp.triu(jnp.ones((words.shape[1], words.shape[1]), jnp.float32))
    return (each @ upto).astype(jnp.int32)


def _word_of(counts: Counts, ranks: Int[jax.Array, "one near"]) -> tuple[Table, Table]:
    """Return in which word the neighbour of each rank is, and its rank there."""
    words = counts.shape[1]
    word = jnp.zeros((len(counts), ranks.shape[1]), jnp.int32)
    for power in reversed(range(words.bit_length())):
        later = word + 2**power
        before = _chosen(counts, jnp.minimum(later, words) - 1)
        word = jnp.where((later <= words) & (before <= ranks), later, word)
        # Without it every halving is worked out anew inside the next.
        word = jax.lax.optimization_barrier(word)
    word = jnp.minimum(word, words - 1)
    before = jnp.where(word > 0, _chosen(counts, jnp.maximum(word - 1, 0)), 0)
    return word, ranks - before


def _bit_of(bits: Bits, rank: Table) -> Table:
    """Return the place in a word of its bit of a rank."""
    place = jnp.zeros_like(rank)
    for width in (16, 8, 4, 2, 1):
        low = (bits >> place.astype(jnp.uint32)) & jnp.uint32(2**width - 1)
        below = jax.lax.population_count(low).astype(jnp.int32)
        above = rank >= below
        rank = jnp.where(above, rank - below, rank)
        place = jnp.where(above, place + width, place)
        rank, place = jax.lax.optimization_barrier((rank, place))
    return place


def _chosen(table: Shaped[jax.Array, "atom word"], at: Table) -> Shaped[jax.Array, "atom near"]:
    """Return the entries at columns that are known to be there."""
    rows = jnp.arange(len(table), dtype=jnp.int32)[:, None] * table.shape[1]
    return table.reshape(-1).at[rows + at].get(mode="promise_in_bounds")
