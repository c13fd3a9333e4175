"""Steady flows without divergence on a periodic square, `(2, y, x)`: u and v at cell centres."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves

Velocity = Float[np.ndarray, "2 y x"]
_DRAWN = 12


def random_eddies(waves: Waves, number: int, speed: float, seed: int) -> Velocity:
    """Return a dozen drawn waves of the stream function, of at most `number` waves a side.

    Args:
        waves: The grid.
        number: Largest wave number along each axis, in waves a side.
        speed: Root mean square of the velocity [length/s].
        seed: Of the draw.
    """
    random = np.random.default_rng(seed)
    x, y = _phases(waves)
    velocity = np.zeros((2, waves.cells, waves.cells))
    for _ in range(_DRAWN):
        along_x, along_y = random.integers(-number, number + 1, 2)
        wave = np.cos(along_x * x + along_y * y + random.uniform(0, 2 * np.pi))
        # ψ = sin(…)/|k|: u = ∂ψ/∂y, v = −∂ψ/∂x.
        velocity += np.stack([along_y * wave, -along_x * wave]) / max(np.hypot(along_x, along_y), 1)
    size = np.sqrt((velocity**2).sum(axis=0).mean())
    return velocity * speed / size


def cellular(waves: Waves, number: int, speed: float, seed: int) -> Velocity:
    """Return `number` pairs of cells that turn: ψ = (U/k) sin kx sin ky; `seed` is unused."""
    del seed
    x, y = (number * phase for phase in _phases(waves))
    return speed * np.stack([np.sin(x) * np.cos(y), -np.cos(x) * np.sin(y)])


def shear(waves: Waves, number: int, speed: float, seed: int) -> Velocity:
    """Return the parallel flow u = U sin ky of `number` bands; `seed` is unused."""
    del seed
    _, y = _phases(waves)
    return speed * np.stack([np.sin(number * y), np.zeros_like(y)])


GIVEN_FLOWS: tuple[Callable[[Waves, int, float, int], Velocity], ...] = (
    random_eddies,
    cellular,
    shear,
)
"""By number: random eddies, cells, shear."""


def _phases(waves: Waves) -> tuple[Float[np.ndarray, "y x"], Float[np.ndarray, "y x"]]:
    centre = 2 * np.pi * (np.arange(waves.cells) + 0.5) / waves.cells
    x, y = np.meshgrid(centre, centre)
    return x, y
