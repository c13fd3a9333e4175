"""Frames of a simulation: a step repeated, one state kept every so many."""

import math
from collections.abc import Callable
from typing import TypeVar

import jax
import jax.numpy as jnp

# Every solver steps through here, and all of them compute in double precision.
jax.config.update("jax_enable_x64", True)

State = TypeVar("State")


def rollout(step: Callable[[State], State], start: State, frames: int, every: int) -> State:
    """Return `frames` states, the start first, `every` steps apart.

    Works under `jit`, `vmap` and `grad`; compiles the step once.

    Args:
        step: From a state to the next.
        start: Arrays, or a tree of them.
        frames: At least 1.
        every: Steps between frames.

    Returns:
        The state's tree; each array has a new first axis, `frames` long.
    """

    def one(state: State, _: None) -> tuple[State, None]:
        return step(state), None

    def frame(state: State, _: None) -> tuple[State, State]:
        state, _ = jax.lax.scan(one, state, None, length=every)
        return state, state

    def joined(first: jax.Array, rest: jax.Array) -> jax.Array:
        return jnp.concatenate([first[None], rest])

    _, later = jax.lax.scan(frame, start, None, length=frames - 1)
    return jax.tree.map(joined, start, later)


def steps_between(frame_s: float, largest_step: float) -> tuple[int, float]:
    """Return how many equal steps make a frame, none larger than allowed, and their size."""
    count = max(1, math.ceil(frame_s / largest_step * (1 - 1e-12)))
    return count, frame_s / count
