"""What MicroAdapt is held against: persistence, the last season, a linear model."""

import numpy as np
from jaxtyping import Float, Int
from numpy.lib.stride_tricks import sliding_window_view

from ._micro_sets import HORIZON, Table, spaced

Origins = Int[np.ndarray, "origin"]
Paths = Float[np.ndarray, "origin lead channel"]

_DELAYS = (32, 96, 336, 672)
_PENALTIES = (1e-6, 1e-4, 1e-3, 1e-2, 1e-1)
_HELD_SHARE = 0.2
_HELD_ORIGINS = 400
_LEAST_ROWS = 3


def filled(values: Table) -> Table:
    """Return the stream with each gap filled by its last reading, 0 before the first."""
    missing = np.isnan(values)
    rows = np.where(missing, -1, np.arange(len(values))[:, None])
    np.maximum.accumulate(rows, axis=0, out=rows)
    return np.where(rows < 0, 0.0, np.take_along_axis(values, np.maximum(rows, 0), axis=0))


def mse(paths: Paths, values: Table, origins: Origins) -> float:
    """Return the mean squared error over origins, leads and channels; missing truth is left out."""
    truth = np.stack([values[i + 1 : i + 1 + HORIZON] for i in origins])
    return float(np.nanmean((paths - truth) ** 2))


def persistence(past: Table, origins: Origins) -> Paths:
    """Stay where it is."""
    return np.repeat(past[origins][:, None], HORIZON, axis=1)


def last_season(past: Table, origins: Origins, period: int) -> Paths:
    """Do what was done one period ago."""
    ahead = np.arange(HORIZON) % period
    return np.stack([past[i + 1 - period + ahead] for i in origins])


def linear(past: Table, cut: int, origins: Origins) -> tuple[Paths, dict[str, float]]:
    """Forecast by ridge regression on delays: one per channel and lead, fitted before the test.

    Delays, penalty and whether the newest value is subtracted first are those with the smallest
    error on the last fifth of the fitted part.

    Returns:
        The forecasts, and what was chosen.
    """
    inner = int((1 - _HELD_SHARE) * cut)
    held = spaced(inner, cut - HORIZON, _HELD_ORIGINS)
    trials = [
        (mse(_apply(past, held, w, less), past, held), delays, penalty, less)
        for delays in _DELAYS
        if _LEAST_ROWS * delays < inner
        for less in (False, True)
        for penalty, w in _solved(past, inner, delays, less).items()
    ]
    _, delays, penalty, less = min(trials)
    weights = _solved(past, cut, delays, less)[penalty]
    chosen = {"delays": delays, "penalty": penalty, "less_newest": float(less)}
    return _apply(past, origins, weights, less), chosen


def _solved(
    past: Table, stop: int, delays: int, less: bool
) -> dict[float, Float[np.ndarray, "channel feature lead"]]:
    """Return the weights under each penalty."""
    rows = np.arange(delays - 1, stop - HORIZON)
    found: dict[float, list[Float[np.ndarray, "feature lead"]]] = {p: [] for p in _PENALTIES}
    for series in past.T:
        x = sliding_window_view(series, delays)[rows - delays + 1]
        y = sliding_window_view(series[1:], HORIZON)[rows]
        newest = series[rows][:, None] if less else 0.0
        x = np.column_stack([x - newest, np.ones(len(x))])
        square, cross = x.T @ x, x.T @ (y - newest)
        size = np.trace(square) / len(square)
        for penalty in _PENALTIES:
            ridge = square + penalty * size * np.eye(len(square))
            found[penalty].append(np.linalg.solve(ridge, cross))
    return {penalty: np.stack(weights) for penalty, weights in found.items()}


def _apply(
    past: Table, origins: Origins, weights: Float[np.ndarray, "channel feature lead"], less: bool
) -> Paths:
    delays = weights.shape[1] - 1
    seen = np.stack([past[i - delays + 1 : i + 1].T for i in origins])
    newest = seen[..., -1:] if less else np.zeros_like(seen[..., -1:])
    x = np.concatenate([seen - newest, np.ones_like(newest)], axis=2)
    return (np.einsum("ocf,cfl->ocl", x, weights) + newest).transpose(0, 2, 1)
