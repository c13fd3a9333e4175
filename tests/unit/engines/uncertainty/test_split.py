"""Split conformal: valid on exchangeable scores, honest when there are few."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.uncertainty import (
    conformal_radius,
    enough_for,
    frame_radius,
    starting_quantiles,
)


@pytest.mark.parametrize("draw", ["normal", "standard_cauchy", "exponential"])
@pytest.mark.parametrize("count", [9, 19, 50])
def test_coverage_is_valid_for_exchangeable_scores(draw, count):
    scores = np.abs(getattr(np.random.default_rng(count), draw)(size=(count + 1, 20_000)))
    covered = np.mean(scores[-1] <= conformal_radius(scores[:-1], 0.9))
    exact = np.ceil(0.9 * (count + 1)) / (count + 1)
    assert covered == pytest.approx(exact, abs=0.01)
    assert covered >= 0.89


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_too_few_scores_widen_by_students_t(count):
    assert not enough_for(count, 0.9)
    errors = np.random.default_rng(count).normal(size=(count + 1, 20_000))
    radius = conformal_radius(np.abs(errors[:-1]), 0.9)
    assert np.mean(np.abs(errors[-1]) <= radius) >= 0.89
    assert np.isfinite(radius).all()
    assert (radius >= np.abs(errors[:-1]).max(axis=0)).all()


@given(st.integers(1, 200), st.floats(0.5, 0.99))
def test_the_radius_is_never_below_the_rank_it_needs(count, coverage):
    scores = np.arange(1.0, count + 1)
    radius = float(conformal_radius(scores, coverage))
    if enough_for(count, coverage):
        assert np.mean(scores <= radius) >= coverage - 1e-9
    else:
        assert radius >= count


def test_a_field_is_covered_on_average_over_frames_not_cells():
    draw = np.random.default_rng(0)
    shared = draw.normal(size=(2000, 41, 1))
    sizes = np.abs(0.9 * shared + 0.4 * draw.normal(size=(2000, 41, 30)))
    held = [np.mean(s[-1] <= frame_radius(s[:-1], 0.9)) for s in sizes]
    assert np.mean(held) == pytest.approx(0.91, abs=0.02)


def test_one_cell_a_frame_is_the_usual_rule():
    sizes = np.random.default_rng(1).exponential(size=(40, 1))
    assert frame_radius(sizes, 0.9) == conformal_radius(sizes[:, 0], 0.9)


@pytest.mark.parametrize("count", [0, 1, 4, 12, 60, 300])
def test_starting_quantiles_are_in_order_and_around_zero(count):
    quantiles = starting_quantiles(np.random.default_rng(count).normal(size=(count, 1)))
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[0] < 0 < quantiles[-1]
