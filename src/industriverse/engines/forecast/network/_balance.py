"""One step of conserved channels: what crosses the faces, what is made, and who can afford it."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from industriverse.kernel.fields import Boundary

from ._sums import settled


class Flows(NamedTuple):
    r"""What crosses the faces of the cells in one step, in units of density.

    An entry is $G = \Delta t\,F / \Delta x$, positive towards higher indices. Face `j` of an axis
    lies below cell `j`; the last one lies above the last cell, and is the first one again where
    the axis is periodic.

    Attributes:
        y: `(channel, y + 1, x)`.
        x: `(channel, y, x + 1)`.
    """

    y: Float[Array, "channel y_face x"]
    x: Float[Array, "channel y x_face"]


class Balanced(NamedTuple):
    """The cells after a step in flux form.

    Attributes:
        mean: `(channel, y, x)`.
        inflow: `(channel,)`. Net inflow as a sum over cells: what the sum has changed by.
        limited: `(channel,)`. Share of cells that could not give all that was asked of them.
        contradictory: `(channel,)`. Whether all cells together hold less than is to be taken.
    """

    mean: Float[Array, "channel y x"]
    inflow: Float[Array, "channel"]
    limited: Float[Array, "channel"]
    contradictory: Bool[Array, "channel"]


def faces(
    above: Float[Array, "channel cell other"],
    below: Float[Array, "channel cell other"],
    end: Boundary,
) -> Float[Array, "channel face other"]:
    """Return the flow at each face of the middle axis, from what its two cells say of it.

    Args:
        above: `(channel, cell, other)`. What each cell says of its upper face.
        below: `(channel, cell, other)`. What each cell says of its lower face.
        end: Periodic: the ends are one face. Reflecting: nothing crosses. Open: the one cell that
            is there decides.
    """
    inner = above[:, :-1] + below[:, 1:]
    first, last = below[:, :1], above[:, -1:]
    if end == "periodic":
        first = last = first + last
    elif end == "reflecting":
        first, last = jnp.zeros_like(first), jnp.zeros_like(last)
    return jnp.concatenate([first, inner, last], axis=1)


def turned(values: Float[Array, "channel y x"]) -> Float[Array, "channel x y"]:
    """Return the two axes of space exchanged."""
    return jnp.swapaxes(values, 1, 2)


def balanced(
    before: Float[Array, "channel y x"],
    flows: Flows,
    source: Float[Array, "channel y x"],
    exchange: Float[Array, "channel"] | None,
    positive: Bool[np.ndarray, "channel"],
    boundary: tuple[Boundary, Boundary],
) -> Balanced:
    r"""Return $\mu = e - \Delta t\,\nabla\cdot F + s$ with the sum kept and no cell overdrawn.

    The donor limiter scales each flow by $\theta$ of the cell it leaves and each sink by its own,
    $\theta_i = \min(1, e_i / \text{out}_i)$. What the sinks then lack of a declared exchange is
    taken in proportion from all cells.

    Args:
        before: `(channel, y, x)`. Present values; at least zero where `positive`.
        flows: Through the faces, per step.
        source: `(channel, y, x)`. Made in each cell in the step; with a declared exchange only
            its differences from cell to cell count.
        exchange: `(channel,)`. Declared change of each sum over cells; None where it is free.
        positive: `(channel,)`. Which channels are limited.
        boundary: What happens at the ends of y and x.

    Returns:
        The new cells; with `contradictory` set, their values mean nothing.

    Notes:
        The sum is exact to the rounding of one cell, in the precision of `before`.

    References:
        Zalesak (1979), Fully multidimensional flux-corrected transport algorithms for fluids;
        physics.md §4.
    """
    source = source if exchange is None else _levelled(source, exchange)
    leaving = _leaving(flows) + jnp.maximum(-source, 0)
    asked = jnp.where(leaving > 0, leaving, 1)
    share = jnp.where(leaving > before, jnp.maximum(before, 0) / asked, 1)
    share = jnp.where(jnp.asarray(positive)[:, None, None], share, 1)
    flows = _scaled(flows, share, boundary)
    made = jnp.where(source < 0, share * source, source)
    mean = before - _outflow(flows) + made
    inflow = _entering(flows) + made.sum((1, 2))
    contradictory = jnp.zeros(len(before), bool)
    if exchange is not None:
        mean = _taken(mean, (made - source).sum((1, 2)))
        contradictory = jnp.asarray(positive) & (before.sum((1, 2)) + exchange < 0)
    mean = jnp.where(jnp.asarray(positive)[:, None, None], jnp.maximum(mean, 0), mean)
    if exchange is not None:
        added = leaving.sum((1, 2)) + jnp.abs(made).sum((1, 2))
        mean, inflow = settled(mean, before, exchange, added), exchange
    return Balanced(mean, inflow, (share < 1).mean((1, 2), dtype=mean.dtype), contradictory)


def _levelled(
    source: Float[Array, "channel y x"], exchange: Float[Array, "channel"]
) -> Float[Array, "channel y x"]:
    cells = source.shape[1] * source.shape[2]
    apart = source - source.mean((1, 2), keepdims=True)
    return apart + (exchange / cells)[:, None, None]


def _outflow(flows: Flows) -> Float[Array, "channel y x"]:
    return jnp.diff(flows.y, axis=1) + jnp.diff(flows.x, axis=2)


def _leaving(flows: Flows) -> Float[Array, "channel y x"]:
    """Return what leaves each cell through all its faces."""
    up = jnp.maximum(flows.y[:, 1:], 0) + jnp.maximum(flows.x[:, :, 1:], 0)
    down = jnp.maximum(-flows.y[:, :-1], 0) + jnp.maximum(-flows.x[:, :, :-1], 0)
    return up + down


def _entering(flows: Flows) -> Float[Array, "channel"]:
    """Return what enters through the ends; exactly nothing where they are one face."""
    through_y = (flows.y[:, 0] - flows.y[:, -1]).sum(-1)
    return through_y + (flows.x[:, :, 0] - flows.x[:, :, -1]).sum(-1)


def _scaled(
    flows: Flows, share: Float[Array, "channel y x"], boundary: tuple[Boundary, Boundary]
) -> Flows:
    scaled_y = _by_donor(flows.y, share, boundary[0])
    scaled_x = _by_donor(turned(flows.x), turned(share), boundary[1])
    return Flows(scaled_y, turned(scaled_x))


def _by_donor(
    flow: Float[Array, "channel face other"],
    share: Float[Array, "channel cell other"],
    end: Boundary,
) -> Float[Array, "channel face other"]:
    """Scale each flow by the share of the cell that it leaves; outside there is enough."""
    outside = jnp.ones_like(share[:, :1])
    under = share[:, -1:] if end == "periodic" else outside
    over = share[:, :1] if end == "periodic" else outside
    lower = jnp.concatenate([under, share], axis=1)
    upper = jnp.concatenate([share, over], axis=1)
    return flow * jnp.where(flow > 0, lower, upper)


def _taken(
    mean: Float[Array, "channel y x"], lacking: Float[Array, "channel"]
) -> Float[Array, "channel y x"]:
    """Take what the sinks could not give from all cells, in proportion to what they hold."""
    held = mean.sum((1, 2))
    kept = 1 - jnp.where(lacking > 0, lacking / jnp.where(held > 0, held, 1), 0)
    return mean * jnp.maximum(kept, 0)[:, None, None]
