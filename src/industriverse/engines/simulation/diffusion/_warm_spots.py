"""Starts: round spots, warmer or colder than the rest."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

_IMAGES = 2


@dataclass(frozen=True, slots=True)
class WarmSpots:
    """Gaussian spots at drawn places on a square of one temperature.

    Attributes:
        base: Of the square [K].
        rise: Of a spot's middle above it; below zero it is cold [K].
        width: Standard deviation of a spot, as a share of the side.
        number: Of spots.
    """

    base: float
    rise: float
    width: float
    number: int

    def temperature(self, waves: Waves, seed: int, *, walls: bool) -> Float[np.ndarray, "y x"]:
        """Return T at the centres of cells.

        Each spot comes with its images, periodic or mirrored at the walls, so that the field has
        no kink where the square ends.

        Raises:
            ContractError: It would not be above zero kelvin everywhere.
        """
        field = np.full((waves.cells, waves.cells), self.base)
        for y, x in np.random.default_rng(seed).uniform(0, waves.length, (self.number, 2)):
            rows, columns = (self._bump(waves, place, walls=walls) for place in (y, x))
            field += self.rise * rows[:, None] * columns[None, :]
        if not field.min() > 0:
            raise ContractError(
                f"The coldest cell would be at {field.min():.3g} K.",
                hint="Take a warmer base, or spots less cold.",
            )
        return field

    def _bump(self, waves: Waves, place: float, *, walls: bool) -> Float[np.ndarray, "cells"]:
        length = waves.length
        centre = (np.arange(waves.cells) + 0.5) * length / waves.cells
        period = 2 * length if walls else length
        images = [place + period * turn for turn in range(-_IMAGES, _IMAGES + 1)]
        if walls:
            images += [-image for image in images]
        away = (centre[:, None] - np.array(images)[None, :]) / (self.width * length)
        return np.exp(-(away**2) / 2).sum(axis=1)
