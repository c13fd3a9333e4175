"""Sums that do not drift: compensated totals, and the rounding of a step given back."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Pair = tuple[Array, Array]
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
        Each addition keeps its exact error. It has no derivative.

    References:
        Knuth (1969), TAOCP 2, 4.2.2; Ogita, Rump & Oishi (2005), Accurate sum and dot product.

    Examples:
        >>> high, low = total(jnp.array([1e8, 1.0, -1e8], jnp.float32))
        >>> float(high + low)
        1.0
    """
    nothing = jnp.zeros((), values.dtype)
    pair = (values, jnp.zeros_like(values))
    high, low = jax.lax.reduce(pair, (nothing, nothing), _added, (values.ndim - 1,))
    return high, low


def _added(left: Pair, right: Pair) -> Pair:
    high = left[0] + right[0]
    virtual = high - left[0]
    error = (left[0] - (high - virtual)) + (right[0] - virtual)
    return high, left[1] + right[1] + error


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
    fixed = jax.lax.stop_gradient((after, before, exchange, added))
    return after + _correction(*fixed)


def _correction(
    after: Float[Array, "channel y x"],
    before: Float[Array, "channel y x"],
    exchange: Float[Array, "channel"],
    added: Float[Array, "channel"],
) -> Float[Array, "channel y x"]:
    flat_after, flat_before = (jnp.reshape(a, (len(a), -1)) for a in (after, before))
    high, low = total(jnp.stack([flat_before, flat_after]))
    missing = ((high[0] - high[1]) + exchange) + (low[0] - low[1])
    size = jnp.abs(flat_before).sum(-1) + jnp.abs(exchange) + added
    bound = _LARGEST_ROUNDING * jnp.finfo(after.dtype).eps * size
    missing = jnp.clip(missing, -bound, bound)
    largest = jnp.argmax(jnp.abs(flat_after), axis=-1)
    given = flat_after.at[jnp.arange(len(after)), largest].add(missing) - flat_after
    return jnp.reshape(given, after.shape)
