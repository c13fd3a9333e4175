"""A dense suspension of swimmers: an incompressible fluid that stirs itself, on a periodic square.

`∂v/∂t + λ (v·∇) v = −∇p − (α + β |v|²) v + Γ₀ ∇² v − Γ₂ ∇⁴ v`, `∇·v = 0`: Toner and Tu's flock
with the short-wave terms of Wensink et al. 2012 and Dunkel et al. 2013.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.engines.simulation.spectral import Etdrk4, Waves

from ._layout import made_real

Flow = Float[jax.Array, "2 y x"]
Frames = Float[jax.Array, "time 2 y x"]
Series = Float[jax.Array, "time"]
_COURANT = 0.4
_SHARE_OF_RATE = 0.2


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["advection", "friction", "saturation", "viscosity", "hyperviscosity", "fastest"],
    meta_fields=["waves"],
)
@dataclass(frozen=True, slots=True)
class ActiveFluid:
    """The flow of swimmers; velocities are `(2, y, x)`: along x, then along y.

    Attributes:
        advection: λ [1]; 1 for a passive fluid, more for swimmers that push.
        friction: α [1/s]; negative makes a flock.
        saturation: β [s/length²].
        viscosity: Γ₀ [length²/s]; negative drives eddies.
        hyperviscosity: Γ₂ [length⁴/s].
        waves: The grid.
        fastest: Speed of the start where it is more than driving and saturation allow, and so
            what steps are made for [length/s].
    """

    advection: Number
    friction: Number
    saturation: Number
    viscosity: Number
    hyperviscosity: Number
    waves: Waves
    fastest: Number = 0.0

    def solve(self, start: Flow, frames: int, frame_s: float) -> Frames:
        """Return `(time, 2, y, x)` frames of velocity, the start (made free of divergence) first.

        Args:
            start: Velocity [length/s].
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        return self.solve_with_supply(start, frames, frame_s)[0]

    def solve_with_supply(self, start: Flow, frames: int, frame_s: float) -> tuple[Frames, Series]:
        """Return the frames, and the energy a unit of mass that the swimmers gave until each.

        The supply is net of all losses: the time integral of `power`, of fourth order in the step,
        so kinetic energy changes by it to that order.
        """
        count, step_s = steps_between(frame_s, self.largest_step())
        rates = self.growth_rate(np.sqrt(self.waves.square))
        scheme = Etdrk4.of(np.stack([rates, rates, np.zeros_like(rates)]), step_s)

        waves = self.solenoidal(self.waves.forward(start))
        whole = jnp.concatenate([waves, 0 * waves[:1]])
        path = rolled(_step, (self, scheme), whole, frames, count)
        return self.waves.back(path[:, :2]), path[:, 2, 0, 0].real

    def growth_rate(
        self, wave_number: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray | jax.Array, "..."]:
        """Return `−α − Γ₀ k² − Γ₂ k⁴`, the rate of a small eddy in a fluid at rest [1/s]."""
        square = wave_number**2
        return -self.friction - self.viscosity * square - self.hyperviscosity * square**2

    def onset(self) -> float:
        """Return the friction `Γ₀²/4Γ₂` below which a fluid at rest stirs itself, Γ₀ < 0 [1/s]."""
        return self.viscosity**2 / (4 * self.hyperviscosity)

    def eddy(self) -> float:
        """Return the wavelength that grows fastest where Γ₀ < 0, else an eighth of the side."""
        if self.viscosity >= 0:
            return self.waves.length / 8
        return 2 * np.pi * float(np.sqrt(-2 * self.hyperviscosity / self.viscosity))

    def largest_step(self) -> float:
        """Return the step that the speed and the rates allow [s]."""
        rate = max(float(self.growth_rate(np.sqrt(self.waves.square)).max()), 0.0)
        allowed = 2 * np.sqrt(rate / self.saturation) if self.saturation else 0.0
        speed = max(allowed, self.fastest)
        cell = self.waves.length / self.waves.cells
        crossing = abs(self.advection) * speed / (_COURANT * cell)
        turning = (abs(self.friction) + self.saturation * speed**2 + rate) / _SHARE_OF_RATE
        return 1 / max(crossing, turning, np.finfo(float).tiny)

    def vorticity(self, flow: Frames) -> Float[jax.Array, "time y x"]:
        """Return `∂v_y/∂x − ∂v_x/∂y` of each frame [1/s]."""
        along_y, along_x = self.waves.slopes(self.waves.forward(flow))
        return self.waves.back(along_x[:, 1] - along_y[:, 0])

    def divergence(self, flow: Frames) -> Float[jax.Array, "time y x"]:
        """Return `∇·v` of each frame [1/s]."""
        along_y, along_x = self.waves.slopes(self.waves.forward(flow))
        return self.waves.back(along_x[:, 0] + along_y[:, 1])

    def nonlinear(self, waves: jax.Array) -> jax.Array:
        """Return the rates of the flow and of the supply but for those solved exactly."""
        along_y, along_x = self.waves.slopes(waves[:2])
        vx, vy = v = self.waves.back(waves[:2])
        turn = self.advection * self.waves.back(along_x[1] - along_y[0])
        drag = self.saturation * (vx**2 + vy**2)
        # (v·∇)v is ω × v but for a gradient, which the pressure takes; ω × v does no work.
        force = jnp.stack([turn * vy - drag * vx, -turn * vx - drag * vy])
        change = jnp.where(self.waves.kept[None], self.solenoidal(self.waves.forward(force)), 0.0)
        power = self._linear_power(waves[:2]) - (drag * (v**2).sum(axis=0)).mean()
        supply = jnp.zeros_like(change[:1]).at[0, 0, 0].set(power)
        return jnp.concatenate([change, supply])

    def _linear_power(self, waves: jax.Array) -> jax.Array:
        """Return the mean power of the linear terms, by Parseval's sum over half the waves."""
        rates = self.growth_rate(np.sqrt(self.waves.square))
        twice = np.where(self.waves.x > 0, 2.0, 1.0) / self.waves.cells**4
        return (jnp.asarray(twice * rates)[None] * jnp.abs(waves) ** 2).sum()

    def solenoidal(self, waves: jax.Array) -> jax.Array:
        """Return the part of a flow without divergence; its mean is kept."""
        kx, ky = jnp.asarray(self.waves.x), jnp.asarray(self.waves.y)
        square = self.waves.square.copy()
        square[0, 0] = 1.0
        along = (kx * waves[0] + ky * waves[1]) / jnp.asarray(square)
        projected = jnp.stack([waves[0] - kx * along, waves[1] - ky * along])
        # The alternating waves have no odd derivative, so they cannot be made solenoidal.
        return jnp.where(self.waves.kept[None], projected, 0.0)


def _step(parts: tuple[ActiveFluid, Etdrk4], waves: jax.Array) -> jax.Array:
    fluid, scheme = parts
    later = scheme.step(waves, fluid.nonlinear)
    # Driving would amplify rounding that is not solenoidal or not of a real field.
    return jnp.concatenate([made_real(fluid.solenoidal(later[:2])), later[2:]])


def stirred(waves: Waves, seed: int, speed: float, size: float) -> Float[np.ndarray, "2 y x"]:
    """Return drawn, solenoidal velocities without a mean.

    Args:
        waves: The grid.
        seed: Draws the eddies.
        speed: Root mean square [length/s].
        size: Wavelength below which eddies fade [length].
    """
    drawn = np.fft.rfft2(np.random.default_rng(seed).normal(size=(waves.cells, waves.cells)))
    stream = drawn * np.exp(-waves.square * (size / (2 * np.pi)) ** 2)
    along_y, along_x = waves.slopes(jnp.asarray(stream))
    velocity = np.asarray(waves.back(jnp.stack([along_y, -along_x])))
    return speed * velocity / np.sqrt((velocity**2).sum(axis=0).mean())
