"""Steps as long as the flow allows, and frames at equal times.

The number of steps in a frame is not known beforehand, so a frame is a `while` loop: it runs under
`jit` and `vmap` and has forward derivatives (`jax.jvp`), no reverse ones.
"""

from collections.abc import Callable
from typing import TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Float

from industriverse.engines.simulation.rollout import rollout

State = TypeVar("State")
Seconds = Float[jax.Array, ""]

# A flow that has blown up must still end: no frame takes more steps than this.
_MOST_STEPS = 1e6


def third_order(rate: Callable[[State], State], state: State, step_s: Seconds) -> State:
    """Return the state a step later by three stages, each a mean of forward Euler steps.

    Shu & Osher, J. Comput. Phys. 77 (1988): what a forward Euler step keeps positive, it keeps.
    """

    def stage(now: State, share: Seconds) -> tuple[State, None]:
        def mean(first: jax.Array, at: jax.Array, change: jax.Array) -> jax.Array:
            return (1 - share) * first + share * (at + step_s * change)

        return jax.tree.map(mean, state, now, rate(now)), None

    # A scan, so that the costly rate is compiled once.
    return jax.lax.scan(stage, state, jnp.asarray([1.0, 1 / 4, 2 / 3]))[0]


def frames_of(
    step: Callable[[State, Seconds], State],
    largest_step: Callable[[State], Seconds],
    start: State,
    times: tuple[int, Seconds],
) -> State:
    """Return frames at equal times, the start first, reached in the largest steps allowed.

    Args:
        step: From a state and a step [s] to the next state.
        largest_step: [s]. Allowed from a state.
        start: Arrays, or a tree of them.
        times: How many frames, at least 1, and the time between them [s].
    """
    frames, frame_s = times

    def unfinished(carry: tuple[State, Seconds]) -> jax.Array:
        return carry[1] > frame_s * 1e-12

    def one(carry: tuple[State, Seconds]) -> tuple[State, Seconds]:
        state, left = carry
        allowed = jnp.maximum(largest_step(state), frame_s / _MOST_STEPS)
        # Two halves rather than a whole and a sliver.
        taken = jnp.where(left <= allowed, left, jnp.minimum(allowed, left / 2))
        return step(state, taken), left - taken

    def frame(state: State) -> State:
        return jax.lax.while_loop(unfinished, one, (state, frame_s))[0]

    return rollout(frame, start, frames, 1)
