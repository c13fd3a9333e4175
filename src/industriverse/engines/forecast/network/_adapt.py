"""A trained network for a domain that it has not seen."""

from dataclasses import replace

import jax.numpy as jnp

from industriverse.kernel.errors import ContractError

from ._model import FluxNet
from ._plan import Channel


def extended(model: FluxNet, domain: str, channels: tuple[Channel, ...] | None = None) -> FluxNet:
    """Return the network with one more domain, to be trained with `trains="conditioning"`.

    The new domain starts from the mean of the known ones, so that before any training it is
    forecast as they are.

    Args:
        model: Trained weights.
        domain: Its id.
        channels: As many as the network's, in its order, with the new domain's names and sizes;
            which of them are conserved or positive stays. The network's own when None.

    Raises:
        ContractError: The domain is known, or the channels are not of the same kinds.
    """
    plan = model.plan
    channels = plan.channels if channels is None else channels
    if domain in plan.domains:
        raise ContractError(f"The network knows {domain!r} already: {plan.domains}.")
    if [_kind(channel) for channel in channels] != [_kind(channel) for channel in plan.channels]:
        raise ContractError(
            f"{len(channels)} channels of other kinds than the network's {plan.names}.",
            hint="An adapter keeps which channels are conserved, positive or pseudo.",
        )
    names = dict(zip(plan.names, (channel.name for channel in channels), strict=True))
    vectors = tuple(replace(v, x=names[v.x], y=names[v.y]) for v in plan.vectors)
    embedding = jnp.concatenate([model.embedding, model.embedding.mean(0, keepdims=True)])
    new = replace(plan, domains=(*plan.domains, domain), channels=channels, vectors=vectors)
    return replace(model, embedding=embedding, plan=new)


def _kind(channel: Channel) -> tuple[bool, bool, bool, bool, bool]:
    return channel.conserved, channel.flux, channel.positive, channel.pseudo, channel.known
