"""A set of terms as arrays, so that one compiled function evaluates any law of the same size."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float, Inexact, Int

from ._library import ONE, Factor, LibraryTerm, Piece
from ._waves import Box, symbol

T = TypeVar("T")
State = Complex[jax.Array, "channel ky kx"]
_WIDEST = 3
"""Factors in a product, at most."""


class Products(NamedTuple):
    """The products of derivatives that a set of terms is made of.

    Attributes:
        symbols: `(inner, ky, kx)`. Of each derivative that is multiplied in space.
        source: `(inner)`. The channel it is taken of.
        factors: `(product, 3)`. Rows of derivatives, then of given fields, to multiply.
        given: `(field, y, x)`. Known fields; the first is 1.
    """

    symbols: Inexact[jax.Array, "inner ky kx"]
    source: Int[jax.Array, "inner"]
    factors: Int[jax.Array, "product 3"]
    given: Float[jax.Array, "field y x"]


class Weighed(NamedTuple):
    """Pieces of one kind: a symbol times row `place` of a spectrum, for a term."""

    symbols: Inexact[jax.Array, "piece ky kx"]
    place: Int[jax.Array, "piece"]
    term: Int[jax.Array, "piece"]


class Program(NamedTuple):
    """The right side of an equation for every channel, linear in the terms' coefficients.

    Attributes:
        products: What the nonlinear pieces multiply.
        nonlinear: `place` counts `channel · products + product`; cut at two thirds of the waves.
        linear: `place` counts `channel · channels + source channel`.
        known: Pieces of given fields alone; `place` is the channel.
        channels: `(channel)`; of it only the length is used, since jit reads shapes, not numbers.
    """

    products: Products
    nonlinear: Weighed
    linear: Weighed
    known: Weighed
    channels: Int[jax.Array, "channel"]


class Rates(NamedTuple):
    """A program with its coefficients put in.

    Attributes:
        transfer: `(channel, product, ky, kx)`. Of the products' waves into the channels' rates.
        mixing: `(channel, channel, ky, kx)`. The linear part.
        known: `(channel, ky, kx)`. The part that does not depend on the state.
    """

    transfer: Inexact[jax.Array, "channel product ky kx"]
    mixing: Inexact[jax.Array, "channel channel ky kx"] | None
    known: Inexact[jax.Array, "channel ky kx"] | None


Targeted = tuple[int, LibraryTerm]
"""A channel's number and a term on the right of its equation."""


class Maker:
    """Collects the pieces of terms into a program."""

    def __init__(
        self,
        box: Box,
        channels: Sequence[str],
        given: Mapping[str, Float[np.ndarray, "y x"]],
    ) -> None:
        self._box = box
        self._channels = list(channels)
        self._given = {ONE: np.ones((box.cells, box.cells)), **given}
        self._names = list(self._given)

    @property
    def channels(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._channels)

    def on(self, box: Box) -> "Maker":
        """Return the same on a box of as many cells."""
        given = {name: field for name, field in self._given.items() if name != ONE}
        return Maker(box, self._channels, given)

    def make(self, terms: Sequence[Targeted]) -> Program:
        """Return the program of terms, its coefficients in their order."""
        pieces = [(i, target, p) for i, (target, term) in enumerate(terms) for p in term.pieces]
        kinds = [self._kind(piece) for _, _, piece in pieces]
        several = [p for p, kind in zip(pieces, kinds, strict=True) if kind == "nonlinear"]
        linear = [p for p, kind in zip(pieces, kinds, strict=True) if kind == "linear"]
        known = [p for p, kind in zip(pieces, kinds, strict=True) if kind == "known"]

        inner = _unique(f for _, _, p in several for f in p.factors if f.field in self._channels)
        rows = [self._row(p, inner) for _, _, p in several]
        products = _unique(iter(rows))
        count, channels = len(products), len(self._channels)
        made = Products(
            self._stacked([symbol(self._box, f.inner) for f in inner]),
            _ints([self._channels.index(f.field) for f in inner]),
            _ints(products).reshape(-1, _WIDEST),
            jnp.asarray(np.stack(list(self._given.values()))),
        )
        nonlinear = Weighed(
            self._stacked([self._outer(p) * self._box.kept for _, _, p in several]),
            _ints([several[i][1] * count + products.index(row) for i, row in enumerate(rows)]),
            _ints([i for i, _, _ in several]),
        )
        mixing = Weighed(
            self._stacked([self._linear_symbol(p) for _, _, p in linear]),
            _ints([t * channels + self._channels.index(p.factors[0].field) for _, t, p in linear]),
            _ints([i for i, _, _ in linear]),
        )
        forces = Weighed(
            self._stacked([self._known(p) for _, _, p in known]),
            _ints([t for _, t, _ in known]),
            _ints([i for i, _, _ in known]),
        )
        return Program(made, nonlinear, mixing, forces, _ints(list(range(channels))))

    def _kind(self, piece: Piece) -> str:
        of_state = [f for f in piece.factors if f.field in self._channels]
        if not of_state:
            return "known"
        return "linear" if len(piece.factors) == 1 else "nonlinear"

    def _row(self, piece: Piece, inner: list[Factor]) -> tuple[int, ...]:
        """Return the rows of `Products` fields that a piece multiplies, filled up with ones."""
        rows = [
            inner.index(f) if f.field in self._channels else len(inner) + self._names.index(f.field)
            for f in piece.factors
        ]
        return tuple(sorted(rows + [len(inner)] * (_WIDEST - len(rows))))

    def _outer(self, piece: Piece) -> Complex[np.ndarray, "ky kx"]:
        return piece.weight * symbol(self._box, piece.outer)

    def _linear_symbol(self, piece: Piece) -> Complex[np.ndarray, "ky kx"]:
        return self._outer(piece) * symbol(self._box, piece.factors[0].inner)

    def _known(self, piece: Piece) -> Complex[np.ndarray, "ky kx"]:
        field = np.prod([self._given[f.field] for f in piece.factors], axis=0)
        return self._outer(piece) * np.fft.rfft2(field)

    def _stacked(self, arrays: list[Complex[np.ndarray, "ky kx"]]) -> jax.Array:
        whole = np.array(arrays, dtype=np.complex128).reshape(-1, *self._box.shape)
        # Real symbols, those of even derivatives, cost half.
        return jnp.asarray(whole if np.any(whole.imag) else whole.real.copy())


def _unique(items: Iterator[T]) -> list[T]:
    return list(dict.fromkeys(items))


def _ints(values: Sequence[int] | Sequence[Sequence[int]]) -> jax.Array:
    return jnp.asarray(np.array(values, dtype=np.int64))


def spectra(products: Products, state: State) -> Complex[jax.Array, "product ky kx"]:
    """Return the waves of each product of derivatives of a state."""
    cells = products.given.shape[-1]
    if not products.factors.shape[0]:
        return jnp.zeros((0, *state.shape[1:]), state.dtype)
    inner = jnp.fft.irfft2(state[products.source] * products.symbols, s=(cells, cells))
    fields = jnp.concatenate([inner, products.given])
    first, second, third = (fields[products.factors[:, i]] for i in range(_WIDEST))
    return jnp.fft.rfft2(first * second * third)


def rates(program: Program, coefficients: Float[jax.Array, "term"]) -> Rates:
    """Return a program with its coefficients put in."""
    channels, shape = program.channels.shape[0], program.linear.symbols.shape[1:]
    count = program.products.factors.shape[0]

    def summed(pieces: Weighed, places: int) -> Inexact[jax.Array, "place ky kx"]:
        weights = coefficients[pieces.term].astype(pieces.symbols.dtype)
        whole = jnp.zeros((places, *shape), pieces.symbols.dtype)
        return whole.at[pieces.place].add(weights[:, None, None] * pieces.symbols)

    return Rates(
        summed(program.nonlinear, channels * count).reshape(channels, count, *shape),
        summed(program.linear, channels * channels).reshape(channels, channels, *shape),
        summed(program.known, channels),
    )
