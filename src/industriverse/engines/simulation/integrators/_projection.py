"""Back onto the energy surface after each step of any scheme."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from ._implicit import Flat, Newton, flat, shaped
from ._phase import Energy, Phase, Scalar


def projected(
    step: Callable[[Phase], Phase], energy: Energy, level: Scalar, newton: Newton | None = None
) -> Callable[[Phase], Phase]:
    """Return a step followed by the shortest way, to first order, back to an energy.

    `z ← z + λ ∇H(z)` with λ such that `H = level`. It keeps the order of the step and drops its
    symplecticity and symmetry: the energy stays, other invariants may drift the more.

    Args:
        step: Any step from a state to the next.
        energy: The Hamiltonian; its gradient must not vanish on the way.
        level: The energy to keep.
        newton: How λ is solved for; the default's tolerance is 1e-12.

    References:
        Hairer, Lubich, Wanner, Geometric Numerical Integration, IV.4.
    """
    solver = newton or Newton()

    def corrected(state: Phase) -> Phase:
        drifted = step(state)
        place = flat(drifted)
        slope = flat(jax.grad(energy)(drifted))
        square = (slope**2).sum()

        def residual(share: Flat) -> Flat:
            there = energy(shaped(place + share[0] * slope, drifted))
            # Over the gradient's square: then λ's error, not the energy's, meets the tolerance.
            return ((there - level) / square)[None]

        share = solver.root(residual, jnp.zeros(1, place.dtype))
        return shaped(place + share[0] * slope, drifted)

    return corrected
