"""Sums that do not drift: compensated totals, and the rounding of a step given back."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

_LARGEST_ROUNDING = 16.0
"""Correction allowed, in units of epsilon times all that was added up; beyond it lies an error."""


def total(
    values: Float[Array, "*batch cell"],
) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    """Return a sum and what its own precision cannot hold of it.

    Args:
        values: `(*batch, cell)`.

    Returns:
        High and low part; their sum is the total to about the square of epsilon.

    Notes:
        Pairwise by halves, each addition with its exact error.

    References:
        Knuth (1969), TAOCP 2, 4.2.2; Ogita, Rump & Oishi (2005), Accurate sum and dot product.
    """
    high, low = values, jnp.zeros_like(values)
    while high.shape[-1] > 1:
        if high.shape[-1] % 2:
            high, low = _even(high), _even(low)
        half = high.shape[-1] // 2
        left, right = high[..., :half], high[..., half:]
        joined = left + right
        virtual = joined - left
        error = (left - (joined - virtual)) + (right - virtual)
        high, low = joined, low[..., :half] + low[..., half:] + error
    return high[..., 0], low[..., 0]


def _even(values: Float[Array, "*batch cell"]) -> Float[Array, "*batch more"]:
    return jnp.concatenate([values, jnp.zeros_like(values[..., :1])], axis=-1)


def settled(
    after: Float[Array, "channel y x"],
    before: Float[Array, "channel y x"],
    exchange: Float[Array, "channel"],
    added: Float[Array, "channel"],
) -> Float[Array, "channel y x"]:
    """Return `after` with the sum `Σ before + exchange`, its rounding given to the largest cell.

    Args:
        after: `(channel, y, x)`. Whose sum is right but for rounding.
        before: `(channel, y, x)`.
        exchange: `(channel,)`. Declared change of the sum over cells.
        added: `(channel,)`. Sum of the sizes of all that was added to the cells.

    Returns:
        `(channel, y, x)`. At most a few units in the last place of the largest cell away.

    Notes:
        What is given back is bounded by rounding, so that this cannot hide a balance that is
        broken. No gradient passes through it.
    """
    flat_after, flat_before = (jnp.reshape(a, (len(a), -1)) for a in (after, before))
    high, low = total(flat_after)
    wanted_high, wanted_low = total(flat_before)
    missing = ((wanted_high - high) + exchange) + (wanted_low - low)
    size = jnp.abs(flat_before).sum(-1) + jnp.abs(exchange) + added
    bound = _LARGEST_ROUNDING * jnp.finfo(after.dtype).eps * size
    missing = jnp.clip(missing, -bound, bound)
    largest = jnp.argmax(jnp.abs(flat_after), axis=-1)
    given = flat_after.at[jnp.arange(len(after)), largest].add(missing) - flat_after
    return after + jax.lax.stop_gradient(jnp.reshape(given, after.shape))
