"""Frames of a simulation: a step repeated, one state kept every so many."""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jaxtyping import Bool, Float

# Every solver steps through here, and all of them compute in double precision.
jax.config.update("jax_enable_x64", True)

State = TypeVar("State")
Parts = TypeVar("Parts")

if TYPE_CHECKING:
    Number = float
else:
    # A caller gives a number; inside what is compiled it is a traced one.
    Number = float | Float[jax.Array, ""]


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


@partial(jax.jit, static_argnames=("step", "frames", "every"))
def rolled(
    step: Callable[[Parts, State], State], parts: Parts, start: State, frames: int, every: int
) -> State:
    """Return what `rollout` does, compiled once for all parts of the same shapes.

    Args:
        step: From parts and a state to the next; the same function each time, not a new closure.
        parts: A tree of the arrays and numbers that a step needs.
        start: As for `rollout`.
        frames: At least 1.
        every: Steps between frames.
    """
    return rollout(partial(step, parts), start, frames, every)


def refused(wrong: Bool[jax.Array, ""]) -> bool:
    """Say whether a run must be refused: never while it is compiled or one of a batch.

    Then nothing can be raised; the caller of `vmap` looks for NaN instead.
    """
    return not isinstance(wrong, Tracer) and bool(wrong)


def steps_between(frame_s: float, largest_step: float) -> tuple[int, float]:
    """Return how many equal steps make a frame, none larger than allowed, and their size."""
    count = max(1, math.ceil(frame_s / largest_step * (1 - 1e-12)))
    return count, frame_s / count
