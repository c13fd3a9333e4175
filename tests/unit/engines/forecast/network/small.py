"""Small networks, and the exact waves that they learn from."""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from industriverse.engines.forecast.network import Channel, FluxNet, Plan

HEAT = Channel("e", conserved=True, positive=True)


def small(*channels, **changes):
    """Return a plan that compiles in a moment."""
    plan = Plan(channels or (HEAT,), ("heat",), (), 2, 8, (2,), 8)
    return replace(plan, **changes)


def global_plan(*channels, **changes):
    """Return a small plan whose block works on the longest waves."""
    return small(*channels, dilations=(0,), modes=3, **changes)


def network(plan, seed=0, gain=1.0):
    """Return random weights; a large gain makes every step violent."""
    model = FluxNet.untrained(plan, seed)
    return eqx.tree_at(lambda m: m.head.kernel, model, model.head.kernel * gain)


def drawn(plan, cells=16, seed=0, dtype=jnp.float32, frames=None):
    """Return random frames above zero, most of it in few cells."""
    random = np.random.default_rng(seed)
    shape = (frames or plan.frames, len(plan.channels), cells, cells)
    return jnp.asarray(random.gamma(0.3, 1.0, shape), dtype)


def carried(trajectories, frames, cells=16, seed=0):
    """Return `(trajectory, time, 1, y, x)`: smooth heat that a wind carries while it spreads."""
    random = np.random.default_rng(seed)
    k = 2 * np.pi * np.fft.fftfreq(cells)
    square = k[:, None] ** 2 + k[None] ** 2
    start = random.normal(size=(trajectories, cells, cells))
    waves = np.fft.fft2(start) * np.exp(-2.0 * square)
    rate = -0.05 * square - 1j * (0.7 * k[None] - 0.4 * k[:, None])
    steps = np.exp(rate[None] * np.arange(frames)[:, None, None])
    fields = np.fft.ifft2(waves[:, None] * steps[None]).real
    fields = 3 + fields / fields.std()
    return np.maximum(fields, 0)[:, :, None].astype(np.float32)
