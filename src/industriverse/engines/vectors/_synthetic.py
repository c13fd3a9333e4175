"""The project's own reference maps: many kinds, sizes and boundaries, from one seed."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Boundary, EnergyMap, Grid

Random = np.random.RandomState
_SIZES = {1: (8, 16, 30, 64, 128, 333, 512), 2: (8, 12, 24, 33, 64, 100, 128), 3: (8, 12, 16, 20)}
_BOUNDARIES: tuple[Boundary, ...] = ("periodic", "reflecting", "open")


def synthetic_maps(count: int, seed: int, *, grid: Grid | None = None) -> Iterator[EnergyMap]:
    """Yield reference maps, the same for the same seed.

    Args:
        count: How many.
        seed: Of the random stream.
        grid: One grid for all; drawn for each map where none is given.
    """
    random = Random(seed)
    kinds = (_rough, _log_rough, _blobs, _stripes, _steps, _sparse, _slope, _boltzmann)
    for index in range(count):
        here = grid or _draw_grid(random)
        shape = kinds[index % len(kinds)](here, random)
        amount = 10.0 ** random.uniform(-3.0, 6.0)
        density = amount * (shape + random.choice([0.0, 0.1, 1.0]) * shape.mean())
        unit = f"J/m^{len(here.shape)}"
        yield EnergyMap(density, unit, here, "synthetic", provenance={"source": "synthetic"})


def _draw_grid(random: Random) -> Grid:
    dims = int(random.choice([1, 2, 2, 2, 3]))
    shape = tuple(int(n) for n in random.choice(_SIZES[dims], dims))
    boundary = tuple(_BOUNDARIES[i] for i in random.randint(0, 3, dims))
    spacing = (float(10.0 ** random.uniform(-3.0, 3.0)),) * dims
    return Grid(shape, spacing, ("z", "y", "x")[-dims:], ("m",) * dims, boundary)


def _coordinates(grid: Grid) -> list[Float[np.ndarray, "..."]]:
    axes = [np.arange(n, dtype=np.float64) / n for n in grid.shape]
    return list(np.meshgrid(*axes, indexing="ij"))


def _gaussian(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    """Return noise of unit variance with a power-law spectrum of drawn slope."""
    waves = np.meshgrid(*[np.fft.fftfreq(n) for n in grid.shape], indexing="ij")
    length = np.sqrt(sum((w**2 for w in waves), np.zeros((), np.float64)))
    length.flat[0] = 1.0
    white = np.fft.fftn(random.standard_normal(grid.shape))
    field = np.fft.ifftn(white * length ** -random.uniform(0.0, 3.0)).real
    field = field - field.mean()
    return field / (field.std() or 1.0)


def _rough(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    return (1.0 + random.uniform(0.05, 1.0) * _gaussian(grid, random)) ** 2


def _log_rough(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    return np.exp(random.uniform(0.1, 1.5) * _gaussian(grid, random))


def _blobs(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    field = np.full(grid.shape, 1e-3, np.float64)
    for _ in range(random.randint(1, 8)):
        width = random.uniform(0.03, 0.3)
        apart = [(c - random.uniform()) ** 2 for c in _coordinates(grid)]
        square = sum(apart, np.zeros((), np.float64))
        field += random.uniform(0.2, 1.0) * np.exp(-square / (2 * width**2))
    return field


def _stripes(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    waves = random.randint(0, max(min(grid.shape) // 3, 2), len(grid.shape))
    turns = [w * c for w, c in zip(waves.tolist(), _coordinates(grid), strict=True)]
    angle = 2.0 * np.pi * (sum(turns, np.zeros((), np.float64)) + random.uniform())
    return 1.0 + random.uniform(0.1, 0.99) * np.sin(angle)


def _steps(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    level = np.floor(random.uniform(1.0, 3.0) * _gaussian(grid, random))
    return 0.1 + level - level.min()


def _sparse(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    lit = random.uniform(size=grid.shape) < random.uniform(0.02, 0.3)
    field = random.exponential(size=grid.shape) * lit
    field.flat[random.randint(field.size)] += 1.0
    return field


def _slope(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    parts = [random.uniform(0.0, 1.0) * c for c in _coordinates(grid)]
    noise = 0.02 * random.uniform() * np.abs(_gaussian(grid, random))
    return 0.05 + sum(parts, np.zeros((), np.float64)) + noise


def _boltzmann(grid: Grid, random: Random) -> Float[np.ndarray, "..."]:
    return random.gamma(0.5 * random.randint(1, 9), size=grid.shape)
