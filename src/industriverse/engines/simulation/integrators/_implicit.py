"""Steps that solve an equation: Newton's method, differentiable by the implicit function."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ._phase import Count, Phase, Scheme, StepSize

Flat = Float[jax.Array, "unknown"]
Residual = Callable[[Flat], Flat]


@dataclass(frozen=True, slots=True)
class Newton:
    """Newton's method with the exact matrix.

    Attributes:
        tolerance: The last correction's largest entry, relative to 1 + the unknown's largest, is
            at most this; the error left is about its square.
        rounds: Most that are made; the answer is NaN where they do not suffice.
    """

    tolerance: float = 1e-12
    rounds: int = 30

    def root(self, residual: Residual, guess: Flat) -> Flat:
        """Return where the residual vanishes; derivatives pass by the implicit function theorem."""

        def solve(function: Residual, start: Flat) -> Flat:
            return self._iterate(function, start)[0]

        def linear(function: Residual, right: Flat) -> Flat:
            return jnp.linalg.solve(jax.jacfwd(function)(right), right)

        return jax.lax.custom_root(residual, guess, solve, linear)

    def count(self, residual: Residual, guess: Flat) -> Count:
        """Return how many rounds the root takes."""
        return self._iterate(residual, guess)[1]

    def _iterate(self, residual: Residual, guess: Flat) -> tuple[Flat, Count]:
        def improve(state: tuple[Flat, Flat, Count]) -> tuple[Flat, Flat, Count]:
            unknown, _, done = state
            change = jnp.linalg.solve(jax.jacfwd(residual)(unknown), -residual(unknown))
            return unknown + change, change, done + 1

        def open_still(state: tuple[Flat, Flat, Count]) -> jax.Array:
            unknown, change, done = state
            size = self.tolerance * (1 + jnp.abs(unknown).max())
            return (jnp.abs(change).max() > size) & (done < self.rounds)

        start = (guess, jnp.full_like(guess, jnp.inf), jnp.asarray(0))
        unknown, change, done = jax.lax.while_loop(open_still, improve, start)
        size = self.tolerance * (1 + jnp.abs(unknown).max())
        return jnp.where(jnp.abs(change).max() <= size, unknown, jnp.nan), done


@dataclass(frozen=True, slots=True)
class Implicit:
    """A step given by an equation for unknowns of it. All functions take the size first.

    Attributes:
        residual: From a state and the unknowns to what must vanish.
        guess: First unknowns from a state.
        change: What the step adds, from a state and the unknowns.
        cost: Gradients of the energy, or of the Lagrangian, that one residual takes.
        newton: How the equation is solved.
    """

    residual: Callable[[StepSize, Phase, Flat], Flat]
    guess: Callable[[StepSize, Phase], Flat]
    change: Callable[[StepSize, Phase, Flat], Phase]
    cost: int
    newton: Newton

    def scheme(self, time_step: StepSize) -> Scheme:
        """Return the step."""
        return Scheme(self._change, self._gradients, jnp.asarray([time_step]))

    def _change(self, size: StepSize, state: Phase) -> Phase:
        guess = self.guess(size, state)
        unknown = self.newton.root(lambda x: self.residual(size, state, x), guess)
        return self.change(size, state, unknown)

    def _gradients(self, size: StepSize, state: Phase) -> Count:
        guess = self.guess(size, state)
        rounds = self.newton.count(lambda x: self.residual(size, state, x), guess)
        return (rounds * (1 + 2 * state.q.size) + 1) * self.cost


def flat(state: Phase) -> Flat:
    """Return coordinates and momenta in one row."""
    return jnp.concatenate([state.q.ravel(), state.p.ravel()])


def shaped(row: Flat, like: Phase) -> Phase:
    """Return a row as coordinates and momenta of another state's shape."""
    q, p = jnp.split(row, 2)
    return Phase(q.reshape(like.q.shape), p.reshape(like.p.shape))
