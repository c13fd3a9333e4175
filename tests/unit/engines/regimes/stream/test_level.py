"""Bets on level and spread: few false alarms whatever the law, soon right at a change."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from industriverse.engines.regimes.stream._level import (
    advance_levels,
    new_levels,
    restart_levels,
)

SAMPLES = 200_000


def alarms(values, limit):
    """Return `(begin, announced)` of each alarm."""
    rows = np.ascontiguousarray(np.asarray(values, float).reshape(len(values), -1))
    levels, taken, found = new_levels(rows.shape[1]), 0, []
    while taken < len(rows):
        used, _, start = advance_levels(levels, rows[taken:], limit)
        taken += used
        if start >= 0:
            found.append((start, taken - 1))
            restart_levels(levels)
    return found


def nulls():
    noise = np.random.default_rng(5).normal(size=SAMPLES)
    heavy = np.random.default_rng(6).standard_t(3, size=SAMPLES)
    cycle = 2 * np.sin(np.arange(SAMPLES) * 2 * np.pi / 96)
    return {
        "normal": noise,
        "heavy": heavy,
        "counts": np.random.default_rng(7).poisson(3, SAMPLES).astype(float),
        "autoregressive": lfilter([1], [1, -0.7], noise),
        "slow": lfilter([1], [1, -0.95], noise),
        "seasonal": cycle + noise,
        "random walk": np.cumsum(noise),
    }


@pytest.mark.parametrize("name", list(nulls()))
def test_false_alarms_keep_the_rate(name):
    rate = 1e-4
    count = len(alarms(nulls()[name], math.log(1 / rate)))
    # Twenty are allowed in the mean; so few would come by chance once in 10 000 runs of the limit.
    assert count <= stats.poisson.ppf(0.9999, rate * SAMPLES)


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0, 5.0])
def test_a_shift_is_found_within_three_times_the_delay_of_a_chart_that_knows_it(shift):
    rate, delays, oracle = 1e-5, [], []
    for seed in range(12):
        values = np.random.default_rng(seed).normal(size=3000)
        values[1000:] += shift
        found = [end for _, end in alarms(values, math.log(0.8 / rate)) if end >= 1000]
        delays.append(found[0] - 999)
        gains = shift * values[1000:] - shift**2 / 2
        total, steps = 0.0, 0
        # Wald's approximation: the chart's mean time between false alarms is about e^limit.
        while total < math.log(1 / rate):
            total = max(total + gains[steps], 0.0)
            steps += 1
        oracle.append(steps)
    assert np.mean(delays) <= 3 * max(np.mean(oracle), 1.5)


def test_a_wider_and_a_calmer_spread_are_found_where_they_begin():
    for factor in (3.0, 0.25):
        values = np.random.default_rng(8).normal(size=2000)
        values[1200:] *= factor
        (start, end) = alarms(values, math.log(1e4))[0]
        assert abs(start - 1200) < 25
        assert end < 1300


def test_a_shift_in_one_of_many_channels_is_found():
    rows = np.random.default_rng(9).normal(size=(1500, 12))
    rows[900:, 7] -= 2
    found = alarms(rows, math.log(12e4))
    assert len(found) == 1
    assert abs(found[0][0] - 900) <= 5


def test_missing_readings_are_passed_over():
    values = np.random.default_rng(10).normal(size=1500)
    values[1000:] += 2
    values[::3] = np.nan
    (start, end) = alarms(values, math.log(1e4))[0]
    assert abs(start - 1000) <= 12
    assert end < 1060


def test_a_dependent_stream_needs_more_evidence_than_an_independent_one():
    noise = np.random.default_rng(11).normal(size=3000)
    slow = np.asarray(lfilter([1], [1, -0.9], noise))
    slow /= slow.std()
    for values in (noise, slow):
        values[2000:] += 2
    fast, late = (alarms(v, math.log(1e4)) for v in (noise, slow))
    assert fast[0][1] - 2000 < 20
    assert not late or late[0][1] > fast[0][1]
