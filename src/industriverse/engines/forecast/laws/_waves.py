"""Waves of a periodic square and the symbols by which derivatives multiply them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Complex, Float, Int

# Coefficients are wanted to nine digits; single precision gives three.
jax.config.update("jax_enable_x64", True)


class Symbol(NamedTuple):
    """`∂x^x ∂y^y ∇^(2 laplace)`; a negative power of ∇² leaves out the mean.

    Attributes:
        x, y: Derivatives along the axes.
        laplace: Power of the Laplacian; −1 solves Poisson's equation.
        meanless: Take out the mean.
    """

    x: int = 0
    y: int = 0
    laplace: int = 0
    meanless: bool = False

    @property
    def order(self) -> int:
        """Derivatives in all; a coefficient has this power of length."""
        return self.x + self.y + 2 * self.laplace


@dataclass(frozen=True, slots=True)
class Box:
    """A periodic square in `rfft2` layout.

    Attributes:
        cells: Cells a side; even.
        spacing: Side of a cell [length].
        cut: Whether products of fields are made of waves below two thirds of the highest only.
    """

    cells: int
    spacing: float
    cut: bool = True

    @property
    def shape(self) -> tuple[int, int]:
        """Of the half-spectrum."""
        return self.cells, self.cells // 2 + 1

    @property
    def kx(self) -> Float[np.ndarray, "ky kx"]:
        """Wave numbers along x."""
        line = 2 * np.pi * np.fft.rfftfreq(self.cells, self.spacing)
        return np.broadcast_to(line[None, :], self.shape)

    @property
    def ky(self) -> Float[np.ndarray, "ky kx"]:
        """Wave numbers along y."""
        line = 2 * np.pi * np.fft.fftfreq(self.cells, self.spacing)
        return np.broadcast_to(line[:, None], self.shape)

    @property
    def low(self) -> Bool[np.ndarray, "ky kx"]:
        """Waves below two thirds of the highest on each axis: products of two do not alias."""
        cut = 2 / 3 * np.pi / self.spacing
        return (np.abs(self.kx) < cut) & (np.abs(self.ky) < cut)

    @property
    def kept(self) -> Bool[np.ndarray, "ky kx"]:
        """Waves that products of fields change."""
        return self.low if self.cut else np.ones(self.shape, dtype=bool)

    @property
    def shares(self) -> Float[np.ndarray, "ky kx"]:
        """Weights w with mean(f²) = Σ w |f̂|²; an inner column stands for two waves."""
        twice = np.full(self.shape, 2.0)
        twice[:, 0] = 1.0
        twice[:, -1] = 1.0
        return twice / self.cells**4

    @property
    def ring(self) -> Int[np.ndarray, "ky kx"]:
        """Length of each wave vector, rounded, in units of the shortest."""
        width = 2 * np.pi / (self.cells * self.spacing)
        return np.rint(np.hypot(self.kx, self.ky) / width).astype(np.int64)


@lru_cache(maxsize=256)
def symbol(box: Box, which: Symbol) -> Complex[np.ndarray, "ky kx"]:
    """Return what `which` multiplies each wave by; the alternating wave has no odd derivative."""
    kx, ky = np.array(box.kx), np.array(box.ky)
    square = kx**2 + ky**2
    highest = np.pi / box.spacing * (1 - 1e-9)
    if which.x % 2:
        kx[kx > highest] = 0.0
    if which.y % 2:
        ky[np.abs(ky) > highest] = 0.0
    square[0, 0] = 1.0 if which.laplace < 0 else 0.0
    values = (1j * kx) ** which.x * (1j * ky) ** which.y * (-square) ** float(which.laplace)
    if which.meanless or which.laplace < 0:
        values[0, 0] = 0.0
    values.flags.writeable = False
    return values
