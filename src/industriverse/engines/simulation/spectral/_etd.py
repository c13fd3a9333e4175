"""Exponential time differencing of fourth order: stiff linear terms are solved exactly."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

_POINTS = 32

Waves = Complex[jax.Array, "..."]


class Etdrk4(NamedTuple):
    """`dw/dt = L w + N(w)`, one step of ETDRK4 (Cox & Matthews 2002; Kassam & Trefethen 2005).

    Attributes:
        whole, half: `exp(L Δt)` and `exp(L Δt/2)`.
        middle: Weight of N in the inner stages.
        first, inner, last: Weights of N in the closing stage.
    """

    whole: Float[jax.Array, "..."]
    half: Float[jax.Array, "..."]
    middle: Float[jax.Array, "..."]
    first: Float[jax.Array, "..."]
    inner: Float[jax.Array, "..."]
    last: Float[jax.Array, "..."]

    @classmethod
    def of(cls, linear: Float[np.ndarray, "..."], step: float) -> "Etdrk4":
        """Return the weights for a diagonal linear term.

        The quotients are means over a circle around `L Δt`, which does not lose digits where it is
        near zero.

        Args:
            linear: L of each wave [1/time].
            step: Δt.
        """
        # Waves of one length share their weights: on a square, one in six or fewer differs.
        rates, place = np.unique(linear, return_inverse=True)
        z = step * rates[:, None] + np.exp(1j * np.pi * (np.arange(_POINTS) + 0.5) / _POINTS)
        e = np.exp(z)

        def mean(values: Complex[np.ndarray, "rate point"]) -> Float[jax.Array, "..."]:
            return jnp.asarray(step * values.mean(axis=-1).real[place].reshape(linear.shape))

        return cls(
            whole=jnp.asarray(np.exp(step * linear)),
            half=jnp.asarray(np.exp(step * linear / 2)),
            middle=mean((np.exp(z / 2) - 1) / z),
            first=mean((-4 - z + e * (4 - 3 * z + z**2)) / z**3),
            inner=mean((2 + z + e * (z - 2)) / z**3),
            last=mean((-4 - 3 * z - z**2 + e * (4 - z)) / z**3),
        )

    def step(self, waves: Waves, nonlinear: Callable[[Waves], Waves]) -> Waves:
        """Return the waves one step on."""
        start = nonlinear(waves)
        a = self.half * waves + self.middle * start
        at_a = nonlinear(a)
        b = self.half * waves + self.middle * at_a
        at_b = nonlinear(b)
        c = self.half * a + self.middle * (2 * at_b - start)
        at_c = nonlinear(c)
        inner = 2 * self.inner * (at_a + at_b)
        return self.whole * waves + self.first * start + inner + self.last * at_c
