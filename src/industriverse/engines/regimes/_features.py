"""What is measured in a window: change, memory, spectrum, order, on every channel at once."""

from itertools import pairwise

import numpy as np
from jaxtyping import Float

from ._joint import JOINT_NAMES, joint_features
from ._window import Table, Window

Row = Float[np.ndarray, "channel"]
Power = Float[np.ndarray, "frequency channel"]

CHANNEL_NAMES = (
    "lag1_autocorrelation",
    "lag1_autocorrelation_change",
    "memory_share",
    "variance_trend",
    "mean_shift",
    "trend_share",
    "slowing_of_trend",
    "spectral_slope",
    "entropy_rate",
    "peak_share",
    "permutation_entropy",
    "ordinal_entropy_rate",
    "mean_break",
    "activity_break",
    "increment_tails",
    "spectral_change",
    "noise_share",
    "activity_trend",
)
REFERENCE_NAMES = ("reference_shift", "reference_variance", "reference_spectrum")
FEATURE_NAMES: tuple[str, ...] = (
    *CHANNEL_NAMES,
    *(f"largest_{name}" for name in CHANNEL_NAMES),
    *JOINT_NAMES,
    *REFERENCE_NAMES,
    "log_samples",
)
_TINY = 1e-12
_BANDS = 6
_CODES = 64


def _variance(x: Table) -> Row:
    centred = x - x.sum(axis=0) / len(x)
    return np.einsum("tc,tc->c", centred, centred) / len(x) + _TINY


def _detrended(x: Table) -> tuple[Table, Row]:
    """Return the residual of a straight line through each channel, and its slopes per window."""
    t = np.linspace(-0.5, 0.5, len(x))
    slope = (t @ (x - x.mean(axis=0))) / (t @ t)
    return x - x.mean(axis=0) - t[:, None] * slope, slope


def _lag1(x: Table) -> Row:
    centred = x - x.mean(axis=0)
    return (centred[1:] * centred[:-1]).sum(axis=0) / ((centred**2).sum(axis=0) + _TINY)


def _spectrum(x: Table) -> Power:
    """Return the Hann-windowed periodogram without its zero frequency, `(frequency, channel)`."""
    taper = np.hanning(len(x))[:, None]
    power = np.abs(np.fft.rfft((x - x.mean(axis=0)) * taper, axis=0)) ** 2
    return power[1:] + _TINY


def _octaves(power: Power) -> Float[np.ndarray, "band channel"]:
    """Return log mean power in `_BANDS` octaves that end at the highest frequency."""
    edges = [round(len(power) / 2**k) for k in range(_BANDS, 0, -1)] + [len(power)]
    edges[0] = 0
    bands = [power[a : max(b, a + 1)].mean(axis=0) for a, b in pairwise(edges)]
    return np.log(np.stack(bands))


def _memory(power: Power, n: int) -> Row:
    """Return the log share of the window after which autocorrelation falls under 1/e."""
    full = np.vstack([np.zeros((1, power.shape[1])), power])
    acf = np.fft.irfft(full, axis=0)[: n // 2]
    below = acf < acf[0] / np.e
    first = np.where(below.any(axis=0), below.argmax(axis=0), n // 2)
    return np.log(np.maximum(first, 1) / n)


def _ordinal(x: Table, delay: int) -> tuple[Row, Row]:
    """Return the entropy [nat] of ordinal patterns of four and of three readings, per channel.

    A pattern is coded by its six comparisons; those of the first three readings code the shorter.
    """
    rows = len(x) - 3 * delay
    parts = [x[i * delay : i * delay + rows] for i in range(4)]
    code = np.zeros((rows, x.shape[1]), np.uint8)
    for bit, (i, j) in enumerate(((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))):
        code |= (parts[j] < parts[i]).view(np.uint8) << np.uint8(bit)
    place = np.arange(x.shape[1]) * _CODES + code
    counts = np.bincount(place.ravel(), minlength=_CODES * x.shape[1]).reshape(-1, _CODES)
    short = counts.reshape(-1, _CODES // 8, 8).sum(axis=1)
    return _entropy(counts / rows), _entropy(short / rows)


def _entropy(share: Float[np.ndarray, "channel code"]) -> Row:
    return -(share * np.log(share + _TINY)).sum(axis=1)


def _break(x: Table) -> Row:
    """Return the largest excursion of each channel's cumulative sum, over √n of its deviation."""
    centred = np.cumsum(x - x.mean(axis=0), axis=0)
    return np.abs(centred).max(axis=0) / (np.sqrt(len(x)) * np.sqrt(_variance(x)))


def _change(x: Table, flat: Table, slope: Row) -> list[Row]:
    half = len(x) // 2
    first, second = x[:half], x[half:]
    inner = np.sqrt((_variance(first) + _variance(second)) / 2)
    shift = np.abs(second.mean(axis=0) - first.mean(axis=0)) / inner
    _, early = _detrended(first)
    _, late = _detrended(second)
    slowing = (np.abs(early) - np.abs(late)) / (np.abs(early) + np.abs(late) + np.abs(slope) / 2)
    trend_share = 1 - _variance(flat) / _variance(x)
    return [np.log1p(shift), trend_share, slowing]


def _increments(x: Table) -> list[Row]:
    """Return how the increments spread: tails, break and trend of their size."""
    steps = np.diff(x, axis=0)
    half = len(steps) // 2
    centred = steps - steps.mean(axis=0)
    square = centred * centred
    variance = square.mean(axis=0) + _TINY
    tails = np.log((square * square).mean(axis=0) / (variance * variance) + _TINY)
    trend = np.log(_variance(steps[half:]) / _variance(steps[:half]))
    return [_break(np.abs(centred)), tails, trend]


def _noise_share(x: Table) -> Row:
    """Return the log share of variance that third differences see: white noise gives 20 parts."""
    return np.log(_variance(np.diff(x, 3, axis=0)) / 20.0 / _variance(x))


def channel_features(x: Table) -> Float[np.ndarray, "feature channel"]:
    """Return the features of each channel, rows in the order of `CHANNEL_NAMES`."""
    flat, slope = _detrended(x)
    half = len(x) // 2
    power = _spectrum(flat)
    share = power / power.sum(axis=0)
    octaves = _octaves(power)
    memory = _memory(power, len(x))
    change_of_lag = _lag1(flat[half:]) - _lag1(flat[:half])
    early, late = _detrended(x[:half])[0], _detrended(x[half:])[0]
    spectral_change = np.abs(_octaves(_spectrum(late)) - _octaves(_spectrum(early))).mean(axis=0)
    band = np.arange(_BANDS) - (_BANDS - 1) / 2
    fourth, _ = _ordinal(x, 1)
    stride = int(np.clip(np.median(np.exp(memory)) * len(x), 1, len(x) // 16))
    spread4, spread3 = _ordinal(x, stride)
    shift, trend_share, slowing = _change(x, flat, slope)
    activity, tails, activity_trend = _increments(x)
    return np.stack(
        [
            np.arctanh(np.clip(_lag1(flat), -0.9999, 0.9999)),
            change_of_lag,
            memory,
            np.log(_variance(late) / _variance(early)),
            shift,
            trend_share,
            slowing,
            (band @ octaves) / (band @ band),
            np.log(share).mean(axis=0) + np.log(len(share)),
            np.sort(share, axis=0)[-3:].sum(axis=0),
            fourth / np.log(24),
            spread4 - spread3,
            _break(x),
            activity,
            tails,
            spectral_change,
            _noise_share(x),
            activity_trend,
        ]
    )


def _reference(window: Window) -> list[float]:
    """Return how far the recent window is from the one before; zeros when there is none."""
    before, now = window.reference, window.recent
    if not len(before):
        return [0.0, 0.0, 0.0]
    shift = np.abs(before.mean(axis=0)) / np.sqrt((_variance(before) + 1) / 2)
    variance = np.log(_variance(now) / _variance(before))
    a, b = _octaves(_spectrum(now)), _octaves(_spectrum(before))
    return [
        float(np.log1p(shift).mean()),
        float(variance.mean()),
        float(np.abs(a - b).mean()),
    ]


def measure(window: Window) -> Float[np.ndarray, "feature"]:
    """Return the features of a window, in the order of `FEATURE_NAMES`.

    Channels observe one system, but not all of it: each feature enters as its mean over the
    channels and as the value of the channel where it is farthest from zero. The costly ones are
    measured once, on the leading principal components of all channels together.
    """
    each = channel_features(window.recent)
    farthest = np.take_along_axis(each, np.abs(each).argmax(axis=1)[:, None], axis=1)[:, 0]
    parts = [each.mean(axis=1), farthest, joint_features(window.recent), _reference(window)]
    return np.concatenate([*parts, [np.log(len(window.recent))]])
