"""Two layers of scattering: how much happens at each scale, and how that is itself arranged.

Layer one splits the map into octaves and takes each one's envelope (its monogenic modulus, the
many-dimensional analytic signal). Layer two is the power of each envelope in the coarser octaves.
Filters and norms live in Fourier space, so a shift of a periodic map changes nothing but rounding
in the quadratic moments.

References:
    Bruna & Mallat (2013), IEEE TPAMI 35, 1872. Felsberg & Sommer (2001), IEEE TSP 49, 3136.
"""

import functools
import math

import numpy as np
from jaxtyping import Complex, Float, Float32
from scipy import fft

from industriverse import physics
from industriverse.kernel.fields import Grid

OCTAVES = 9
AXES = 3
_FINEST = {1: 512, 2: 128, 3: 32}
_FLAT = 1e-7
"""Fluctuations below this share of the mean are rounding, not structure."""


def scattering_moments(fluctuation: Float[np.ndarray, "*space"], grid: Grid) -> dict[str, float]:
    """Return the dimensionless moments of both layers by name; octaves without waves are absent.

    Args:
        fluctuation: `(*space)` [1]. The map over its mean, less one, windowed where not periodic.
        grid: Where the cells are.
    """
    coarse, waves = _coarsen(fluctuation, grid)
    moments: dict[str, float] = {}
    for octave, band in enumerate(_bands(coarse)):
        filtered = waves * band
        held = math.sqrt(float(np.sum(np.abs(filtered) ** 2, dtype=np.float64)))
        if held > _FLAT:
            moments |= _first_layer(filtered / np.float32(held), coarse, octave)
    return moments


def _first_layer(
    filtered: Complex[np.ndarray, "*space"], grid: Grid, octave: int
) -> dict[str, float]:
    envelope = _envelope(filtered, grid)
    squares = envelope**2
    power = float(np.mean(squares, dtype=np.float64))
    mean = float(np.mean(envelope, dtype=np.float64))
    fourth = float(np.mean(squares**2, dtype=np.float64))
    moments = {
        f"sparsity {octave}": math.log(mean / math.sqrt(power)),
        f"burstiness {octave}": math.log(fourth / power**2),
    }
    weights = np.abs(filtered) ** 2
    for axis, direction in enumerate(reversed(_directions(grid))):
        share = float((weights * direction**2).sum() / weights.sum())
        moments[f"direction {octave} axis {axis}"] = share
    spectrum = np.abs(np.asarray(fft.fftn(envelope))) ** 2 / envelope.size**2
    for coarser, band in enumerate(_bands(grid)[:octave]):
        arranged = float((spectrum * band**2).sum(dtype=np.float64))
        moments[f"arrangement {octave} in {coarser}"] = math.log10(arranged / power + 1e-8)
    return moments


def _envelope(filtered: Complex[np.ndarray, "*space"], grid: Grid) -> Float32[np.ndarray, "*space"]:
    """Return the monogenic modulus: the band and its Riesz transforms, summed in squares."""
    directions = _directions(grid)
    # The band and the first Riesz transform are real, so one complex transform carries both.
    square = np.abs(np.asarray(fft.ifftn(filtered * (1.0 + directions[0])))) ** 2
    for direction in directions[1:]:
        square += np.abs(np.asarray(fft.ifftn(filtered * direction))) ** 2
    return np.sqrt(square).astype(np.float32)


def _coarsen(
    fluctuation: Float[np.ndarray, "*space"], grid: Grid
) -> tuple[Grid, Complex[np.ndarray, "*small"]]:
    """Return the Fourier transform on a grid no finer than scattering needs."""
    finest = _FINEST[len(grid.shape)]
    shape = tuple(min(cells, finest) for cells in grid.shape)
    spacing = tuple(
        step * cells / kept
        for step, cells, kept in zip(grid.spacing, grid.shape, shape, strict=True)
    )
    coarse = Grid(shape, spacing, grid.axes, grid.units, grid.boundary)
    waves = np.asarray(fft.rfftn(fluctuation)) / fluctuation.size
    for axis, (cells, kept) in enumerate(zip(grid.shape, shape, strict=True)):
        waves = _crop(waves, axis, cells, kept, last=axis == len(shape) - 1)
    small = np.asarray(fft.irfftn(waves, s=shape), np.float32)
    return coarse, np.asarray(fft.fftn(small), np.complex64)


def _crop(
    waves: Complex[np.ndarray, "*half"], axis: int, cells: int, kept: int, *, last: bool
) -> Complex[np.ndarray, "*small"]:
    if kept == cells:
        return waves
    if last:
        return np.take(waves, range(kept // 2 + 1), axis=axis)
    low = range((kept + 1) // 2)
    high = range(cells - kept // 2, cells)
    return np.take(waves, [*low, *high], axis=axis)


@functools.lru_cache(maxsize=16)
def _waves(grid: Grid) -> tuple[Float[np.ndarray, "*space"], ...]:
    axes = [np.fft.fftfreq(n, d) for n, d in zip(grid.shape, _even(grid), strict=True)]
    return tuple(np.meshgrid(*axes, indexing="ij"))


def _even(grid: Grid) -> tuple[float, ...]:
    return grid.spacing if len(set(grid.units)) == 1 else (1.0,) * len(grid.shape)


@functools.lru_cache(maxsize=16)
def _directions(grid: Grid) -> tuple[Float32[np.ndarray, "*space"], ...]:
    """Return k_a / |k| for each axis: the Riesz multipliers, up to their factor −i."""
    waves = _waves(grid)
    length = np.sqrt(sum((w**2 for w in waves), np.zeros((), np.float64)))
    safe = np.where(length > 0, length, 1.0)
    return tuple((w / safe).astype(np.float32) for w in waves)


@functools.lru_cache(maxsize=16)
def _bands(grid: Grid) -> tuple[Float32[np.ndarray, "*space"], ...]:
    """Return the octave filters, coarsest first; their squares sum to one between the ends."""
    length = np.sqrt(sum((w**2 for w in _waves(grid)), np.zeros((), np.float64)))
    first = float(physics.octave_bands(grid).lower[0]) / (2.0 * np.pi)
    octave = np.log2(np.where(length > 0, length, first) / first)
    filters = []
    for centre in range(OCTAVES):
        distance = np.clip(octave - centre - 0.5, -1.0, 1.0)
        shape = np.where(length > 0, np.cos(0.5 * np.pi * distance), 0.0)
        filters.append(shape.astype(np.float32))
    return tuple(filters)
