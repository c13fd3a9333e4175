"""Adaptive quantiles: nominal on stationary errors, back in range after a change, causal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.uncertainty import (
    INNER,
    LEVELS,
    OUTER,
    Stream,
    adaptive_quantiles,
    running_mean,
    scales,
    seasonal_guide,
)

MEMORIES = (15.0, 80.0, 250.0)


def stream_of(errors, delays=(1,)):
    """Errors `(origin, lead, variable, cell)` with constant guides."""
    delays = np.array(delays)
    sizes = np.abs(errors).mean(axis=-1)
    guides = np.ones((3, len(errors) + 1, *sizes.shape[1:]))
    return Stream(errors, scales(sizes, guides, MEMORIES, delays), delays)


def covered(stream, warm=100, ends=OUTER):
    """Share of cells inside, per origin and lead."""
    quantiles = adaptive_quantiles(stream, warm)[:-1, :, :, :, None]
    low, high = (quantiles[:, end] for end in ends)
    inside = (stream.residuals >= low) & (stream.residuals <= high)
    return np.where(np.isfinite(low[..., 0]), inside.mean(axis=-1), np.nan)


def normal_errors(rows, leads=1, cells=1, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, leads, 1, cells))


@pytest.mark.parametrize("seed", range(5))
def test_coverage_is_nominal_on_exchangeable_errors(seed):
    stream = stream_of(normal_errors(3000, 2, seed=seed), (1, 20))
    outer = np.nanmean(covered(stream), axis=(0, 2))
    inner = np.nanmean(covered(stream, ends=INNER), axis=(0, 2))
    np.testing.assert_allclose(outer, 0.9, atol=0.015)
    np.testing.assert_allclose(inner, 0.5, atol=0.025)


def test_normal_errors_get_normal_quantiles():
    stream = stream_of(normal_errors(5000, cells=50))
    quantiles = adaptive_quantiles(stream, 100)[-1, :, 0, 0]
    np.testing.assert_allclose(quantiles[list(OUTER)], [-1.645, 1.645], atol=0.15)


def test_coverage_recovers_after_the_variance_jumps():
    errors = normal_errors(2000)
    errors[1000:] *= 8.0
    inside = covered(stream_of(errors))[:, 0, 0]
    assert np.mean(inside[1000:1010]) < 0.7
    assert np.mean(inside[1100:1350]) >= 0.85
    blocks = [inside[k : k + 250].mean() for k in range(100, 1750, 250)]
    assert min(blocks) > 0.8


def test_coverage_comes_back_when_the_errors_shrink_again():
    errors = normal_errors(2000)
    errors[:1000] *= 8.0
    quantiles = adaptive_quantiles(stream_of(errors), 100)
    width = quantiles[:, OUTER[1]] - quantiles[:, OUTER[0]]
    assert width[1200, 0, 0] < width[999, 0, 0] / 4


def test_skewed_errors_get_skewed_intervals():
    errors = np.random.default_rng(0).exponential(size=(3000, 1, 1, 1))
    low, high = adaptive_quantiles(stream_of(errors), 200)[-1, list(OUTER), 0, 0]
    assert low > -0.3
    assert 2.0 < high < 4.2


def test_a_heavy_tail_leaves_the_intervals_finite():
    errors = np.random.default_rng(0).standard_cauchy(size=(3000, 1, 1, 1))
    stream = stream_of(errors)
    assert np.isfinite(adaptive_quantiles(stream, 100)[100:]).all()
    assert np.nanmean(covered(stream)) == pytest.approx(0.9, abs=0.02)


def test_a_frame_is_one_score_and_cells_are_covered_on_average():
    draw = np.random.default_rng(0)
    errors = draw.normal(size=(1500, 1, 1, 1)) + 0.5 * draw.normal(size=(1500, 1, 1, 40))
    assert np.nanmean(covered(stream_of(errors))) == pytest.approx(0.9, abs=0.02)


@given(st.integers(0, 10**6), st.sampled_from([1.0, 0.0, 1e-100, 1e100]), st.integers(1, 60))
def test_quantiles_are_finite_and_in_order(seed, size, rows):
    draw = np.random.default_rng(seed)
    errors = (
        size * draw.normal(size=(rows, 2, 1, 1)) * draw.choice([0, 1, 1e3], size=(rows, 1, 1, 1))
    )
    errors[draw.random(rows) < 0.2] = np.nan
    errors[-5:, 1] = np.nan
    issued = adaptive_quantiles(stream_of(errors, (1, 7)), 10)
    assert np.isfinite(issued[-1]).all()
    assert (np.diff(issued[-1], axis=0) >= 0).all()


def test_quantiles_use_nothing_that_was_not_known_yet():
    errors = normal_errors(300, 2)
    spoiled = errors.copy()
    spoiled[200:] *= 50.0
    clean, dirty = (adaptive_quantiles(stream_of(e, (1, 7)), 60) for e in (errors, spoiled))
    # The outcome of origin 200 is known at origin 201 at lead 1, at 207 at lead 7.
    np.testing.assert_array_equal(clean[:201, :, 0], dirty[:201, :, 0])
    np.testing.assert_array_equal(clean[:207, :, 1], dirty[:207, :, 1])
    assert not np.allclose(clean[208:, :, 1], dirty[208:, :, 1])


def test_any_level_can_be_tracked():
    levels = np.append(LEVELS, 0.99)
    stream = stream_of(normal_errors(4000))
    high = adaptive_quantiles(stream, 200, levels)[:-1, -1, 0, 0]
    assert (
        np.nanmean(np.where(np.isfinite(high), stream.residuals[:, 0, 0, 0] <= high, np.nan)) > 0.97
    )


def test_a_running_mean_forgets_and_waits_for_outcomes():
    sizes = np.repeat([1.0, 3.0], 500)[:, None, None]
    known = np.ones_like(sizes, bool)
    mean = running_mean(sizes, known, 20.0, np.array([4]))[:, 0, 0]
    assert mean[500] == pytest.approx(1.0)
    assert mean[503] == pytest.approx(1.0)
    assert 1.0 < mean[504] < 1.2
    assert mean[-1] == pytest.approx(3.0, rel=1e-3)


def test_a_season_of_errors_is_found():
    phase = np.arange(601)[:, None] % 4
    sizes = np.where(phase[:-1] == 2, 5.0, 1.0)[..., None]
    guide = seasonal_guide(sizes, phase, np.array([1]))[-4:, 0, 0]
    np.testing.assert_allclose(guide[phase[-4:, 0] == 2], 2.5, rtol=0.05)
    np.testing.assert_allclose(guide[phase[-4:, 0] != 2], 0.5, rtol=0.05)
