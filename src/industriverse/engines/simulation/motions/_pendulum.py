"""The driven, damped pendulum: `θ̈ = −sin θ − θ̇/q + g cos(ω t)`, times in units of √(l/g)."""

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
_LARGEST_STEP = 0.01


def pendulum_rate(
    sine: Part, speed: Part, push: "Number | Part", damping: Number = 1 / 2
) -> tuple[Part, Part]:
    """Return the rates of angle and speed, of arrays of any kind and shape.

    Args:
        sine: Of the angle.
        speed: θ̇ [rad/s].
        push: What drives it now [rad/s²].
        damping: 1/q [1/s].
    """
    return speed, push - sine - speed * damping


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["drive", "damping", "frequency"],
    meta_fields=[],
)
@dataclass(frozen=True, slots=True)
class DrivenPendulum:
    """A rigid pendulum pushed to and fro.

    Attributes:
        drive: g, amplitude of the push [rad/s²].
        damping: 1/q [1/s].
        frequency: ω of the push [rad/s].
    """

    drive: Number
    damping: Number = 1 / 2
    frequency: Number = 2 / 3

    @property
    def moving(self) -> int:
        """Parts of the state that move it: angle and speed; the third counts work."""
        return 2

    def rate(self, state: Point, time: Instant) -> Point:
        """Return the rate of angle, speed, and work done on it less what damping took."""
        angle, speed, _ = state
        push = self.drive * jnp.cos(self.frequency * time)
        work = push * speed - self.damping * speed**2
        return jnp.stack([*pendulum_rate(jnp.sin(angle), speed, push, self.damping), work])

    def energy(self, state: Float[jax.Array, "*time state"]) -> Float[jax.Array, "*time"]:
        """Return `θ̇²/2 + 1 − cos θ` of each state; at rest below it is zero."""
        return state[..., 1] ** 2 / 2 + 1 - jnp.cos(state[..., 0])

    def solve(self, start: Point, frames: int, frame_s: float) -> Path:
        """Return frames of angle, speed and work, the start first.

        Args:
            start: Angle [rad], counted on over whole turns, speed [rad/s] and work, 0.
            frames: At least 1.
            frame_s: [s]. Between frames; steps are at most 0.01 s.
        """
        return marched(self, start, frames, frame_s, _LARGEST_STEP)


def pendulum_start(seed: int, angle: float, speed: float, spread: float) -> Float[np.ndarray, "3"]:
    """Return a start drawn about an angle and a speed, with that standard deviation in each."""
    drawn = np.random.default_rng(seed).standard_normal(2)
    return np.array([angle + spread * drawn[0], speed + spread * drawn[1], 0.0])
