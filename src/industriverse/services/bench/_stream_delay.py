"""Delay of noticing a mean that shifts by one deviation, beside the best that knows both means."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import optimize

from ._stream_null import Rated

Row = dict[str, float]
_SHIFT = 1.0
_BEFORE, _AFTER = 1_000, 2_000
_OVERSHOOT = 1.166
"""Twice the mean overshoot of a normal walk at a barrier, in deviations (Siegmund 1985)."""


def oracle_limit(rate: float) -> float:
    """Return the limit at which CUSUM of N(0,1) against N(1,1) has this rate of false alarms.

    `1/rate = (e^b − b − 1)/(Δ²/2)`, Δ the shift and b = limit + 1.166·Δ; the limit is
    one of the sum of log-likelihood ratios.

    References:
        Siegmund (1985), Sequential Analysis, equation 2.57.
    """
    half = _SHIFT**2 / 2

    def excess(barrier: float) -> float:
        return (math.expm1(barrier) - barrier) / half - 1.0 / rate

    barrier: Any = optimize.brentq(excess, 1e-6, 50.0)
    return float(barrier) - _SHIFT * _OVERSHOOT


def oracle_delays(values: Float[np.ndarray, "stream time"], rate: float) -> list[int | None]:
    """Return the samples from the shift to CUSUM's next alarm in each stream, None where none.

    The sum begins anew after an alarm.
    """
    limit = oracle_limit(rate)
    sums = np.zeros(len(values))
    found = np.full(len(values), -1)
    for row, samples in enumerate(values.T):
        sums = np.maximum(sums + _SHIFT * samples - _SHIFT**2 / 2, 0.0)
        over = sums >= limit
        if row >= _BEFORE:
            found[over & (found < 0)] = row - _BEFORE
        sums[over] = 0.0
    return [int(delay) if delay >= 0 else None for delay in found]


def shifted(streams: int, seed: int) -> Float[np.ndarray, "stream time"]:
    """Return normal noise whose mean rises by one deviation after 1 000 samples."""
    values = np.random.default_rng(seed).standard_normal((streams, _BEFORE + _AFTER))
    values[:, _BEFORE:] += _SHIFT
    return values


def delays(follow: Rated, rates: Sequence[float], streams: int, seed: int) -> list[Row]:
    """Return our delays and the oracle's at each asked rate of false alarms."""
    values = shifted(streams, seed)
    rows: list[Row] = []
    for rate in rates:
        ours = [_delay(follow, one, rate) for one in values]
        oracle = oracle_delays(values, rate)
        rows.append(
            {
                "asked": rate,
                **{f"ours_{name}": figure for name, figure in _figures(ours).items()},
                **{f"oracle_{name}": figure for name, figure in _figures(oracle).items()},
            }
        )
    return rows


def _delay(follow: Rated, values: Float[np.ndarray, "time"], rate: float) -> int | None:
    said = [change.detected for change in follow(values[:, None], rate).change_points]
    after = [seen - _BEFORE for seen in said if seen >= _BEFORE]
    return min(after) if after else None


def _figures(found: Sequence[int | None]) -> Row:
    """Return median and mean; a shift that was missed counts as the whole time that was left."""
    known = [_AFTER if delay is None else delay for delay in found]
    return {
        "median": float(np.median(known)),
        "mean": float(np.mean(known)),
        "missed": sum(delay is None for delay in found) / len(found),
    }
