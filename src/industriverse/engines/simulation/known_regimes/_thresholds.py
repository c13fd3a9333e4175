"""Noisy normal forms far from, near to and across their thresholds; and plain relaxation."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from ._drawn import LENGTH, Drawn, States

Path = Float[np.ndarray, "record time"]
Point = Float[np.ndarray, "record state"]
_PIECES = 8
_FOLD = 2 / (3 * np.sqrt(3.0))
_FASTEST, _SAMPLED_FAST = 1.0, 0.06
_CIRCLING = 0.4
_MOVED = 0.5


def _steady(values: Float[np.ndarray, "record"]) -> Path:
    return np.tile(values[:, None], LENGTH)


def _approach(drawn: Drawn, far: float, near: Float[np.ndarray, "record"]) -> Path:
    """Return a control parameter that came from far before the recent window, then stays near."""
    time = np.arange(LENGTH)[None, :] - drawn.earlier()[:, None]
    share = np.clip(time / (0.08 * drawn.windows[:, None]), 0.0, 1.0)
    return far + share * (near[:, None] - far)


def _driven(
    drawn: Drawn,
    force: Callable[[Point, Float[np.ndarray, "record"]], Point],
    start: Point,
    control: Path,
    slowest: float = 0.25,
) -> States:
    """Integrate dx = f(x, control) dt + σ dW (Euler–Maruyama), one sample a natural step.

    The step is drawn between `slowest` and one natural time; σ between 2 and 6 %. Systems far
    from their threshold are also sampled fast, for a slow sensor alone is no critical slowing.
    """
    step = drawn.random.uniform(slowest, _FASTEST, drawn.count) / _PIECES
    spread = drawn.random.uniform(0.02, 0.06, drawn.count) * np.sqrt(step)
    x, burn = start, 200
    path = np.empty((drawn.count, LENGTH, start.shape[1]))
    for t in range(-burn, LENGTH):
        for _ in range(_PIECES):
            kick = spread[:, None] * drawn.random.standard_normal(x.shape)
            x = x + step[:, None] * force(x, control[:, max(t, 0)]) + kick
        if t >= 0:
            path[:, t] = x
    return path


def _pitchfork(x: Point, mu: Float[np.ndarray, "record"]) -> Point:
    return mu[:, None] * x - x**3


def _fold(x: Point, tilt: Float[np.ndarray, "record"]) -> Point:
    return tilt[:, None] + x - x**3


def _hopf(x: Point, mu: Float[np.ndarray, "record"]) -> Point:
    a, b = x[:, 0], x[:, 1]
    grow = mu - (a * a + b * b)
    return np.stack([grow * a - b, grow * b + a], axis=1)


def _flat(drawn: Drawn, states: int, at: float = 0.0) -> Point:
    return np.full((drawn.count, states), at)


def pitchfork_stable(drawn: Drawn) -> tuple[States, list[str | None]]:
    """`dx = μx − x³ + noise`, μ from −3 to −0.2."""
    mu = -np.exp(drawn.parameter(np.log(0.2), np.log(3.0)))
    return _driven(drawn, _pitchfork, _flat(drawn, 1), _steady(mu), _SAMPLED_FAST), [
        "stable"
    ] * drawn.count


def pitchfork_near(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same with μ within 10 % of the threshold: critical slowing down."""
    mu = drawn.parameter(-0.08, -0.005)
    return _driven(drawn, _pitchfork, _flat(drawn, 1), _steady(mu)), ["transitional"] * drawn.count


def pitchfork_crossing(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same while μ passes 0: one state splits into two."""
    mu = drawn.ramp(
        drawn.parameter(-1.0, -0.2), drawn.parameter(0.3, 1.2), 0.0, at=drawn.crossing()
    )
    return _driven(drawn, _pitchfork, _flat(drawn, 1), mu), ["phase_change"] * drawn.count


def fold_stable(drawn: Drawn) -> tuple[States, list[str | None]]:
    """`dx = a + x − x³ + noise` on its lower branch, a at least 30 % below the fold."""
    tilt = drawn.parameter(-0.6, 0.7 * _FOLD)
    return _driven(drawn, _fold, _flat(drawn, 1, -1.0), _steady(tilt), _SAMPLED_FAST), [
        "stable"
    ] * drawn.count


def fold_near(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same within 10 % of the fold; records that tip by themselves carry no label."""
    tilt = drawn.parameter(0.9 * _FOLD, 0.97 * _FOLD)
    path = _driven(drawn, _fold, _flat(drawn, 1, -1.0), _approach(drawn, -0.3, tilt))
    tipped = path.max(axis=(1, 2)) > 0
    return path, [None if gone else "transitional" for gone in tipped]


def fold_crossing(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same while a passes the fold: the state jumps."""
    tilt = drawn.ramp(
        drawn.parameter(-0.2, 0.3), drawn.parameter(0.5, 1.0), _FOLD, at=drawn.crossing()
    )
    return _driven(drawn, _fold, _flat(drawn, 1, -1.0), tilt), ["phase_change"] * drawn.count


def hopf_stable(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A noisy focus, μ from −2 to −0.2."""
    mu = -np.exp(drawn.parameter(np.log(0.2), np.log(2.0)))
    return _driven(drawn, _hopf, _flat(drawn, 2), _steady(mu), _SAMPLED_FAST), [
        "stable"
    ] * drawn.count


def hopf_cycle(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A noisy limit cycle, μ from 0.2 to 2."""
    mu = drawn.parameter(0.2, 2.0)
    start = np.stack([np.sqrt(mu), np.zeros(drawn.count)], axis=1)
    return _driven(drawn, _hopf, start, _steady(mu), _SAMPLED_FAST), ["stable"] * drawn.count


def hopf_near(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A focus within 10 % of the Hopf threshold."""
    mu = drawn.parameter(-0.08, -0.005)
    path = _driven(drawn, _hopf, _flat(drawn, 2), _approach(drawn, -1.0, mu))
    return path, ["transitional"] * drawn.count


def hopf_crossing(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same while μ passes 0: an oscillation sets in."""
    mu = drawn.ramp(
        drawn.parameter(-1.0, -0.2), drawn.parameter(0.3, 1.5), 0.0, at=drawn.crossing()
    )
    return _driven(drawn, _hopf, _flat(drawn, 2), mu), ["phase_change"] * drawn.count


def hopf_settled(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same, the threshold crossed well before the recent window: a limit cycle by now."""
    mu = drawn.ramp(
        drawn.parameter(-1.0, -0.2), drawn.parameter(0.6, 1.5), 0.0, at=drawn.earlier(), widest=0.05
    )
    return _driven(drawn, _hopf, _flat(drawn, 2), mu), ["stable"] * drawn.count


def fold_settled(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same, the jump well before the recent window: at rest on the other branch."""
    tilt = drawn.ramp(
        drawn.parameter(-0.2, 0.3),
        drawn.parameter(0.6, 1.0),
        _FOLD,
        at=drawn.earlier(),
        widest=0.05,
    )
    return _driven(drawn, _fold, _flat(drawn, 1, -1.0), tilt), ["stable"] * drawn.count


def relaxation(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A state on its way back to rest, straight or in circles, with some dynamic noise."""
    lasting = drawn.windows * drawn.parameter(0.12, 0.7)
    since = np.arange(LENGTH)[None, :] - (LENGTH - drawn.windows)[:, None]
    decay = np.exp(-np.maximum(since, 0) / lasting[:, None])
    turns = drawn.random.uniform(3, 20, drawn.count) * (
        drawn.random.random(drawn.count) < _CIRCLING
    )
    phase = 2 * np.pi * turns[:, None] * since / drawn.windows[:, None]
    size = drawn.random.uniform(0.02, 0.12, drawn.count)[:, None]
    path = decay * np.cos(phase) + size * drawn.random.standard_normal(decay.shape)
    return path[:, :, None], ["transitional"] * drawn.count


def plain_noise(drawn: Drawn) -> tuple[States, list[str | None]]:
    """Noise around a fixed point, white to lightly coloured."""
    keep = drawn.parameter(-0.4, 0.95)
    x, path = np.zeros(drawn.count), np.empty((drawn.count, LENGTH))
    for t in range(-100, LENGTH):
        x = keep * x + drawn.random.standard_normal(drawn.count)
        path[:, max(t, 0)] = x
    return path[:, :, None], ["stable"] * drawn.count


def _rhythm(drawn: Drawn, period: Float[np.ndarray, "record 1"]) -> States:
    time = np.arange(LENGTH)[None, :]
    path = np.zeros((drawn.count, LENGTH))
    for k in (1, 2, 3):
        size = drawn.random.uniform(0, 1 / k, (drawn.count, 1)) if k > 1 else 1.0
        phase = drawn.random.uniform(0, 2 * np.pi, (drawn.count, 1))
        path += size * np.sin(2 * np.pi * k * time / period + phase)
    return np.stack([path, np.cos(2 * np.pi * time / period)], axis=2)


def harmonic_cycle(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A forced rhythm with up to three harmonics, four to sixty samples long."""
    period = np.exp(drawn.parameter(np.log(4.0), np.log(60.0)))[:, None]
    return _rhythm(drawn, period), ["stable"] * drawn.count


def slow_rhythm(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A forced rhythm of a tenth to two thirds of the window, with light coloured noise.

    So a day's demand looks in a plant's telemetry: a limit cycle, far from any threshold.
    """
    share = drawn.parameter(0.1, 0.65)
    path = _rhythm(drawn, (drawn.windows * share)[:, None])
    noise, _ = plain_noise(drawn)
    size = np.exp(drawn.random.uniform(np.log(0.02), np.log(0.6), (drawn.count, 1, 1)))
    return path + size * noise / noise.std(axis=1, keepdims=True), ["stable"] * drawn.count


def filtered_noise(drawn: Drawn) -> tuple[States, list[str | None]]:
    """A linear plant far from any threshold: noises through two lags each, and a rhythm.

    The lags take up to 6 % of the window each, so that the record holds many of them. In half
    of the records the set points were moved before the recent window, and all has settled.
    """
    longest = 0.06 * drawn.windows * drawn.parameter(0.1, 1.0)
    lags = np.maximum(longest[:, None] * drawn.random.uniform(0.2, 1, (drawn.count, 4)), 0.5)
    keep = np.exp(-1 / lags)
    first, second = np.zeros_like(keep), np.zeros_like(keep)
    path = np.empty((drawn.count, LENGTH, 4))
    for t in range(-300, LENGTH):
        first = keep * first + (1 - keep) * drawn.random.standard_normal(keep.shape)
        second = keep * second + (1 - keep) * first
        path[:, max(t, 0)] = np.where(np.arange(4) % 2, second, first)
    path /= path.std(axis=1, keepdims=True)
    period = drawn.windows * drawn.random.uniform(0.1, 0.65, drawn.count)
    turn = 2 * np.pi * np.arange(LENGTH)[None, :] / period[:, None]
    size = drawn.random.uniform(0, 2, (drawn.count, 1, 4))
    rhythm = np.sin(turn[:, :, None] + drawn.random.uniform(0, 6, (drawn.count, 1, 4)))
    moved = drawn.random.random((drawn.count, 1)) < _MOVED
    before = moved & (np.arange(LENGTH)[None, :] < drawn.earlier()[:, None])
    level = 3.0 * drawn.random.standard_normal((drawn.count, 1, 4)) * before[:, :, None]
    return path + size * rhythm + level, ["stable"] * drawn.count
