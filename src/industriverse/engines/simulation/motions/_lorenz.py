"""Lorenz' convection in three numbers: `ẋ = σ(y − x)`, `ẏ = x(ρ − z) − y`, `ż = xy − βz`."""

from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number

from ._march import Instant, Path, Point, marched

Part = TypeVar("Part", Float[np.ndarray, "..."], Float[jax.Array, "..."])
_LARGEST_STEP = 0.005


def lorenz_rate(
    x: Part, y: Part, z: Part, rho: "Number | Part", sigma: Number = 10, beta: Number = 8 / 3
) -> tuple[Part, Part, Part]:
    """Return the rates of x, y and z, of arrays of any kind and shape."""
    return sigma * (y - x), x * (rho - z) - y, x * y - beta * z


@partial(jax.tree_util.register_dataclass, data_fields=["rho", "sigma", "beta"], meta_fields=[])
@dataclass(frozen=True, slots=True)
class Lorenz:
    """The system of Lorenz (1963).

    Attributes:
        rho: ρ, the Rayleigh number over its critical value.
        sigma: σ, the Prandtl number.
        beta: β, from the shape of the rolls.
    """

    rho: Number
    sigma: Number = 10.0
    beta: Number = 8 / 3

    @property
    def moving(self) -> int:
        """Parts of the state."""
        return 3

    @property
    def contraction(self) -> Number:
        """Rate at which volumes of states shrink: the same everywhere, `σ + 1 + β` [1/s]."""
        return self.sigma + 1 + self.beta

    @property
    def threshold(self) -> Number:
        """ρ at which the turning states of rest lose their stability, where σ > β + 1."""
        return self.sigma * (self.sigma + self.beta + 3) / (self.sigma - self.beta - 1)

    def rate(self, state: Point, time: Instant) -> Point:
        """Return the rate of `(x, y, z)`."""
        del time
        x, y, z = state
        return jnp.stack(lorenz_rate(x, y, z, self.rho, self.sigma, self.beta))

    def rest(self) -> Point:
        """Return the state of rest: `x = y = √(β(ρ − 1))`, `z = ρ − 1`; below ρ = 1 the origin."""
        above = jnp.maximum(jnp.asarray(self.rho, jnp.float64) - 1, 0.0)
        side = jnp.sqrt(self.beta * above)
        return jnp.stack([side, side, above])

    def solve(self, start: Point, frames: int, frame_s: float) -> Path:
        """Return frames of `(x, y, z)`, the start first.

        Args:
            start: x, y and z.
            frames: At least 1.
            frame_s: [s]. Between frames; steps are at most 0.005 s.
        """
        return marched(self, start, frames, frame_s, _LARGEST_STEP)


def lorenz_start(system: Lorenz, seed: int, spread: float) -> Float[np.ndarray, "state"]:
    """Return a state drawn about the state of rest, with that standard deviation in each part."""
    drawn = np.random.default_rng(seed).standard_normal(3)
    return np.asarray(system.rest()) + spread * drawn
