"""From named features to a unit vector of 512 numbers."""

import functools
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

import numpy as np
from jaxtyping import Float, Float32

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap, Grid
from industriverse.physics import total_energy

from ._features import feature_groups, features

EMBEDDING_VERSION = 1
"""Goes up whenever the same map would give another vector; vectors of two versions never mix."""

SIZE = 512
_SEED = 20261123
_CLIP = 6.0
_FULL = 0.999


@dataclass(frozen=True, slots=True)
class EmbeddingConstants:
    """The numbers that standardise features, fitted once on the project's own fields.

    Attributes:
        version: `EMBEDDING_VERSION` they belong to.
        names: Features in order.
        mean, scale: `(feature,)` of the reference fields.
        radius: Length that the standardised features stay below.
    """

    version: int
    names: tuple[str, ...]
    mean: Float[np.ndarray, "feature"]
    scale: Float[np.ndarray, "feature"]
    radius: float


def embed(density: Float[np.ndarray, "*space"], grid: Grid) -> Float32[np.ndarray, "512"]:
    """Return the embedding of an energy map (physics.md §10).

    Octave spectrum, two layers of scattering moments, quantiles of the energy and of its
    gradient, amounts and dimensionless groups; standardised, mixed by a fixed orthogonal matrix.

    Args:
        density: `(*space)`. Energy density above its reference, on one to three axes.
        grid: Where the cells are.

    Returns:
        `(512,)` [1]. Of length one, a linear image of the features save one coordinate: the
        features are lifted to the sphere rather than scaled onto it, so that amounts survive.

    Raises:
        ContractError: The map is not on the grid, not finite or below zero, or has no or more
            than three axes.

    Notes:
        A shift of a periodic map leaves the vector unchanged to about 1e-3 (the envelopes of
        the first layer are sampled); a rotation does not: features know the axes.
    """
    total_energy(density, grid)  # refuses a shape or values that are no map
    if (lowest := float(density.min())) < 0:
        raise ContractError(
            f"The lowest cell holds {lowest:.4g}; an energy map is at least zero.",
            hint="Subtract a reference no higher than the lowest energy.",
        )
    return place(standardise(features(density, grid), load_constants()), load_constants().radius)


def standardise(
    found: dict[str, float], constants: EmbeddingConstants
) -> Float[np.ndarray, "feature"]:
    """Return features in order, of mean zero and like weight a group; absent ones are zero."""
    raw = np.array([found.get(name, math.nan) for name in constants.names], np.float64)
    score = np.clip((raw - constants.mean) / constants.scale, -_CLIP, _CLIP)
    return np.where(np.isnan(raw), 0.0, score) * _group_weights()


def place(scores: Float[np.ndarray, "feature"], radius: float) -> Float32[np.ndarray, "512"]:
    """Lift scores onto the unit sphere and turn them by the fixed matrix."""
    inside = scores / radius
    length = float(np.linalg.norm(inside))
    if length > _FULL:
        inside = inside * (_FULL / length)
        length = _FULL
    lifted = np.append(inside, math.sqrt(1.0 - length**2))
    turned = _turn(lifted.size) @ lifted
    return (turned / np.linalg.norm(turned)).astype(np.float32)


def fit_constants(maps: Iterable[EnergyMap]) -> EmbeddingConstants:
    """Return the constants of some reference maps: mean, deviation and reach of each feature.

    Args:
        maps: Many, of all kinds.
    """
    names = tuple(name for group in feature_groups().values() for name in group)
    found = [features(m.density, m.grid) for m in maps]
    table = np.array([[row.get(name, math.nan) for name in names] for row in found], np.float64)
    seen = (~np.isnan(table)).sum(axis=0) > 1
    table[:, ~seen] = 0.0
    mean, deviation = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    free = EmbeddingConstants(EMBEDDING_VERSION, names, mean, scale, 1.0)
    lengths = [float(np.linalg.norm(standardise(row, free))) for row in found]
    return EmbeddingConstants(EMBEDDING_VERSION, names, mean, scale, 1.25 * max(lengths))


@functools.cache
def load_constants() -> EmbeddingConstants:
    """Return the constants that ship with the package.

    Raises:
        ContractError: They belong to another version of the embedding.
    """
    text = (
        resources.files("industriverse.engines.vectors")
        .joinpath("constants.json")
        .read_text("utf-8")
    )
    stored = json.loads(text)
    if stored["version"] != EMBEDDING_VERSION:
        raise ContractError(
            f"The embedding constants are of version {stored['version']}, not {EMBEDDING_VERSION}.",
            hint="Run models/embedding/fit_constants.py.",
        )
    mean = np.array(stored["mean"], np.float64)
    scale = np.array(stored["scale"], np.float64)
    return EmbeddingConstants(
        EMBEDDING_VERSION, tuple(stored["names"]), mean, scale, float(stored["radius"])
    )


@functools.cache
def _group_weights() -> Float[np.ndarray, "feature"]:
    groups = feature_groups().values()
    return np.concatenate([np.full(len(g), 1.0 / math.sqrt(len(g)), np.float64) for g in groups])


@functools.cache
def _turn(columns: int) -> Float[np.ndarray, "512 columns"]:
    """Return 512 rows with orthonormal columns, the same on every machine to rounding."""
    # RandomState's stream is frozen by NumPy's compatibility policy; newer generators' are not.
    random = np.random.RandomState(_SEED)
    basis, triangle = np.linalg.qr(random.standard_normal((SIZE, columns)))
    return basis * np.sign(np.diag(triangle))
