"""How sensors see a system: mixtures, curves, noise up to 5 %, and channels that see nothing."""

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter

from ._drawn import LENGTH

_COUNTS = (1, 1, 2, 3, 5, 8, 12)
_MOST_NOISE = 0.05
_MOST_UNRELATED = 0.6
_OVERLAID, _MOST_OVERLAY = 0.25, 0.6

Table = Float[np.ndarray, "time channel"]


def _slow(random: np.random.Generator) -> Float[np.ndarray, "time"]:
    period = random.uniform(20, 350)
    return np.sin(2 * np.pi * np.arange(LENGTH) / period + random.uniform(0, 6))


def _coloured(random: np.random.Generator) -> Float[np.ndarray, "time"]:
    keep = random.uniform(0.0, 0.9)
    noise = lfilter([1.0], [1.0, -keep], random.standard_normal(LENGTH + 100))[100:]
    return np.asarray(noise, np.float64) * np.sqrt(1 - keep * keep)


def _unrelated(random: np.random.Generator) -> Float[np.ndarray, "time"]:
    """Return a channel of something else: noise, or a slow rhythm with noise."""
    if random.random() < 0.5:  # noqa: PLR2004 (one or the other)
        return _coloured(random)
    return _slow(random) + random.uniform(0.02, 0.4) * _coloured(random)


def observe(state: Float[np.ndarray, "time state"], random: np.random.Generator) -> Table:
    """Return what one to twelve sensors read of a system's path.

    The first sensor always sees it. Each mixes the state's parts, half of them bend it, each
    adds white noise of up to 5 % of its own spread. Of the others up to 60 % see something else,
    and on a quarter of all a slow rhythm of up to 60 % of their spread is overlaid.
    """
    count = int(random.choice(_COUNTS))
    mix = random.standard_normal((state.shape[1], count))
    pure = random.random(count) < 0.5  # noqa: PLR2004 (half)
    mix[:, pure] = np.eye(state.shape[1])[:, random.integers(state.shape[1], size=pure.sum())]
    spread = state.std(axis=0) + 1e-12
    seen = (state - state.mean(axis=0)) / spread @ mix
    bent = random.random(count) < 0.5  # noqa: PLR2004 (half)
    scale = seen.std(axis=0) + 1e-12
    seen = np.where(bent, np.tanh(seen / scale * random.uniform(0.3, 1.2, count)), seen / scale)
    unrelated = random.uniform(0, _MOST_UNRELATED)
    for j in range(1, count):
        if random.random() < unrelated:
            seen[:, j] = _unrelated(random)
        elif random.random() < _OVERLAID:
            seen[:, j] += random.uniform(0, _MOST_OVERLAY) * _slow(random)
    noise = random.uniform(0, _MOST_NOISE, count) * seen.std(axis=0)
    return seen + noise * random.standard_normal(seen.shape)
