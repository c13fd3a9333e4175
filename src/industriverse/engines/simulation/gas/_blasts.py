"""Where blast waves start: hot spots in a cold, clumpy gas at rest."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ._noise import smooth_noise

_WIDTH = 1 / 50


@dataclass(frozen=True, slots=True)
class Blasts:
    """Explosions at drawn places.

    Attributes:
        count: How many.
        energy: Of each [J/m].
        density: Of the gas around, as a geometric mean [kg/m3].
        pressure: Of the gas around [Pa].
        clumping: Standard deviation of the logarithm of the density.
    """

    count: int
    energy: float
    density: float
    pressure: float
    clumping: float

    def start(
        self, cells: int, length: float, gamma: float, seed: int
    ) -> Float[np.ndarray, "4 y x"]:
        """Return density, velocity along y and x, and pressure on a periodic square."""
        random = np.random.default_rng(seed)
        places = random.uniform(0, length, (self.count, 2))
        density = self.density * np.exp(self.clumping * smooth_noise(random, cells))
        pressure = np.full((cells, cells), self.pressure)
        centres = (np.arange(cells) + 0.5) * length / cells
        for y, x in places:
            spot = _bump(centres - y, length)[:, None] * _bump(centres - x, length)[None, :]
            pressure += (gamma - 1) * self.energy * spot / (spot.sum() * (length / cells) ** 2)
        rest = np.zeros((cells, cells))
        return np.stack([density, rest, rest, pressure])


def _bump(away: Float[np.ndarray, "cell"], length: float) -> Float[np.ndarray, "cell"]:
    nearest = (away + length / 2) % length - length / 2
    return np.exp(-(nearest**2) / (2 * (_WIDTH * length) ** 2))
