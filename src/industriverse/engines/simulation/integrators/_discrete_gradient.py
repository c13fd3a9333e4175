"""Discrete gradients: any Hamiltonian's energy kept to the solver's tolerance."""

from collections.abc import Callable
from typing import Literal

import jax
import jax.numpy as jnp

from ._implicit import Flat, Implicit, Newton, flat, shaped
from ._phase import Energy, Phase, Scalar, Scheme, StepSize, flow

# Below it a quotient of differences is noisier than two-point Gauss quadrature of the slope.
_SHORTEST = 1e-3
_GAUSS_NODES = (0.5 - 3**-0.5 / 2, 0.5 + 3**-0.5 / 2)
OverRow = Callable[[Flat], Scalar]


def discrete_gradient(
    energy: Energy,
    time_step: StepSize,
    rule: Literal["gonzalez", "itoh-abe"] = "gonzalez",
    newton: Newton | None = None,
) -> Scheme:
    """Return `z₁ = z₀ + Δt Ω ∇̄H(z₀, z₁)`, with `∇̄H · (z₁ − z₀) = H(z₁) − H(z₀)` exactly.

    Order 2, symmetric, not symplectic. Energy is kept to the solver's tolerance, not by
    projection.

    Args:
        energy: Any smooth Hamiltonian.
        time_step: Δt.
        rule: Gonzalez's corrected midpoint, or Itoh's and Abe's quotients along the coordinates
            one after another, the mean of both orders of them.
        newton: How z₁ is solved for; the default's tolerance is 1e-12.

    References:
        O. Gonzalez, J. Nonlinear Sci. 6 (1996); T. Itoh, K. Abe, J. Comput. Phys. 76 (1988);
        R. McLachlan, G. Quispel, N. Robidoux, Phil. Trans. R. Soc. A 357 (1999).
    """
    gradient = {"gonzalez": _corrected_midpoint, "itoh-abe": _coordinate_quotients}[rule]

    def rates(state: Phase, moved: Flat) -> Flat:
        slope = shaped(gradient(lambda row: energy(shaped(row, state)), flat(state), moved), state)
        return flat(Phase(slope.p, -slope.q))

    def residual(size: StepSize, state: Phase, moved: Flat) -> Flat:
        return moved - size * rates(state, moved)

    def guess(size: StepSize, state: Phase) -> Flat:
        return size * flat(flow(energy, state))

    def change(size: StepSize, state: Phase, moved: Flat) -> Phase:
        del size
        return shaped(moved, state)

    return Implicit(residual, guess, change, 1, newton or Newton()).scheme(time_step)


def _corrected_midpoint(energy: OverRow, start: Flat, moved: Flat) -> Flat:
    """Return the midpoint's gradient, corrected along the way moved."""
    slope = jax.grad(energy)(start + moved / 2)
    square = (moved**2).sum()
    missing = energy(start + moved) - energy(start) - (slope * moved).sum()
    # At rest the way moved is zero and nothing is missing.
    safe = jnp.where(square > 0, square, 1.0)
    return slope + jnp.where(square > 0, missing / safe, 0.0) * moved


def _coordinate_quotients(energy: OverRow, start: Flat, moved: Flat) -> Flat:
    """Return `ΔH/Δz` along each coordinate, mean of first-to-last and last-to-first."""
    ranks = jnp.arange(start.size)

    def quotient(index: jax.Array, passed: jax.Array) -> Scalar:
        base = start + jnp.where(passed, moved, 0.0)
        way = moved[index]

        def at(share: Scalar) -> tuple[Scalar, Scalar]:
            def along(step: Scalar) -> Scalar:
                return energy(base + jnp.where(ranks == index, step, 0.0))

            return jax.value_and_grad(along)(share * way)

        levels, slopes = jax.vmap(at)(jnp.asarray([0.0, 1.0, *_GAUSS_NODES]))
        long = jnp.abs(way) > _SHORTEST
        quotient = (levels[1] - levels[0]) / jnp.where(long, way, 1.0)
        return jnp.where(long, quotient, (slopes[2] + slopes[3]) / 2)

    before = ranks[None, :] < ranks[:, None]
    both_ways = jax.vmap(quotient)(jnp.tile(ranks, 2), jnp.concatenate([before, before.T]))
    return both_ways.reshape(2, -1).mean(axis=0)
