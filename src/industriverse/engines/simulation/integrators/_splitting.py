"""Explicit splitting: Störmer–Verlet, and compositions of it or of any symmetric step."""

import math

import jax.numpy as jnp

from industriverse.kernel.errors import ContractError

from ._phase import Count, Phase, Scheme, Separable, StepSize

_CUBE_ROOT = 2 ** (1 / 3)
# The outer half of each symmetric row; the middle weight makes the sum one.
_OUTER_WEIGHTS = {
    2: (),
    4: (1 / (2 - _CUBE_ROOT),),
    6: (0.78451361047755726382, 0.23557321335935813368, -1.17767998417887100695),
    8: (
        0.74167036435061295345,
        -0.40910082580003159400,
        0.19075471029623837995,
        -0.57386247111608226666,
        0.29906418130365592384,
        0.33462491824529818378,
        0.31529309239676659663,
    ),
}


def composition(order: int) -> tuple[float, ...]:
    """Return the substeps, in steps, that raise a symmetric step of order 2 to a higher order.

    Args:
        order: 2, 4, 6 or 8, with 1, 3, 7 or 15 substeps.

    Raises:
        ContractError: Another order.

    References:
        H. Yoshida, Phys. Lett. A 150 (1990); order 8 in the digits of Suzuki & Umeno (1993), as
        given in Hairer, Lubich, Wanner, Geometric Numerical Integration, V.3.2.
    """
    if order not in _OUTER_WEIGHTS:
        raise ContractError(f"No composition has order {order}.", hint="Take 2, 4, 6 or 8.")
    outer = _OUTER_WEIGHTS[order]
    return (*outer, math.fsum((1.0, *(-2 * weight for weight in outer))), *reversed(outer))


def composed(scheme: Scheme, order: int) -> Scheme:
    """Return a step of higher order, made of steps of a symmetric scheme of order 2.

    Args:
        scheme: Symmetric and of order 2; its size is the size of the whole.
        order: 2, 4, 6 or 8.

    Raises:
        ContractError: Another order.
    """
    weights = jnp.asarray(composition(order))
    sizes = weights[:, None] * scheme.sizes[None, :]
    return Scheme(scheme.change, scheme.gradients, sizes.ravel())


def stormer_verlet(system: Separable, time_step: StepSize) -> Scheme:
    """Return Störmer–Verlet: half a drift, a kick, half a drift. Order 2, one force a step.

    Symplectic and reversible, for `H = T(p) + V(q)`.
    """

    def change(size: StepSize, state: Phase) -> Phase:
        before = system.velocity(state.p)
        kick = size * system.force(state.q + size / 2 * before)
        after = system.velocity(state.p + kick)
        return Phase(size / 2 * (before + after), kick)

    def gradients(size: StepSize, state: Phase) -> Count:
        del size, state
        return jnp.asarray(1)

    return Scheme(change, gradients, jnp.asarray([time_step]))


def yoshida(system: Separable, time_step: StepSize, order: int) -> Scheme:
    """Return Yoshida's composition of Störmer–Verlet: order 4, 6 or 8 with 3, 7 or 15 forces.

    Symplectic and reversible, for `H = T(p) + V(q)`.

    Raises:
        ContractError: Another order.
    """
    return composed(stormer_verlet(system, time_step), order)
