"""Runge and Kutta's step, and a path with what its tangents do."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between

State = TypeVar("State", Float[np.ndarray, "..."], Float[jax.Array, "..."])
Point = Float[jax.Array, "state"]
Instant = Number | Float[jax.Array, ""]


@runtime_checkable
class Motion(Protocol):
    """An equation of motion of few variables.

    Of the state, the first `moving` parts move it; the others only count what happens.
    """

    @property
    def moving(self) -> int:
        """How many parts move it."""
        ...

    def rate(self, state: Point, time: Instant) -> Point:
        """Return how fast each part of the state changes."""
        ...


MotionType = TypeVar("MotionType", bound=Motion)


class Path(NamedTuple):
    """Frames of a motion.

    Attributes:
        state: `(time, state)`.
        growth: `(time,)`. Logarithm of how many times longer a small difference has become; over
            time it tends to the leading Lyapunov exponent (Benettin et al., Meccanica 15 (1980)).
        volume: `(time,)`. Logarithm of the same of a small volume of states.
    """

    state: Float[jax.Array, "time state"]
    growth: Float[jax.Array, "time"]
    volume: Float[jax.Array, "time"]


class _Now(NamedTuple):
    state: Point
    tangent: Point
    growth: Float[jax.Array, ""]
    volume: Float[jax.Array, ""]
    done: Float[jax.Array, ""]


def runge_kutta(
    rate: Callable[[State, Number], State], state: State, time: Number, step: Number
) -> State:
    """Return the state after one classical step of fourth order, of arrays of any kind."""
    a = rate(state, time)
    b = rate(state + step / 2 * a, time + step / 2)
    c = rate(state + step / 2 * b, time + step / 2)
    d = rate(state + step * c, time + step)
    return state + step / 6 * (a + 2 * b + 2 * c + d)


def marched(motion: Motion, start: Point, frames: int, frame_s: float, largest_step: float) -> Path:
    """Return `frames` states of a motion, the start first, with the growth of its tangents."""
    count, step_s = steps_between(frame_s, largest_step)
    zero = jnp.zeros(())
    tangent = jnp.full(motion.moving, motion.moving**-0.5)
    begin = _Now(start, tangent, zero, zero, zero)
    path = rolled(_step, (motion, step_s), begin, frames, count)
    return Path(path.state, path.growth, path.volume)


def _step(parts: tuple[MotionType, Number], now: _Now) -> _Now:
    motion, step_s = parts

    def rate(state: Point, within: Instant) -> Point:
        return motion.rate(state, now.done * step_s + within)

    def after(state: Point) -> Point:
        return runge_kutta(rate, state, 0.0, step_s)

    turn = jax.jacfwd(after)(now.state)[: motion.moving, : motion.moving]
    tangent = turn @ now.tangent
    size = jnp.linalg.norm(tangent)
    return _Now(
        after(now.state),
        tangent / size,
        now.growth + jnp.log(size),
        now.volume + jnp.linalg.slogdet(turn)[1],
        now.done + 1,
    )
