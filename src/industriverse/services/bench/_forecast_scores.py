"""Scores of forecast fields by window of leads, each against the same truth."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.network import Plan, gaussian_crps
from industriverse.kernel.fields import Boundary
from industriverse.services.training import Question, Runs, by_window, errors

_RINGS = 12
_FAINT = 1e-6
_CRUDE = 1e-12

Ends = tuple[Boundary, Boundary]


class Answer(NamedTuple):
    """What a forecaster answers.

    Attributes:
        mean: `(window, lead, channel, y, x)`, of the channels that are forecast.
        variance: The same, above zero; None where it gives none.
        note: What is to be said of it; "" for nothing.
    """

    mean: Runs
    variance: Runs | None = None
    note: str = ""


def spread_of(answer: Answer, asked: Question) -> Float[np.ndarray, "lead channel"]:
    """Return the mean square error by lead and channel, on runs held out for it."""
    with np.errstate(over="ignore", invalid="ignore"):
        apart = answer.mean.astype(np.float64) - asked.truth
        return np.nan_to_num((apart**2).mean(axis=(0, 3, 4)), nan=np.inf, posinf=np.inf)


def scored(
    answer: Answer,
    asked: Question,
    spread: Float[np.ndarray, "lead channel"],
    plan: Plan,
    ends: Ends,
) -> dict[str, float | None]:
    """Return every score of an answer by window of leads, and the drift of its sums.

    Args:
        answer: Of the forecaster.
        asked: The question, with the truth.
        spread: Variance of a forecast that gives none of its own, from held-out runs.
        plan: Channels and their sizes.
        ends: Of the grid.
    """
    variance = answer.variance
    if variance is None:
        variance = np.broadcast_to(spread[None, :, :, None, None], answer.mean.shape)
    mean = answer.mean.astype(np.float64)
    found = {
        "vrmse": errors(mean, asked.truth),
        "crps": _crps(mean, variance, asked.truth, plan),
        "correlation": _correlation(mean, asked.truth),
        "spectrum": _spectrum(mean, asked.truth, ends),
    }
    row: dict[str, float | None] = {}
    for score, values in found.items():
        row |= {f"{score}_{window}": value for window, value in by_window(values).items()}
    return {**row, "drift": drift(mean, asked, plan)}


def _crps(mean: Runs, variance: Runs, truth: Runs, plan: Plan) -> Float[np.ndarray, "lead channel"]:
    """Return the mean CRPS of a Gaussian, in units of each channel's deviation."""
    sizes = plan.column("spread")[np.array(plan.forecast_channels)][None, None].astype(np.float64)
    safe = np.maximum(variance.astype(np.float64), (_CRUDE * sizes) ** 2)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = (jnp.asarray(part) for part in (mean / sizes, safe / sizes**2, truth / sizes))
        score = np.asarray(gaussian_crps(*parts))
    return np.nan_to_num(score.mean(axis=(0, 3, 4)), nan=np.inf, posinf=np.inf)


def _correlation(mean: Runs, truth: Runs) -> Float[np.ndarray, "lead channel"]:
    """Return the mean correlation in space of forecast and truth; 0 where one is flat."""
    ours, real = _apart(mean), _apart(truth.astype(np.float64))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        sizes = np.sqrt((ours**2).mean((-2, -1)) * (real**2).mean((-2, -1)))
        values = (ours * real).mean((-2, -1)) / sizes
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).mean(axis=0)


def _apart(fields: Runs) -> Runs:
    with np.errstate(over="ignore", invalid="ignore"):
        return fields - fields.mean((-2, -1), keepdims=True)


def _spectrum(mean: Runs, truth: Runs, ends: Ends) -> Float[np.ndarray, "lead channel"]:
    """Return the mean |log10| of the ratio of powers over rings of the wave number."""
    with np.errstate(over="ignore", invalid="ignore"):
        ours, real = _rings(mean, ends), _rings(truth.astype(np.float64), ends)
        faint = _FAINT * real.max(-1, keepdims=True) + np.finfo(np.float64).tiny
        apart = np.abs(np.log10((ours + faint) / (real + faint))).mean(-1)
    return np.nan_to_num(apart, nan=np.inf, posinf=np.inf).mean(axis=0)


def _rings(fields: Runs, ends: Ends) -> Float[np.ndarray, "window lead channel ring"]:
    rows, columns = fields.shape[-2:]
    taper = np.outer(_taper(rows, ends[0]), _taper(columns, ends[1]))
    power = np.abs(np.fft.rfft2(_apart(fields) * taper)) ** 2
    radius = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    ring = np.minimum((radius * 2 * _RINGS).astype(int), _RINGS - 1)
    member = (ring.reshape(-1, 1) == np.arange(_RINGS)).astype(np.float64)
    return power.reshape(*power.shape[:3], -1) @ member


def _taper(cells: int, end: Boundary) -> Float[np.ndarray, "cell"]:
    return np.ones(cells) if end == "periodic" else np.hanning(cells + 2)[1:-1]


def drift(mean: Runs, asked: Question, plan: Plan) -> float | None:
    """Return the largest change of a conserved sum, relative to the sum of sizes; None for none."""
    told = plan.forecast_channels
    kept = [place for place, i in enumerate(told) if plan.channels[i].conserved]
    if not kept:
        return None
    last = asked.history[:, -1][:, asked.told][:, kept].astype(np.float64)
    change = mean[:, :, kept].sum((-2, -1)) - last.sum((-2, -1))[:, None]
    size = np.abs(last).sum((-2, -1))[:, None]
    value = float(np.abs(change / size).max())
    return value if np.isfinite(value) else None


def ratio(ours: float | None, best: float | None) -> float | None:
    """Return how much of the best rival's error is left; None where one of them has none."""
    return None if ours is None or not best else ours / best


def least(rows: Sequence[Mapping[str, Any]], key: str) -> float | None:
    """Return the smallest of a score among rows that have it."""
    return min((row[key] for row in rows if row.get(key) is not None), default=None)
