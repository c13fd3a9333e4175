"""The named numbers that describe a map, before they are standardised and mixed."""

import math

import numpy as np
from jaxtyping import Float

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._scattering import AXES, OCTAVES, scattering_moments

LEVELS = (
    *(0.0, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 1.0),
)
_FLOOR = 1e-12
_FAINT = 1e-18
_FLAT = 1e-14
"""A relative variance below this is rounding, not structure."""
_TINY = 1e-300


def feature_groups() -> dict[str, tuple[str, ...]]:
    """Return the names of all features by group; each group weighs the same in the vector."""
    octaves = range(OCTAVES)
    directions = [f"direction {j} axis {a}" for j in octaves for a in range(AXES)]
    pairs = [f"arrangement {j} in {i}" for j in octaves for i in range(j)]
    layers = [*(f"sparsity {j}" for j in octaves), *(f"burstiness {j}" for j in octaves)]
    return {
        "spectrum": tuple(f"power {j}" for j in octaves),
        "scattering": (*layers, *directions, *pairs),
        "quantiles": tuple(f"quantile {q}" for q in LEVELS),
        "gradient": tuple(f"gradient {q}" for q in LEVELS),
        "amounts": ("energy", "mean", "cells", "entropy"),
        "groups": (
            *("normalised entropy", "variation", "skewness", "kurtosis", "gamma distance"),
            *("coarseness", "dimensions", "periodic axes", "elongation"),
        ),
    }


def features(density: Float[np.ndarray, "*space"], grid: Grid) -> dict[str, float]:
    """Return the features of a map by name; those that its grid cannot show are absent.

    Args:
        density: `(*space)`. Finite, at least zero.
        grid: One to three axes.

    Raises:
        ContractError: The map has no, or more than three, axes, or fewer than two cells.
    """
    if not 1 <= len(grid.shape) <= AXES or grid.cells < 2:  # noqa: PLR2004
        raise ContractError(
            f"A map of shape {grid.shape} cannot be embedded.",
            hint="Send one to three axes and at least two cells.",
        )
    energy = np.asarray(density, np.float64)
    mean = float(energy.mean())
    relative = energy / mean if mean > 0 else energy
    window = physics.hann_window(grid)
    centred = (relative - float((relative * window).sum() / window.sum())) * window
    power = physics.octave_spectrum(relative, grid)
    found = _amounts(energy, grid) | _moments(relative) | _spectrum(power, grid) | _shape(grid)
    found["normalised entropy"] = found["entropy"] / math.log(grid.cells)
    found["gamma distance"] = float(physics.gamma_distance(relative, grid))
    found |= _quantiles("quantile", relative)
    found |= _quantiles("gradient", _steepness(relative, grid))
    return found | scattering_moments(centred, grid)


def _amounts(energy: Float[np.ndarray, "*space"], grid: Grid) -> dict[str, float]:
    return {
        "energy": math.log(float(physics.total_energy(energy, grid)) + _TINY),
        "mean": math.log(float(energy.mean()) + _TINY),
        "cells": math.log(grid.cells),
        "entropy": float(physics.map_entropy(energy, grid)),
    }


def _moments(relative: Float[np.ndarray, "*space"]) -> dict[str, float]:
    centred = relative - relative.mean()
    square = centred * centred
    variance = float(square.mean())
    if variance <= _FLAT:
        return {"variation": math.log10(_FLOOR), "skewness": 0.0, "kurtosis": 0.0}
    scale = math.sqrt(variance)
    return {
        "variation": math.log10(variance + _FLOOR),
        "skewness": math.asinh(float((square * centred).mean()) / scale**3),
        "kurtosis": math.log1p(float((square * square).mean()) / scale**4),
    }


def _spectrum(power: Float[np.ndarray, "band"], grid: Grid) -> dict[str, float]:
    bands = physics.octave_bands(grid)
    octave = np.log2(bands.lower / bands.lower[0])
    held = power * bands.modes
    total = float(held.sum())
    found = {"coarseness": float((octave * held).sum()) / total if total > _FLAT else 0.0}
    for j, p in zip(np.rint(octave).astype(int).tolist(), power.tolist(), strict=True):
        if j < OCTAVES:
            found[f"power {j}"] = math.log10(p + _FAINT)
    return found


def _shape(grid: Grid) -> dict[str, float]:
    lengths = [n * d for n, d in zip(grid.shape, grid.spacing, strict=True)]
    same_unit = len(set(grid.units)) == 1
    return {
        "dimensions": float(len(grid.shape)),
        "periodic axes": grid.boundary.count("periodic") / len(grid.shape),
        "elongation": math.log(max(lengths) / min(lengths)) if same_unit else 0.0,
    }


def _steepness(relative: Float[np.ndarray, "*space"], grid: Grid) -> Float[np.ndarray, "*space"]:
    """Return the gradient's length per box length along each axis: dimensionless."""
    unit_box = Grid(
        grid.shape,
        tuple(1.0 / cells for cells in grid.shape),
        grid.axes,
        ("1",) * len(grid.shape),
        grid.boundary,
    )
    return physics.gradient_magnitude(relative, unit_box)


def _quantiles(name: str, values: Float[np.ndarray, "*space"]) -> dict[str, float]:
    ordered = np.sort(values, axis=None)
    places = np.asarray(LEVELS, np.float64) * (ordered.size - 1)
    heights = np.log1p(np.interp(places, np.arange(ordered.size, dtype=np.float64), ordered))
    return {f"{name} {q}": float(h) for q, h in zip(LEVELS, heights.tolist(), strict=True)}
