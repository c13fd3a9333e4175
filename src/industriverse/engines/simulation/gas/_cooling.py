"""Gas that radiates, in the layer where hot gas slides over cold.

Euler's equations with a loss: `∂E/∂t + ∇·((E + p)u) = −ρ² Λ(p/ρ)`.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ._clock import frames_of
from ._euler import Gas
from ._noise import smooth_noise

Field = Float[jax.Array, "y x"]
Seconds = Float[jax.Array, ""]

_BELOW, _ABOVE = 4.0, -2.0
_LAYER = 1 / 50


@dataclass(frozen=True, slots=True)
class Cooling:
    """A law of cooling with one peak, in powers of the temperature on either side of it.

    Temperature is stated as θ = p/ρ. With x = θ/peak, Λ goes as x⁴ below the peak and as x⁻² above
    it, and is nothing at or below `floor`. At constant density `x` then has a closed form
    (Townsend, ApJS 181, 2009, for two pieces), which `after` gives.

    Attributes:
        peak: θ at which Λ is largest [J/kg].
        floor: θ below which nothing radiates [J/kg].
        density: At which `time_s` holds at the peak [kg/m3].
        time_s: Thermal energy over its loss there [s].
    """

    peak: float
    floor: float
    density: float
    time_s: float

    def after(self, density: Field, warmth: Field, step_s: Seconds) -> Field:
        """Return θ [J/kg] after a time [s] at constant density, exactly."""
        x = warmth / self.peak
        spent = density / self.density * step_s / self.time_s + jnp.where(
            x < 1, _spent(jnp.minimum(x, 1.0), _BELOW), _spent(jnp.maximum(x, 1.0), _ABOVE)
        )
        cooled = jnp.where(
            spent > 0,
            _left(jnp.maximum(spent, 0.0), _BELOW),
            _left(jnp.minimum(spent, 0.0), _ABOVE),
        )
        least = jnp.minimum(warmth, self.floor)
        return jnp.clip(cooled * self.peak, least, warmth)


def _spent(x: Field, power: float) -> Field:
    """Return ∫ dx / x^power from x to 1: the time from x to the peak, in units of `time_s`."""
    return (1 - x ** (1 - power)) / (1 - power)


def _left(spent: Field, power: float) -> Field:
    return (1 - (1 - power) * spent) ** (1 / (1 - power))


class Radiating(NamedTuple):
    """A gas and what it has radiated so far.

    Attributes:
        gas: `(4, y, x)` conserved values.
        radiated: [J/m]. Lost since the start, per metre of depth.
    """

    gas: Float[jax.Array, "*time 4 y x"]
    radiated: Float[jax.Array, "*time"]


@dataclass(frozen=True, slots=True)
class RadiatingGas:
    """A gas that moves and cools by turns: half the cooling, a step of flow, half the cooling.

    What is lost is counted as it leaves, so that it and the gas's energy together are kept. The
    turns are of second order in the step, but of first where gas lies at the law's floor.

    Attributes:
        flow: How it moves.
        cooling: How it radiates.
    """

    flow: Gas
    cooling: Cooling

    def solve(self, start: Float[jax.Array, "4 y x"], frames: int, frame_s: float) -> Radiating:
        """Return frames, the start first, from conserved values; `frame_s` [s] between them."""
        return _frames(self, start, frames, jnp.asarray(frame_s))

    def step(self, state: Radiating, step_s: Seconds) -> Radiating:
        """Return the state a step later; differentiable but for the kinks of the law."""
        cooled = self._cooled(state, step_s / 2)
        moved = cooled._replace(gas=self.flow.step(cooled.gas, step_s))
        return self._cooled(moved, step_s / 2)

    def _cooled(self, state: Radiating, step_s: Seconds) -> Radiating:
        density, _, _, pressure = self.flow.values(state.gas)
        warmth = pressure / density
        left = self.cooling.after(density, warmth, step_s)
        lost = density * (warmth - left) / (self.flow.gamma - 1)
        radiated = state.radiated + lost.sum() * self.flow.spacing**2
        return Radiating(state.gas.at[3].add(-lost), radiated)


@partial(jax.jit, static_argnums=(0, 2))
def _frames(
    system: RadiatingGas, start: Float[jax.Array, "4 y x"], frames: int, frame_s: Seconds
) -> Radiating:
    def largest_step(state: Radiating) -> Seconds:
        return system.flow.largest_step(state.gas)

    begun = Radiating(start, jnp.zeros(()))
    return frames_of(system.step, largest_step, begun, (frames, frame_s))


def sliding_layers(
    cells: int, contrast: float, speed: float, seed: int
) -> Float[np.ndarray, "4 y x"]:
    """Return hot gas above cold, sliding along x, with a drawn ripple between them.

    Args:
        cells: A side; the ripple has up to six waves along x.
        contrast: Cold density over hot; hot density and pressure are 1.
        speed: Of the hot against the cold gas [m/s].
        seed: Draws the ripple, a tenth of `speed` strong.

    Returns:
        Density, velocity along y and x, and pressure; momentum along x sums to zero.
    """
    height = ((np.arange(cells) + 0.5) / cells - 0.5)[:, None]
    mixed = (1 + np.tanh(height / _LAYER)) / 2 * np.ones((1, cells))
    density = contrast + (1 - contrast) * mixed
    along_x = speed * mixed
    along_x -= (density * along_x).sum() / density.sum()
    drawn = smooth_noise(np.random.default_rng(seed), cells)
    near = np.exp(-((height / (4 * _LAYER)) ** 2))
    return np.stack([density, speed / 10 * near * drawn, along_x, np.ones((cells, cells))])
