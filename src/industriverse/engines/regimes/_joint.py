"""Features of the whole: how all channels move together, and whether a rule drives them."""

from functools import lru_cache

import numpy as np
from jaxtyping import Complex, Float, Int

from ._window import Table

Parts = Float[np.ndarray, "time part"]
Points = Float[np.ndarray, "point lag"]
JOINT_NAMES = (
    "chaos_test",
    "predictability_gain",
    "predictability",
    "divergence_rate",
    "divergence_bend",
    "leading_share",
)
_COMPONENTS = 2
_LAGS = 3
_QUERIES = 96
_NEAREST = 4
_SHIFTS = 16
_TINY = 1e-12
_DAMPING = 1.0
_LEAST_TESTED = 96


def _components(x: Table) -> tuple[Parts, float]:
    """Return the leading principal components, unit variance each, and the first one's share."""
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    keep = min(_COMPONENTS, x.shape[1])
    chosen = vectors[:, ::-1][:, :keep]
    scores = x @ chosen
    # Eigenvectors have no sign of their own; the features below do not depend on it.
    share = float(values[-1] / max(values.sum(), _TINY))
    return scores / (scores.std(axis=0) + _TINY), share


def _stride(series: Float[np.ndarray, "time"], longest: int) -> int:
    """Return the lag at which autocorrelation falls under 1/e."""
    centred = series - series.mean()
    power = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    acf = np.fft.irfft(power)[: longest + 1]
    below = acf < acf[0] / np.e
    return int(below.argmax()) if below.any() else longest


def chaos_test(series: Float[np.ndarray, "time"]) -> float:
    """Return K of the 0–1 test: near 0 for regular, near 1 for chaotic or random motion.

    p and q walk with the series' own rotation at each of `_SHIFTS` angles; K is the median
    correlation of the walk's mean square displacement with time.

    Notes:
        The displacement is damped by `E[φ²] sin(√2 n)`, which keeps weak noise on a regular
        orbit from looking like chaos.

    References:
        Gottwald & Melbourne (2009), SIAM J. Appl. Dyn. Syst. 8; Dawes & Freeland (2008).
    """
    n = len(series)
    centred = series - series.mean()
    walk = np.cumsum(centred[:, None] * _turns(n), axis=0)
    lags = np.unique(np.linspace(1, n // 10, 8).astype(int))
    kept = n - n // 10
    square = np.stack([_mean_square(walk[lag : lag + kept] - walk[:kept]) for lag in lags])
    square = square + _DAMPING * (centred @ centred / n) * np.sin(np.sqrt(2.0) * lags)[:, None]
    time = lags - lags.mean()
    away = square - square.mean(axis=0)
    norm = np.sqrt((time @ time) * (away**2).sum(axis=0)) + _TINY
    return float(np.median(time @ away / norm))


@lru_cache(maxsize=64)
def _turns(n: int) -> Complex[np.ndarray, "time angle"]:
    """Return e^{i c t} at each angle c, away from the resonances at 0 and π."""
    angles = np.linspace(np.pi / 5, 4 * np.pi / 5, _SHIFTS)
    return np.exp(1j * np.outer(np.arange(1, n + 1), angles))


def _mean_square(step: Complex[np.ndarray, "time angle"]) -> Float[np.ndarray, "angle"]:
    return np.einsum("ta,ta->a", step, step.conj()).real / len(step)


def _embedded(parts: Parts, lag: int, ahead: int) -> tuple[Points, Int[np.ndarray, "point"]]:
    """Return delay vectors `(point, lag·part)` and the time of each."""
    times = np.arange((_LAGS - 1) * lag, len(parts) - ahead)
    return np.concatenate([parts[times - k * lag] for k in range(_LAGS)], axis=1), times


def _neighbours(
    points: Points, queries: Int[np.ndarray, "query"], guard: int
) -> Int[np.ndarray, "query near"]:
    """Return the nearest points of each query, none closer in time than the guard."""
    asked = points[queries]
    square = (asked**2).sum(axis=1)[:, None] - 2 * asked @ points.T + (points**2).sum(axis=1)
    # Two thirds of the cost is this search; single precision halves it and changes no rank
    # that matters.
    square = square.astype(np.float32)
    for row, query in zip(square, queries.tolist(), strict=True):
        row[max(query - guard, 0) : query + guard + 1] = np.inf
    return np.argpartition(square, _NEAREST, axis=1)[:, :_NEAREST]


def _linear_error(points: Points, target: Float[np.ndarray, "point part"]) -> float:
    design = np.hstack([points, np.ones((len(points), 1))])
    gram = design.T @ design + 1e-9 * len(points) * np.eye(design.shape[1])
    weights = np.linalg.solve(gram, design.T @ target)
    return float(((target - design @ weights) ** 2).mean())


def _rule(parts: Parts, stride: int) -> list[float]:
    """Return how well neighbours' futures predict, against a straight-line rule, and how they part.

    A deterministic rule shows as neighbours that predict far better than any linear law; chaos
    shows as neighbours that part steadily; noise parts at once and then stays.
    """
    lag = max(1, stride // 2)
    ahead = 4 * lag
    points, times = _embedded(parts, lag, ahead)
    queries = np.unique(np.linspace(0, len(points) - 1, _QUERIES).astype(int))
    found = _neighbours(points, queries, 2 * lag)
    asked, met = times[queries], times[found]
    future = parts[met + lag].mean(axis=1)
    error = float(((parts[asked + lag] - future) ** 2).mean())
    linear = _linear_error(points, parts[times + lag])
    gaps = [
        np.log(((parts[asked + h][:, None] - parts[met + h]) ** 2).sum(axis=2) + 1e-9).mean() / 2
        for h in (0, lag, 2 * lag, 4 * lag)
    ]
    rate, bend = (gaps[2] - gaps[0]) / 2, (gaps[3] - gaps[2]) / 2 - (gaps[1] - gaps[0])
    return [np.log((error + 1e-9) / (linear + 1e-9)) / 2, np.log(error + 1e-9) / 2, rate, bend]


def joint_features(x: Table) -> Float[np.ndarray, "feature"]:
    """Return the features of all channels together, in the order of `JOINT_NAMES`."""
    parts, share = _components(x)
    stride = _stride(parts[:, 0], len(x) // 16)
    thinned = parts[:: max(1, min(stride // 2, len(x) // _LEAST_TESTED)), 0]
    return np.array([chaos_test(thinned), *_rule(parts, stride), share])
