"""The φ⁴ model on a periodic square lattice: waves, walls and heat in two wells.

`m φ̈ = c Δφ + μ φ − λ φ³ − m γ φ̇ + √(2 m γ T) ξ`, Δ the sum of differences to the four
neighbours; `H = Σ ½ m φ̇² + ½ c Σ_⟨ij⟩ (φ_i − φ_j)² + Σ (−½ μ φ² + ¼ λ φ⁴)`.
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between

Sites = Float[jax.Array, "*time y x"]


class Scalar(NamedTuple):
    """The state of the lattice, its sites of unit mass.

    Attributes:
        value: `(y, x)`. φ.
        rate: `(y, x)` [1/s]. φ̇.
        key: Of the draws to come.
        heat: [1/s²]. Energy taken from the bath since the start.
    """

    value: Sites
    rate: Sites
    key: jax.Array
    heat: Float[jax.Array, "*time"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["stiffness", "well", "quartic", "damping", "temperature", "hottest"],
    meta_fields=[],
)
@dataclass(frozen=True, slots=True)
class PhiFour:
    """A scalar with two wells at `±√(μ/λ)`, coupled to its neighbours and to a heat bath.

    Attributes:
        stiffness: c [1/s²]. Of the bonds.
        well: μ [1/s²]. Below zero there is one well only.
        quartic: λ [1/s²].
        damping: γ [1/s]. Zero leaves the lattice to itself.
        temperature: `k_B T` [1/s²], in units of a site's mass.
        hottest: Largest `k_B T` of start and bath, for which the step is chosen.
    """

    stiffness: Number
    well: Number
    quartic: Number
    damping: Number
    temperature: Number
    hottest: Number = 0.0

    @property
    def largest_step(self) -> float:
        """[s]. A fortieth of the fastest wave's period, that of large waves included."""
        hot = max(self.temperature, self.hottest)
        square = 8 * self.stiffness + 2 * abs(self.well) + 6 * math.sqrt(3 * self.quartic * hot)
        return 2 * math.pi / math.sqrt(square) / 40

    def solve(self, start: Scalar, frames: int, frame_s: float) -> Scalar:
        """Return the lattice at each frame, the start first.

        Args:
            start: As `thermal` makes it.
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        count, step_s = steps_between(frame_s, self.largest_step)

        return rolled(_step, (self, step_s), start, frames, count)

    def step(self, state: Scalar, step_s: Number) -> Scalar:
        """Return the lattice one step on: kick, drift, bath, drift, kick (Leimkuhler & Matthews).

        Without damping the bath does nothing and this is velocity Verlet.
        """
        half = step_s / 2
        rate = state.rate + half * self.force(state.value)
        value = state.value + half * rate
        key, now = jax.random.split(state.key)
        kept = jnp.exp(-self.damping * step_s)
        spread = jnp.sqrt(self.temperature * (1 - kept**2))
        mixed = kept * rate + spread * jax.random.normal(now, rate.shape)
        heat = state.heat + ((mixed**2 - rate**2) / 2).sum()
        value = value + half * mixed
        return Scalar(value, mixed + half * self.force(value), key, heat)

    def force(self, value: Sites) -> Sites:
        """Return −∂H/∂φ [1/s²]."""
        around = sum(jnp.roll(value, shift, axis) for shift in (1, -1) for axis in (-1, -2))
        bent = self.stiffness * (jnp.asarray(around) - 4 * value)
        return bent + self.well * value - self.quartic * value**3

    def density(self, state: Scalar) -> Sites:
        """Return the energy of each site [1/s²] above the wells' bottom, half of each bond its."""
        value = state.value
        bonds = sum(
            (jnp.roll(value, shift, axis) - value) ** 2 for shift in (1, -1) for axis in (-1, -2)
        )
        bottom = -(self.well**2) / (4 * self.quartic) if self.well > 0 else 0.0
        inside = -self.well * value**2 / 2 + self.quartic * value**4 / 4 - bottom
        return state.rate**2 / 2 + self.stiffness * jnp.asarray(bonds) / 4 + inside


def _step(parts: tuple[PhiFour, Number], state: Scalar) -> Scalar:
    system, step_s = parts
    return system.step(state, step_s)


def thermal(cells: int, seed: int, temperature: float, around: float = 0.0) -> Scalar:
    """Return a square lattice at one value whose rates are drawn at a temperature."""
    first, later = jax.random.split(jax.random.key(seed))
    rate = math.sqrt(temperature) * jax.random.normal(first, (cells, cells))
    return Scalar(jnp.full((cells, cells), around), rate, later, jnp.zeros(()))
