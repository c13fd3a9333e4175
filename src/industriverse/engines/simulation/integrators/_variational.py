"""Variational steps: a discrete action is made stationary, from a Lagrangian alone."""

from collections.abc import Callable
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ._implicit import Flat, Implicit, Newton
from ._phase import Phase, Scalar, Scheme, StepSize

Array = Float[jax.Array, "*state"]
Lagrangian = Callable[[Array, Array], Scalar]
"""From coordinates and velocities to `L(q, v)`."""


def momentum(lagrangian: Lagrangian, q: Array, v: Array) -> Array:
    """Return `∂L/∂v`, with which a state starts from a velocity."""
    return jax.grad(lagrangian, argnums=1)(q, v)


def variational(
    lagrangian: Lagrangian,
    time_step: StepSize,
    rule: Literal["midpoint", "trapezoid"] = "midpoint",
    newton: Newton | None = None,
) -> Scheme:
    """Return the step of the discrete Euler–Lagrange equations, in positions and momenta.

    With the discrete Lagrangian `L_d(q₀, q₁) ≈ ∫L dt`: `p₀ = −∂L_d/∂q₀`, solved for q₁, then
    `p₁ = ∂L_d/∂q₁`. Order 2, symplectic, symmetric; keeps the momentum of each symmetry of L_d.
    For `L = ½v² − V`, the midpoint is the implicit midpoint rule in q and the trapezoid is
    velocity Verlet.

    Args:
        lagrangian: Regular: `∂²L/∂v²` has an inverse.
        time_step: Δt.
        rule: Where L is taken: at the middle, or at both ends.
        newton: How q₁ is solved for; the default's tolerance is 1e-12.

    References:
        J. Marsden, M. West, Discrete mechanics and variational integrators, Acta Numerica 10
        (2001).
    """

    def action(size: StepSize, q: Array, way: Array) -> Scalar:
        if rule == "midpoint":
            return size * lagrangian(q + way / 2, way / size)
        ends = lagrangian(q, way / size) + lagrangian(q + way, way / size)
        return size / 2 * ends

    # In q₀ and the way q₁ − q₀, whose quotient by Δt rounding does not hurt: there
    # ∂L_d/∂q₁ is the slope along the way, and ∂L_d/∂q₀ the slope in q less that one.
    def slopes(size: StepSize, state: Phase, moved: Flat) -> tuple[Array, Array]:
        return jax.grad(action, argnums=(1, 2))(size, state.q, moved.reshape(state.q.shape))

    def residual(size: StepSize, state: Phase, moved: Flat) -> Flat:
        kick, end = slopes(size, state, moved)
        # Times Δt: then it is of a displacement's size, as the tolerance supposes.
        return size * (end - kick - state.p).ravel()

    def guess(size: StepSize, state: Phase) -> Flat:
        # The velocity of p, were ∂L/∂v linear in v: exact for all quadratic kinetic energies.
        still = jnp.zeros_like(state.q)

        def over(flat: Flat) -> Flat:
            return momentum(lagrangian, state.q, flat.reshape(state.q.shape)).ravel()

        mass = jax.jacfwd(over)(still.ravel())
        return size * jnp.linalg.solve(mass, state.p.ravel() - over(still.ravel()))

    def change(size: StepSize, state: Phase, moved: Flat) -> Phase:
        return Phase(moved.reshape(state.q.shape), slopes(size, state, moved)[0])

    return Implicit(residual, guess, change, 1, newton or Newton()).scheme(time_step)
