"""A layer between two plates on a staggered grid: its differences, fluxes and implicit solves.

Cells are square; axis y runs from the lower plate to the upper, x is periodic. Temperature lies at
cell centres, velocity along x on the cells' left faces, velocity along y on their lower faces, the
stream function ψ on their lower left corners: `u_x = ∂ψ/∂y`, `u_y = −∂ψ/∂x`, free of divergence to
rounding. Fluxes through a face use the mean of its two sides (Harlow & Welch 1965), so that
advection makes or destroys neither heat, nor its square, nor kinetic energy.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number

Field = Float[jax.Array, "y x"]
Inner = Float[jax.Array, "inner x"]


@dataclass(frozen=True, slots=True)
class Layer:
    """Square cells between two plates.

    Attributes:
        cells: Cells along x; even. Half as many lie between the plates.
        length: [m]. Along x; the plates are half as far apart.
    """

    cells: int
    length: float

    @property
    def rows(self) -> int:
        """Cells between the plates."""
        return self.cells // 2

    @property
    def depth(self) -> float:
        """[m]. Between the plates."""
        return self.length / 2

    @property
    def spacing(self) -> float:
        """[m]. Side of a cell."""
        return self.length / self.cells

    def velocity(self, stream: Inner) -> tuple[Field, Float[jax.Array, "face x"]]:
        """Return `(y, x)` u_x on left faces and `(y + 1, x)` u_y on lower faces, plates included.

        Args:
            stream: `(y - 1, x)` [m²/s]. ψ between the plates; it is zero on both.
        """
        whole = jnp.pad(stream, ((1, 1), (0, 0)))
        along = jnp.diff(whole, axis=0) / self.spacing
        return along, -(jnp.roll(whole, -1, axis=1) - whole) / self.spacing

    def curl(self, along: Field, up: Float[jax.Array, "face x"]) -> Inner:
        """Return `∂a_y/∂x − ∂a_x/∂y` on the corners between the plates."""
        turning = (up - jnp.roll(up, 1, axis=1))[1:-1] - jnp.diff(along, axis=0)
        return turning / self.spacing

    def carried(self, values: Field, along: Field, up: Float[jax.Array, "face x"]) -> Field:
        """Return `−∇·(u T)` in each cell."""
        sideways = along * (values + jnp.roll(values, 1, axis=1)) / 2
        upward = up * self.on_faces(values)
        out = jnp.roll(sideways, -1, axis=1) - sideways + jnp.diff(upward, axis=0)
        return -out / self.spacing

    def on_faces(self, values: Field) -> Float[jax.Array, "face x"]:
        """Return the mean of the cells above and below each face; zero on the plates."""
        return jnp.pad((values[1:] + values[:-1]) / 2, ((1, 1), (0, 0)))

    def inertia(
        self, along: Field, up: Float[jax.Array, "face x"]
    ) -> tuple[Field, Float[jax.Array, "face x"]]:
        """Return `−∇·(u u)` for both velocities, where these lie."""
        corner = (up + jnp.roll(up, 1, axis=1)) / 2 * self.on_faces(along)
        in_cell = ((along + jnp.roll(along, -1, axis=1)) / 2) ** 2
        force_along = in_cell - jnp.roll(in_cell, 1, axis=1) + jnp.diff(corner, axis=0)
        rising = ((up[1:] + up[:-1]) / 2) ** 2
        force_up = jnp.roll(corner, -1, axis=1) - corner
        force_up = force_up + jnp.pad(jnp.diff(rising, axis=0), ((1, 1), (0, 0)))
        return -force_along / self.spacing, -force_up / self.spacing

    def plate_gradients(self, values: Field) -> tuple[Float[jax.Array, ""], Float[jax.Array, ""]]:
        """Return the mean of ∂θ/∂y at the lower and the upper plate, where θ is zero."""
        half = self.spacing / 2
        return values[0].mean() / half, -values[-1].mean() / half

    def squared_gradient(self, values: Field) -> Float[jax.Array, ""]:
        """Return the mean of |∇θ|², with θ zero on the plates, as the diffusive flux sees it."""
        sideways = jnp.roll(values, -1, axis=1) - values
        inside = (jnp.diff(values, axis=0) ** 2).sum()
        # The half cells at the plates: half as thick, twice the gradient.
        at_plates = 2 * (values[0] ** 2 + values[-1] ** 2).sum()
        return ((sideways**2).sum() + inside + at_plates) / (values.size * self.spacing**2)

    def _waves(self) -> Float[np.ndarray, "wave"]:
        """Return the square of the wave number that the second difference along x has."""
        angle = np.pi * np.arange(self.cells // 2 + 1) / self.cells
        return (2 * np.sin(angle) / self.spacing) ** 2

    def heat_solve(self, reach: Number) -> "Solve":
        """Return from `(1 − reach ∇²) θ` to θ, zero on the plates."""
        number = np.arange(1.0, self.rows + 1)
        height = np.arange(self.rows) + 0.5
        modes = np.sin(np.pi * np.outer(height, number) / self.rows)
        modes /= np.linalg.norm(modes, axis=0)
        decay = jnp.asarray(self._bent(number)[:, None] + self._waves()[None, :])
        return Solve(jnp.asarray(modes), 1 / (1 + reach * decay), jnp.zeros((0, *decay.shape)))

    def stream_solve(self, reach: Number) -> "Solve":
        """Return from `(1 − reach ∇²)` vorticity to ψ, without slip.

        With slip the operator is `D = Λ (1 + reach Λ)` on sines, `Λ` their −∇². Each plate adds
        the shear that stops its fluid, `c g gᵀ` with g beside the plate; the sum and the
        difference of the two plates see sines of one parity each, so that the inverse of the
        whole is that of D less one product a parity (Sherman & Morrison 1950).
        """
        number = np.arange(1.0, self.rows)
        angle = np.pi * np.outer(number, number) / self.rows
        modes = jnp.asarray(np.sqrt(2 / self.rows) * np.sin(angle))
        decay = jnp.asarray(self._bent(number)[:, None] + self._waves()[None, :])
        free = 1 / (decay * (1 + reach * decay))
        beside = jnp.stack([modes[0] + modes[-1], modes[0] - modes[-1]])[:, :, None]
        pull = free[None] * beside
        held = self.spacing**4 / reach + (beside * pull).sum(axis=1, keepdims=True)
        return Solve(modes, free, pull / jnp.sqrt(held))

    def _bent(self, number: Float[np.ndarray, "mode"]) -> Float[np.ndarray, "mode"]:
        """Return −∂²/∂y² of the sines with so many half waves between the plates."""
        return (2 * np.sin(np.pi * number / (2 * self.rows)) / self.spacing) ** 2


class Solve(NamedTuple):
    """An inverse across the layer, for all waves along it: diagonal but for two products.

    Attributes:
        modes: `(y, mode)`. Sines across, orthonormal.
        free: `(mode, wave)`. What becomes of each without the plates' pull.
        pull: `(parity, mode, wave)`. v of each `v vᵀ` taken off.
    """

    modes: Float[jax.Array, "y mode"]
    free: Float[jax.Array, "mode wave"]
    pull: Float[jax.Array, "parity mode wave"]

    def __call__(self, values: Field) -> Field:
        """Return the field that the inverse makes of another."""
        waves = jnp.fft.rfft(values, axis=1)
        # A real product for both parts: half the time of a complex one.
        parts = jnp.concatenate([waves.real, waves.imag], axis=1)
        asked = (self.modes.T @ parts).reshape(-1, 2, waves.shape[1])
        made = self.free[:, None, :] * asked
        for pull in self.pull:
            made = made - pull[:, None, :] * (pull[:, None, :] * asked).sum(axis=0, keepdims=True)
        real, imaginary = jnp.split(self.modes @ made.reshape(parts.shape), 2, axis=1)
        return jnp.fft.irfft(jax.lax.complex(real, imaginary), n=values.shape[1], axis=1)
