"""Points in phase space, mechanical systems, and a step as a sum of what it adds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from industriverse.engines.simulation.rollout import rollout
from industriverse.kernel.errors import ContractError

Scalar = Float[jax.Array, ""]
Count = Int[jax.Array, ""]
StepSize = float | Float[jax.Array, ""]
State = TypeVar("State")


class Phase(NamedTuple):
    """A point in phase space.

    Attributes:
        q: `(*state)` coordinates.
        p: `(*state)` momenta, of the same shape.
    """

    q: Float[jax.Array, "*state"]
    p: Float[jax.Array, "*state"]


Energy = Callable[[Phase], Scalar]
"""A Hamiltonian: from a point in phase space to its energy."""


@dataclass(frozen=True, slots=True)
class Separable:
    """A system whose energy is `T(p) + V(q)`.

    Attributes:
        kinetic: T, from the momenta to a number.
        potential: V, from the coordinates to a number.
    """

    kinetic: Callable[[Float[jax.Array, "..."]], Scalar]
    potential: Callable[[Float[jax.Array, "..."]], Scalar]

    def energy(self, state: Phase) -> Scalar:
        """Return `T + V`."""
        return self.kinetic(state.p) + self.potential(state.q)

    def velocity(self, p: Float[jax.Array, "*state"]) -> Float[jax.Array, "*state"]:
        """Return `∂T/∂p`."""
        return jax.grad(self.kinetic)(p)

    def force(self, q: Float[jax.Array, "*state"]) -> Float[jax.Array, "*state"]:
        """Return `−∂V/∂q`."""
        return -jax.grad(self.potential)(q)


def flow(energy: Energy, state: Phase) -> Phase:
    """Return the rates `(∂H/∂p, −∂H/∂q)`."""
    slope = jax.grad(energy)(state)
    return Phase(slope.p, -slope.q)


def moved(state: Phase, change: Phase) -> Phase:
    """Return the state with a change added."""
    return Phase(state.q + change.q, state.p + change.p)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Scheme:
    """A step: one or more parts of the same kind, done one after another.

    Attributes:
        change: What a part of some size adds to a state.
        gradients: How many gradients of the energy that takes, each column of Newton's matrix
            counted as one.
        sizes: `(part)` sizes of the parts; they add up to the step.
    """

    change: Callable[[StepSize, Phase], Phase]
    gradients: Callable[[StepSize, Phase], Count]
    sizes: Float[jax.Array, "part"]

    def __call__(self, state: Phase) -> Phase:
        """Return the state one step on."""
        return self.through(lambda size, place: moved(place, self.change(size, place)), state)

    def evaluations(self, state: Phase) -> Count:
        """Return how many gradients of the energy the step from a state takes."""

        def one(size: StepSize, counted: tuple[Phase, Count]) -> tuple[Phase, Count]:
            place, count = counted
            after = moved(place, self.change(size, place))
            return after, count + self.gradients(size, place)

        return self.through(one, (state, jnp.asarray(0)))[1]

    def through(self, one: Callable[[StepSize, State], State], state: State) -> State:
        """Return what is left of a state after one function for each part, in order."""
        if len(self.sizes) == 1:
            return one(self.sizes[0], state)
        # A loop compiles, and runs, several times faster than the parts written out.
        return jax.lax.scan(lambda place, size: (one(size, place), None), state, self.sizes)[0]


def integrate(step: Callable[[State], State], state: State, steps: int, every: int = 1) -> State:
    """Return the state at the start and after each `every` steps, along a new first axis.

    Works under `jit`, `vmap` and `grad`.

    Args:
        step: From a state to the next.
        state: Arrays, or a tree of them.
        steps: In all; a multiple of `every`.
        every: Steps between the states that are kept.

    Raises:
        ContractError: `steps` is no positive multiple of `every`.
    """
    if every < 1 or steps < 1 or steps % every:
        raise ContractError(f"{steps} steps are no positive multiple of {every}.")
    return rollout(step, state, steps // every + 1, every)
