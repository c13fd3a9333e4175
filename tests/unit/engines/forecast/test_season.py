"""Seasons: found where they are, not found where there is only noise."""

import numpy as np
import pytest

from industriverse.engines.forecast import Season, cycle, find_season

HOUR_S = 3600.0


def waves(rows, *periods, noise=0.3, seed=0):
    clock = np.arange(rows)
    total = sum(np.sin(2 * np.pi * clock / period) for period in periods)
    return (total + noise * np.random.default_rng(seed).normal(size=rows))[:, None]


@pytest.mark.parametrize("period", [7, 24, 96])
def test_a_cycle_is_found_without_knowing_the_clock(period):
    found = find_season(waves(period * 20, period)).period
    assert found % period == 0
    assert found == pytest.approx(period, rel=0.05)


def test_a_week_over_a_day_is_found_with_the_clock():
    values = waves(24 * 7 * 8, 24, 168, noise=0.1)
    assert find_season(values, HOUR_S) == Season(24, 168)


@pytest.mark.parametrize("seed", range(20))
def test_noise_has_no_season(seed):
    draw = np.random.default_rng(seed)
    assert find_season(draw.normal(size=(500, 2)), HOUR_S) == Season()
    assert find_season(draw.standard_cauchy(size=(500, 1)), HOUR_S) == Season()


@pytest.mark.parametrize(
    "values",
    [np.ones((300, 2)), np.full((300, 1), np.nan), np.arange(300.0)[:, None], np.ones((3, 1))],
)
def test_constants_gaps_lines_and_short_tables_have_no_season(values):
    assert find_season(values, HOUR_S) == Season()


def test_spikes_and_gaps_do_not_hide_a_cycle():
    values = waves(24 * 30, 24)
    values[::50] = 1e4
    values[100:130] = np.nan
    assert find_season(values, HOUR_S).period == 24


def test_the_typical_cycle_is_the_mean_of_each_phase():
    cycles = np.array([[0.0, 2.0], [2.0, 4.0]])
    typical = cycle(np.tile(cycles, (500, 1)), Season(2))
    np.testing.assert_allclose(typical, cycles, atol=0.01)
