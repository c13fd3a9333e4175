"""The octave-band power spectrum of a map."""

import functools
import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from scipy import fft

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._arrays import A, even_spacing, float64, namespace, physical, require_finite, space_axes


@dataclass(frozen=True, slots=True)
class OctaveBands:
    """The octaves that a grid resolves, coarsest first. Octaves without a mode are left out.

    Attributes:
        lower: `(band,)` [rad per spacing unit]. Lower end of each band.
        upper: `(band,)` Upper end, twice the lower.
        modes: `(band,)` Number of Fourier modes inside.
    """

    lower: Float[np.ndarray, "band"]
    upper: Float[np.ndarray, "band"]
    modes: Int[np.ndarray, "band"]


def octave_bands(grid: Grid) -> OctaveBands:
    """Return the octave bands of a grid.

    The first begins at the lowest wavenumber of the longest axis, 2π / L. Wavenumbers are
    physical where all axes share a unit, else in radians per cell.
    """
    layout = _layout(grid)
    lower = layout.first * 2.0 ** layout.octaves.astype(np.float64)
    return OctaveBands(lower, 2.0 * lower, layout.modes)


@physical("grid", check=require_finite)
def octave_spectrum(density: Float[A, "..."], grid: Grid) -> Float[A, "..."]:
    r"""Return the power per Fourier mode of `e − ⟨e⟩`, averaged over octaves of |k|.

    $$P_j = \frac{1}{n_j} \sum_{|k| \in [k_j, 2 k_j)} |\hat e_k|^2, \qquad
      \hat e_k = \frac{1}{N} \sum_x w_x (e_x - \langle e \rangle) e^{-ikx}$$

    Args:
        density: `(*batch, *space)`.
        grid: Where the cells are. Axes that are not periodic carry a Hann window `w` of unit
            mean square; the mean taken off is then the windowed one.

    Returns:
        `(*batch, band)` [density²]. On a periodic grid `Σ_j n_j P_j` is the variance; `n_j` and
        the bands' ends come from `octave_bands(grid)`.

    Raises:
        ContractError: The grid has one cell, so no wave fits.
    """
    xp = namespace(density)
    axes = space_axes(density, grid)
    window = hann_window(grid).reshape((1,) * (density.ndim - len(axes)) + grid.shape)
    energy = float64(density)
    mean = xp.sum(energy * window, axis=axes, keepdims=True) / float(window.sum())
    waves = _rfftn((energy - mean) * window, axes)
    twins = _twins(grid).reshape((1,) * (density.ndim - 1) + (-1,))
    power = (xp.real(waves) ** 2 + xp.imag(waves) ** 2) * (twins / float(grid.cells) ** 2)
    layout = _layout(grid)
    batch = density.shape[: density.ndim - len(axes)]
    sums = _sums_by_label(power.reshape((-1, layout.labels.size)), layout)
    return (sums / layout.modes.astype(np.float64)[None, :]).reshape((*batch, -1))


def hann_window(grid: Grid) -> Float[np.ndarray, "*space"]:
    """Return the window of a grid: Hann along each axis that is not periodic, else flat.

    Returns:
        `(*space)` [1]. Mean square one, so that white noise keeps its power.
    """
    window = np.ones((), np.float64)
    for cells, boundary in zip(grid.shape, grid.boundary, strict=True):
        flat = boundary == "periodic" or cells == 1
        # Half-cell offset: no sample has weight zero, so that two cells still carry a wave.
        phase = 2.0 * np.pi * (np.arange(cells, dtype=np.float64) + 0.5) / cells
        axis = np.ones(cells, np.float64) if flat else 0.5 - 0.5 * np.cos(phase)
        window = np.multiply.outer(window, axis / np.sqrt(np.mean(axis**2)))
    return window


def _rfftn(field: Float[A, "..."], axes: tuple[int, ...]) -> A:
    if isinstance(field, jax.Array):
        return jnp.fft.rfftn(field, axes=axes)
    return np.asarray(fft.rfftn(field, axes=axes))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which band each mode of the half space that a real transform keeps belongs to.

    Attributes:
        labels: `(mode,)` 0 for the mean, else band + 1. Small numbers: large grids are cached.
        first: Lower end of the octave 0.
        octaves: `(band,)` Octave of each band.
        modes: `(band,)` Modes of the full space in each band.
    """

    labels: Int[np.ndarray, "mode"]
    first: float
    octaves: Int[np.ndarray, "band"]
    modes: Int[np.ndarray, "band"]


@functools.lru_cache(maxsize=16)
def _layout(grid: Grid) -> _Layout:
    if grid.cells < 2:  # noqa: PLR2004
        raise ContractError("A map of one cell has no spectrum.")
    spacing = even_spacing(grid)
    first = 2.0 * math.pi / max(n * d for n, d in zip(grid.shape, spacing, strict=True) if n > 1)
    # A hair above one keeps exact octaves (k = 2, 4, 8 …) out of the band below.
    octave = np.floor(np.log2(np.maximum(_wavenumbers(grid) / first, 0.5) * (1.0 + 1e-12)))
    octave = octave.astype(np.int64)
    present = np.unique(octave[octave >= 0])
    labels = np.where(octave < 0, 0, np.searchsorted(present, octave) + 1).astype(np.int16)
    twins = np.broadcast_to(_twins(grid), labels.shape).ravel()
    modes = np.bincount(labels.ravel(), weights=twins, minlength=present.size + 1)[1:]
    return _Layout(labels.ravel(), first, present, modes.astype(np.int64))


def _sums_by_label(rows: Float[A, "row mode"], layout: _Layout) -> Float[A, "row band"]:
    count = layout.octaves.size + 1
    if isinstance(rows, jax.Array):
        labels = jnp.asarray(layout.labels, dtype=jnp.int32)
        return jax.ops.segment_sum(rows.T, labels, num_segments=count).T[:, 1:]
    sums = [np.bincount(layout.labels, weights=row, minlength=count)[1:] for row in rows]
    return np.stack(sums)


def _wavenumbers(grid: Grid) -> Float[np.ndarray, "*half"]:
    """Return |k| of each mode of the half space, in radians per spacing unit."""
    squares = np.zeros((), np.float64)
    last = len(grid.shape) - 1
    for axis, (cells, step) in enumerate(zip(grid.shape, even_spacing(grid), strict=True)):
        frequency = np.fft.rfftfreq(cells, step) if axis == last else np.fft.fftfreq(cells, step)
        squares = np.add.outer(squares, (2.0 * np.pi * frequency) ** 2)
    return np.sqrt(squares)


def _twins(grid: Grid) -> Float[np.ndarray, "half"]:
    """Return how many modes of the full space each kept one stands for, along the last axis."""
    cells = grid.shape[-1]
    twins = np.full(cells // 2 + 1, 2.0, np.float64)
    twins[0] = 1.0
    if cells % 2 == 0:
        twins[-1] = 1.0
    return twins
