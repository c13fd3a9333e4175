"""False alarms on streams without a change, with the limit that their number allows."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import signal, stats

from industriverse.engines.regimes.stream import StreamReport

from ._regime_sets import Table

Rated = Callable[[Table, float], StreamReport]
"""Follows a stream at an asked rate of false alarms a sample."""
Series = Float[np.ndarray, "time"]
Row = dict[str, str | float]

_KEEP, _PERIOD, _SWING = 0.7, 96, 2.0
_SETTLE = 200
_SURE = 0.95


def _normal(random: np.random.Generator, samples: int) -> Series:
    return random.standard_normal(samples)


def _heavy(random: np.random.Generator, samples: int) -> Series:
    return random.standard_t(3, samples)


def _autoregressive(random: np.random.Generator, samples: int) -> Series:
    shocks = random.standard_normal(samples + _SETTLE)
    path: Any = signal.lfilter([1.0], [1.0, -_KEEP], shocks)
    return path[_SETTLE:]


def _seasonal(random: np.random.Generator, samples: int) -> Series:
    swing = _SWING * np.sin(2 * np.pi * np.arange(samples) / _PERIOD)
    return swing + random.standard_normal(samples)


NULLS: dict[str, Callable[[np.random.Generator, int], Series]] = {
    "normal": _normal,
    "Student t, 3 degrees": _heavy,
    "AR(1), 0.7": _autoregressive,
    "season of 96": _seasonal,
}


def upper_limit(count: int, exposure: float) -> float:
    """Return the rate that so few events in an exposure exclude with 95 % (Poisson, one-sided)."""
    return float(stats.chi2.ppf(_SURE, 2 * (count + 1))) / 2 / exposure


def false_alarms(
    follow: Rated, rates: Sequence[float], streams: int, samples: int, seed: int
) -> list[Row]:
    """Count the changes announced where there is none, for each kind of stream and asked rate.

    Args:
        follow: Follows a stream at an asked rate.
        rates: Asked false alarms a sample.
        streams: Of each kind.
        samples: Of each stream.
        seed: Of what is drawn.
    """
    rows: list[Row] = []
    for number, (kind, draw) in enumerate(NULLS.items()):
        drawn = [
            draw(np.random.default_rng([seed, number, one]), samples)[:, None]
            for one in range(streams)
        ]
        for rate in rates:
            count = sum(len(follow(values, rate).change_points) for values in drawn)
            exposure = float(streams * samples)
            rows.append(
                {
                    "stream": kind,
                    "asked": rate,
                    "count": float(count),
                    "rate": count / exposure,
                    "at_most": upper_limit(count, exposure),
                    "over_asked": count / exposure / rate,
                }
            )
    return rows
