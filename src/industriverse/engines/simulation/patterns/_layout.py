"""Care that half-spectra of real fields need where waves grow."""

import jax
import jax.numpy as jnp
from jaxtyping import Complex


def made_real(waves: Complex[jax.Array, "*batch ky kx"]) -> Complex[jax.Array, "*batch ky kx"]:
    """Return the waves with `w(−k_y, 0) = w(k_y, 0)*`, as a real field has it.

    The back transform drops what breaks this rule, so nothing holds that part down: where the
    linear term grows, rounding in it grows without bound unless it is taken out at each step.
    """
    column = waves[..., :, 0]
    mirrored = jnp.conj(jnp.roll(jnp.flip(column, axis=-1), 1, axis=-1))
    return waves.at[..., :, 0].set((column + mirrored) / 2)
