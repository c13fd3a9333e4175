"""Ranks are exact in fixed memory, whatever the law of the samples."""

import numpy as np
import pytest
from scipy import stats

from industriverse.engines.regimes.stream._ranks import (
    EDGES,
    mean_score,
    mean_square,
    new_ranks,
    next_gap,
    normal_mass,
    normal_score,
)


def gaps(values):
    ranks = new_ranks()
    return np.array([next_gap(ranks, float(value)) for value in values])


def drawn(values, seed=0):
    stretch = gaps(values)
    share = np.random.default_rng(seed).random(len(values))
    return stretch[:, 0] + share * (stretch[:, 1] - stretch[:, 0])


@pytest.mark.parametrize("law", ["normal", "standard_cauchy", "lognormal"])
def test_ranks_are_uniform_and_independent_under_any_law(law):
    values = getattr(np.random.default_rng(1), law)(size=12 * EDGES)
    uniform = drawn(values)
    assert stats.kstest(uniform, "uniform").pvalue > 1e-3
    assert stats.kstest(uniform[EDGES:], "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(uniform[1:], uniform[:-1])[0, 1]) < 4 / np.sqrt(len(values))


def test_a_law_that_moves_does_not_look_uniform():
    values = np.random.default_rng(2).normal(size=4 * EDGES) + np.linspace(0, 3, 4 * EDGES)
    assert stats.kstest(drawn(values), "uniform").pvalue < 1e-6


def test_first_ranks_by_hand():
    found = gaps([5.0, 7.0, 6.0, 1.0])
    np.testing.assert_allclose(found, [(0, 1), (1 / 2, 1), (1 / 3, 2 / 3), (0, 1 / 4)])


def test_equal_samples_share_one_stretch_and_tell_nothing():
    np.testing.assert_array_equal(gaps(np.ones(3 * EDGES)), np.tile([0.0, 1.0], (3 * EDGES, 1)))


def test_a_coin_stays_a_coin_beyond_the_edges():
    coin = np.random.default_rng(3).integers(0, 2, 6 * EDGES).astype(float)
    assert stats.kstest(drawn(coin), "uniform").pvalue > 1e-3


def test_normal_numbers_agree_with_scipy():
    p = np.concatenate([[0.0, 1.0], np.logspace(-12, -0.31, 60), 1 - np.logspace(-12, -0.31, 60)])
    np.testing.assert_allclose([normal_score(float(q)) for q in p], stats.norm.ppf(p), rtol=3e-9)
    np.testing.assert_allclose(normal_mass(8.0, 9.0), stats.norm.sf(8) - stats.norm.sf(9))
    np.testing.assert_allclose(normal_mass(-1.0, 2.0), stats.norm.cdf(2) - stats.norm.cdf(-1))


def test_means_over_stretches_add_up_to_the_whole_law():
    edges = np.sort(np.concatenate([[0.0, 1.0], np.random.default_rng(4).random(40)]))
    scores = [normal_score(float(edge)) for edge in edges]
    shares = np.diff(edges)
    means = [mean_score(a, b, s) for a, b, s in zip(scores, scores[1:], shares, strict=False)]
    squares = [mean_square(a, b, s) for a, b, s in zip(scores, scores[1:], shares, strict=False)]
    assert abs(shares @ means) < 1e-9
    assert abs(shares @ squares - 1) < 1e-8
