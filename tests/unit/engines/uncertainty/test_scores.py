"""Proper scores against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from industriverse.engines.uncertainty import (
    INNER,
    LEVELS,
    OUTER,
    crps_of_normal,
    crps_of_quantiles,
    interval_score,
    pinball,
    spread_of_quantiles,
)

finite = st.floats(-1e3, 1e3)


def normal_quantiles(mean, deviation):
    return mean + deviation * ndtri(LEVELS)


def normal_score(truth, mean, deviation):
    full = (np.full_like(truth, value) for value in (mean, deviation))
    return crps_of_normal(truth, *full).mean()


def test_the_levels_hold_both_intervals():
    assert LEVELS[list(OUTER)].tolist() == [0.05, 0.95]
    assert LEVELS[list(INNER)].tolist() == [0.25, 0.75]


def test_quantiles_of_a_normal_score_like_the_closed_form():
    truth = np.random.default_rng(0).normal(2.0, 3.0, 20_000)
    exact = normal_score(truth, 2.0, 3.0)
    quantiles = np.repeat(normal_quantiles(2.0, 3.0)[:, None], len(truth), axis=1)
    assert crps_of_quantiles(truth, quantiles).mean() == pytest.approx(exact, rel=0.01)
    assert exact == pytest.approx(3.0 / np.sqrt(np.pi), rel=0.02)


def test_a_point_forecast_scores_its_absolute_error():
    assert crps_of_quantiles(np.array(4.0), np.full(10, 1.5)) == pytest.approx(2.5)


@given(finite, st.floats(0.1, 10), finite, st.floats(0.1, 10))
def test_no_other_normal_scores_better_than_the_true_one(mean, deviation, other, spread):
    truth = mean + deviation * ndtri((np.arange(2000) + 0.5) / 2000)
    own, wrong = normal_score(truth, mean, deviation), normal_score(truth, other, spread)
    assert own <= wrong + 1e-9


@given(st.floats(0.01, 0.99))
def test_pinball_is_least_at_its_own_quantile(level):
    truth = ndtri((np.arange(4000) + 0.5) / 4000)
    centre = float(ndtri(level))
    losses = [pinball(truth, np.full(4000, centre + d), level).mean() for d in (-0.2, 0.0, 0.2)]
    assert losses[1] == min(losses)


def test_the_interval_score_counts_width_and_distance():
    truth, lower, upper = np.array([0.5, 2.0, -1.0]), np.zeros(3), np.ones(3)
    scores = interval_score(truth, lower, upper, 0.9)
    np.testing.assert_allclose(scores, [1.0, 21.0, 21.0])


@given(finite, st.floats(0.01, 100))
def test_the_variance_of_normal_quantiles_is_the_variance(mean, deviation):
    variance = spread_of_quantiles(normal_quantiles(mean, deviation))
    assert variance == pytest.approx(deviation**2, rel=0.02)
