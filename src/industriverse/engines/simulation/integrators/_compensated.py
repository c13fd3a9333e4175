"""Compensated sums: what rounding drops from a step is kept and given back in the next."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ._phase import Phase, Scheme, StepSize

Array = Float[jax.Array, "*state"]


class Carried(NamedTuple):
    """A state, and what rounding has dropped from it.

    Attributes:
        value: The state.
        lost: What is to be added to it, smaller than its last digit.
    """

    value: Phase
    lost: Phase


def carried(state: Phase) -> Carried:
    """Return a state from which nothing was lost yet."""
    return Carried(state, Phase(jnp.zeros_like(state.q), jnp.zeros_like(state.p)))


def compensated(scheme: Scheme) -> Callable[[Carried], Carried]:
    """Return a scheme's step with Kahan's compensated sum in place of the plain one.

    Rounding then adds about one unit of the last digit over a whole run, not one a step.

    References:
        W. Kahan, Further remarks on reducing truncation errors, Comm. ACM 8 (1965);
        Hairer, Lubich, Wanner, Geometric Numerical Integration, VIII.5.
    """

    def one(size: StepSize, state: Carried) -> Carried:
        change = scheme.change(size, state.value)
        q, lost_q = _added(state.value.q, change.q, state.lost.q)
        p, lost_p = _added(state.value.p, change.p, state.lost.p)
        return Carried(Phase(q, p), Phase(lost_q, lost_p))

    return lambda state: scheme.through(one, state)


def _added(value: Array, change: Array, lost: Array) -> tuple[Array, Array]:
    whole = change + lost
    total = value + whole
    return total, whole - (total - value)
