"""Starts of shallow water on a periodic square."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

from ._shallow_water import Water
from ._starts import random_flow

_HUMP = 1 / 20


@dataclass(frozen=True, slots=True)
class Basin:
    """A square of water.

    Attributes:
        waves: The grid.
        depth: Of the water at rest [length].
        gravity: g [length/s²].
        coriolis: f [1/s].
    """

    waves: Waves
    depth: float
    gravity: float
    coriolis: float

    def vortices(self, number: int, speed: float, seed: int) -> Water:
        """Return random vortices, their surface tilted as the turning of the basin asks.

        `f u = −g ∂h/∂y`, `f v = g ∂h/∂x`; level where f = 0. The velocity is free of divergence
        on the staggered grid.

        Args:
            number: Waves a side in which the energy is greatest.
            speed: Root mean square of the velocity [length/s].
            seed: Of the draw.

        Raises:
            ContractError: The vortices would lay the bed dry.
        """
        curl = np.fft.rfft2(random_flow(self.waves, number, speed, seed))
        square = self.waves.square.copy()
        square[0, 0] = np.inf
        # Of v = ∂χ/∂x, u = −∂χ/∂y: at the corners for the flow, half a cell on for the surface.
        flow = -curl / square
        half = self.waves.length / self.waves.cells / 2
        ahead = np.exp(1j * half * (self.waves.x + self.waves.y))
        corner, centre = self._field(flow), self._field(flow * ahead)
        spacing = 2 * half
        east = -(np.roll(corner, -1, axis=0) - corner) / spacing
        north = (np.roll(corner, -1, axis=1) - corner) / spacing
        return self._water(self.depth + self.coriolis / self.gravity * centre, east, north)

    def humps(self, number: int, height: float, seed: int) -> Water:
        """Return water at rest with round humps at drawn places, a twentieth of the side wide.

        Args:
            number: Of humps.
            height: Of each above the level [length]; below zero it is a hollow.
            seed: Of the draw.

        Raises:
            ContractError: The hollows would lay the bed dry.
        """
        length, cells = self.waves.length, self.waves.cells
        centre = (np.arange(cells) + 0.5) * length / cells
        surface = np.zeros((cells, cells))
        for y, x in np.random.default_rng(seed).uniform(0, length, (number, 2)):
            away_y = (centre - y + length / 2) % length - length / 2
            away_x = (centre - x + length / 2) % length - length / 2
            square = away_y[:, None] ** 2 + away_x[None, :] ** 2
            surface += height * np.exp(-square / (2 * (_HUMP * length) ** 2))
        return self._water(self.depth + surface, np.zeros_like(surface), np.zeros_like(surface))

    def _field(self, waves: np.ndarray) -> Float[np.ndarray, "y x"]:
        return np.fft.irfft2(waves, s=(self.waves.cells, self.waves.cells))

    def _water(self, *fields: Float[np.ndarray, "y x"]) -> Water:
        if not fields[0].min() > 0:
            raise ContractError(
                f"The shallowest water would be {fields[0].min():.3g} m deep.",
                hint="Take deeper water, or slower vortices or lower hollows.",
            )
        return Water(*(jnp.asarray(field) for field in fields))
