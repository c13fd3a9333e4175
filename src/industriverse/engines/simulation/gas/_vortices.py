"""The vortices of Orszag and Tang: smooth flow and field that make shocks and sheets of current."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ._magnetic import MagneticGas, Plasma
from ._noise import smooth_noise


@dataclass(frozen=True, slots=True)
class Vortices:
    """Where the flow starts (Orszag & Tang, J. Fluid Mech. 90, 1979), stirred a little.

    Attributes:
        density: Uniform [kg/m3].
        pressure: Uniform [Pa].
        speed: Amplitude of the velocity [m/s].
        field: Amplitude of the field, its pressure being B²/2 [Pa^½].
        stir: Standard deviation of drawn velocities, as a part of `speed`; 0 as published.
    """

    density: float
    pressure: float
    speed: float
    field: float
    stir: float

    def start(self, gas: MagneticGas, cells: int, seed: int) -> Plasma:
        """Return the start on a periodic square, its field free of divergence to rounding."""
        random = np.random.default_rng(seed)
        corners = 2 * np.pi * np.arange(cells) / cells
        x, y = (corners + np.pi / cells)[None, :], (corners + np.pi / cells)[:, None]
        drawn = [self.stir * smooth_noise(random, cells) for _ in range(2)]
        along_y, along_x = np.sin(x) + drawn[0], -np.sin(y) + drawn[1]
        ones = np.ones((cells, cells))
        values = np.stack(
            [
                self.density * ones,
                self.speed * along_y,
                self.speed * along_x,
                0 * ones,
                self.pressure * ones,
                0 * ones,
            ]
        )
        return gas.plasma(jnp.asarray(values), *self._field(corners, gas.spacing))

    def _field(
        self, corners: Float[np.ndarray, "corner"], spacing: float
    ) -> tuple[Float[jnp.ndarray, "y x"], Float[jnp.ndarray, "y x"]]:
        """Return the field through lower and left faces, the curl of a potential at corners."""
        scale = self.field * len(corners) * spacing / (2 * np.pi)
        potential = scale * (np.cos(2 * corners)[None, :] / 2 + np.cos(corners)[:, None])
        across_y = (potential - np.roll(potential, -1, 1)) / spacing
        across_x = (np.roll(potential, -1, 0) - potential) / spacing
        return jnp.asarray(across_y), jnp.asarray(across_x)
