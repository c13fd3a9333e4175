"""Gauss–Legendre collocation: symplectic for every Hamiltonian, separable or not."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._implicit import Flat, Implicit, Newton, flat, shaped
from ._phase import Energy, Phase, Scheme, StepSize, flow

_LARGEST_ORDER = 12


def collocation(
    stages: int,
) -> tuple[Float[np.ndarray, "stage stage"], Float[np.ndarray, "stage"]]:
    """Return the matrix A and the weights b of Gauss–Legendre collocation on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(stages)
    nodes, weights = (nodes + 1) / 2, weights / 2
    powers = np.arange(stages)
    values = nodes[:, None] ** powers
    integrals = nodes[:, None] ** (powers + 1) / (powers + 1)
    return np.linalg.solve(values.T, integrals.T).T, weights


def gauss_legendre(
    energy: Energy, time_step: StepSize, order: int, newton: Newton | None = None
) -> Scheme:
    """Return Gauss–Legendre collocation; of order 2 it is the implicit midpoint rule.

    Symplectic and symmetric; keeps quadratic invariants to the solver's tolerance.

    Args:
        energy: Any smooth Hamiltonian.
        time_step: Δt.
        order: Even, 2 to 12; half as many stages.
        newton: How the stages are solved for; the default's tolerance is 1e-12.

    Raises:
        ContractError: Another order.

    References:
        Hairer, Lubich, Wanner, Geometric Numerical Integration, II.1.3 and VIII.6.
    """
    if order % 2 or not 2 <= order <= _LARGEST_ORDER:  # noqa: PLR2004 (the midpoint rule)
        raise ContractError(f"Gauss–Legendre has no order {order}.", hint="Take 2, 4, 6 … 12.")
    stages = order // 2
    matrix, weights = (jnp.asarray(part) for part in collocation(stages))

    def rates(state: Phase, inner: Flat) -> Float[jax.Array, "stage flat"]:
        # The unknowns are distances from the start, which rounding hurts less than places.
        places = flat(state)[None, :] + inner.reshape(stages, -1)

        def rate(row: Flat) -> Flat:
            return flat(flow(energy, shaped(row, state)))

        return jax.vmap(rate)(places)

    def residual(size: StepSize, state: Phase, inner: Flat) -> Flat:
        return inner - (size * matrix @ rates(state, inner)).ravel()

    def guess(size: StepSize, state: Phase) -> Flat:
        slope = flat(flow(energy, state))
        return (size * matrix.sum(axis=1)[:, None] * slope[None, :]).ravel()

    def change(size: StepSize, state: Phase, inner: Flat) -> Phase:
        return shaped(size * weights @ rates(state, inner), state)

    return Implicit(residual, guess, change, stages, newton or Newton()).scheme(time_step)
