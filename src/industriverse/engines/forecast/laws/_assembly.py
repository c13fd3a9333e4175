"""Rows of a channel's regression from integrals of products: symbols put on, waves picked."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from ._integrals import Integrals
from ._program import Program, Weighed
from ._waves import Box

Picked = Complex[np.ndarray, "wave"]


@dataclass(frozen=True)
class Assembly:
    """How the columns of a channel are made of integrals, at the waves that are trusted.

    Attributes:
        mask: Of the waves.
        share: Square root of each wave's share in a mean square.
        products: Column, row of the products and weighed symbol of each nonlinear piece.
        linear: The same of the channels.
        known: Column and weighed waves of each piece of given fields.
        columns: How many.
        ring: Length of each wave in units of the longest's.
    """

    mask: Bool[np.ndarray, "ky kx"]
    share: Float[np.ndarray, "wave"]
    products: list[tuple[int, int, Picked]]
    linear: list[tuple[int, int, Picked]]
    known: list[tuple[int, int, Picked]]
    columns: int
    ring: Int[np.ndarray, "wave"]

    @classmethod
    def of(
        cls, program: Program, box: Box, places: list[int], mask: Bool[np.ndarray, "ky kx"]
    ) -> "Assembly":
        """Pick the pieces of the terms at some places of a library's program."""
        share = np.sqrt(box.shares)[mask]

        def picked(kind: Weighed, rows: int) -> list[tuple[int, int, Picked]]:
            found: list[tuple[int, int, Picked]] = []
            symbols, terms = np.asarray(kind.symbols), np.asarray(kind.term)
            for symbol, row, term in zip(symbols, np.asarray(kind.place), terms, strict=True):
                if term in places:
                    weighed = (symbol[mask] * share).astype(np.complex128)
                    found.append((places.index(term), int(row) % rows, weighed))
            return found

        return cls(
            mask,
            share,
            picked(program.nonlinear, max(program.products.factors.shape[0], 1)),
            picked(program.linear, program.channels.shape[0]),
            picked(program.known, program.channels.shape[0]),
            len(places),
            box.ring[mask],
        )

    def rings(self, intervals: int) -> Int[np.ndarray, "row"]:
        """Return the ring of each row of `matrix`."""
        return np.tile(self.ring, 2 * intervals)

    def matrix(
        self,
        changes: Complex[np.ndarray, "interval ky kx"],
        integrals: Integrals,
        frame_s: float,
    ) -> Float[np.ndarray, "row column"]:
        """Return real and imaginary parts of the columns and, last, of the changes."""
        blocks: list[Complex[np.ndarray, "wave column"]] = []
        for change, state, products in zip(changes, *integrals, strict=True):
            whole = np.zeros((self.columns + 1, len(self.share)), dtype=np.complex128)
            for pieces, of in ((self.products, products), (self.linear, state)):
                at = of[:, self.mask]
                for column, row, symbol in pieces:
                    whole[column] += symbol * at[row]
            for column, _, symbol in self.known:
                whole[column] += frame_s * symbol
            whole[-1] = self.share * change[self.mask]
            blocks.append(whole)
        stacked = np.concatenate(blocks, axis=1).T
        return np.concatenate([np.real(stacked), np.imag(stacked)])
