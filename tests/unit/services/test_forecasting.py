"""Forecasting a panel: nominal on known processes, honest on short ones, and plain refusals."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as options
from hypothesis import strategies as st

from industriverse.kernel.errors import ContractError, InputError
from industriverse.services.forecasting import (
    Evidence,
    default_horizon,
    forecast_observation,
    judge,
)


def predict(values, **wishes):
    states = values.shape[1]
    names = tuple(f"v{i}" for i in range(states))
    return forecast_observation(values, names=names, widths=(1,) * states, **wishes)


def autoregression(rows, share, seed):
    noise = np.random.default_rng(seed).normal(size=rows + 100)
    values = np.zeros(rows + 100)
    for row in range(1, len(values)):
        values[row] = share * values[row - 1] + noise[row]
    return values[100:, None]


def test_an_autoregression_has_its_conditional_mean_and_variance():
    share, lead = 0.8, np.arange(1, 6)[:, None]
    values = np.hstack([autoregression(3000, share, seed) for seed in range(16)])
    made = predict(values, horizon=5)
    exact = np.sqrt((1 - share ** (2 * lead)) / (1 - share**2))
    off = (made.mean - share**lead * values[-1]) / exact
    assert np.sqrt(np.mean(off**2)) < 0.25
    # Quantiles learned from 240 outcomes scatter, which adds to the variance.
    typical = np.median(np.sqrt(made.variance) / exact, axis=1)
    np.testing.assert_allclose(typical, 1.0, atol=0.2)


def test_intervals_cover_what_they_promise_over_many_series():
    outer, inner = [], []
    for seed in range(8):
        values = np.hstack([autoregression(405, 0.7, 10 * seed + k) for k in range(8)])
        made = predict(values[:-5], horizon=5)
        truth = values[-5:]
        outer.append((truth >= made.lower) & (truth <= made.upper))
        inner.append((truth >= made.inner_lower) & (truth <= made.inner_upper))
    assert np.mean(outer) == pytest.approx(0.9, abs=0.05)
    assert np.mean(inner) == pytest.approx(0.5, abs=0.09)


def test_a_periodic_series_is_forecast_by_its_cycle_and_says_so():
    cycle = np.random.default_rng(0).normal(size=24)
    values = np.tile(cycle, 40)[:, None]
    made = predict(values, horizon=24, step_s=3600.0)
    assert made.period == 24
    np.testing.assert_allclose(made.mean[:, 0], cycle, atol=0.05)
    np.testing.assert_array_equal(made.baselines["seasonal_naive"][:, 0], cycle)
    assert made.skill["persistence"] > 0.9
    assert made.reliable


@pytest.mark.parametrize("coverage", [0.6, 0.9, 0.99])
def test_intervals_are_nested_and_hold_the_mean(coverage):
    made = predict(autoregression(400, 0.5, 1), horizon=8, coverage=coverage)
    order = [made.lower, made.inner_lower, made.mean, made.inner_upper, made.upper]
    assert all((a <= b).all() for a, b in pairwise(order))
    assert made.coverage_target == coverage


def test_higher_coverage_is_wider():
    values = autoregression(800, 0.5, 2)
    widths = [
        np.mean(made.upper - made.lower)
        for made in (predict(values, horizon=3, coverage=c) for c in (0.6, 0.8, 0.95))
    ]
    assert widths == sorted(widths)


def test_the_same_seed_gives_the_same_answer():
    values = autoregression(300, 0.5, 3)
    first, second = (predict(values, horizon=4, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.mean, second.mean)
    np.testing.assert_array_equal(first.upper, second.upper)


def test_a_field_is_forecast_on_every_cell():
    x = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    noise = 0.01 * np.random.default_rng(0).normal(size=(60, 400))
    frames = np.stack([np.sin(x - 0.1 * k) for k in range(60)]) + noise
    made = forecast_observation(frames[:55], names=("u",), widths=(400,), horizon=5)
    assert made.mean.shape == (5, 400)
    assert np.abs(made.mean - frames[55:]).max() < 0.2
    held = (frames[55:] >= made.lower) & (frames[55:] <= made.upper)
    assert held.mean() > 0.75
    assert any("192 of 400 states" in note for note in made.notes)


def test_four_frames_are_enough_and_their_intervals_admit_it():
    frames = np.cumsum(np.random.default_rng(0).normal(size=(4, 50)), axis=0)
    made = forecast_observation(frames, names=("u",), widths=(50,))
    assert made.mean.shape == (1, 50)
    assert made.scores == (2,)
    assert any("Student" in note for note in made.notes)
    assert (made.upper - made.lower > 2 * np.abs(np.diff(frames, axis=0)).mean()).all()


awkward = st.sampled_from(
    ["constant", "step", "spikes", "gappy", "integers", "huge", "tiny", "ramp"]
)


def series(kind, rows, seed):
    draw = np.random.default_rng(seed)
    walk = np.cumsum(draw.normal(size=rows))
    made = {
        "constant": np.full(rows, 5.0),
        "step": np.where(np.arange(rows) < rows // 2, 0.0, 1e3),
        "spikes": draw.standard_cauchy(size=rows),
        "gappy": np.where(draw.random(rows) < 0.6, np.nan, walk),
        "integers": draw.integers(0, 3, size=rows).astype(float),
        "huge": 1e150 * walk,
        "tiny": 1e-150 * walk,
        "ramp": np.arange(rows, dtype=float),
    }[kind]
    made[0] = 5.0 if kind == "gappy" else made[0]
    return made[:, None]


@options(max_examples=12)
@given(awkward, st.integers(4, 80), st.integers(0, 10**6), st.integers(1, 12))
@example("gappy", 5, 0, 30)
@example("huge", 60, 1, 3)
def test_nothing_makes_it_answer_with_a_hole(kind, rows, seed, horizon):
    made = predict(series(kind, rows, seed), horizon=horizon)
    for table in (made.mean, made.variance, made.lower, made.upper, made.inner_lower):
        assert table.shape == (horizon, 1)
        assert np.isfinite(table).all()
    assert (made.variance >= 0).all()
    assert sum(made.weights.values()) == pytest.approx(1.0)
    assert isinstance(made.reliable, bool)
    assert made.reason


def test_the_default_horizon_follows_length_and_cycle():
    assert [default_horizon(n, 0) for n in (4, 9, 30, 50, 10_000)] == [1, 1, 6, 10, 24]
    assert default_horizon(10_000, 48) == 48
    assert default_horizon(10_000, 1440) == 24


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((3, 1)), "at least 4"),
        (np.full((9, 1), np.nan), "no reading at all"),
        (np.array([[0.0], [np.inf], [1.0], [2.0]]), "infinite at sample 1"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_words(values, words):
    with pytest.raises(InputError, match=words):
        predict(values)


@pytest.mark.parametrize("wishes", [{"horizon": 0}, {"coverage": 0.4}, {"coverage": 1.0}])
def test_a_wish_without_an_answer_is_refused(wishes):
    with pytest.raises(ContractError):
        predict(np.zeros((30, 1)), **wishes)


def evidence(**changes):
    return replace(Evidence(100, 0.1, 0.9, 0.9, 0.0), **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scores": 1}, "Only 1"),
        ({"skill": -0.2}, "20% worse"),
        ({"coverage": 0.6}, "held 60%"),
        ({"departure": 3.0}, "3.0 ranges"),
    ],
)
def test_each_ground_for_abstaining_is_named(changes, words):
    reliable, reason = judge(evidence(**changes))
    assert not reliable
    assert words in reason


def test_sound_evidence_and_missing_figures_do_not_abstain():
    assert judge(evidence())[0]
    assert judge(evidence(skill=float("nan"), coverage=float("nan")))[0]


def test_each_ground_can_be_reached_by_data():
    gone = np.random.default_rng(0).normal(size=(300, 1))
    gone[-15:] += 100.0
    assert "ranges outside" in predict(gone, horizon=3).reason
    lone = np.full((4, 1), np.nan)
    lone[:2] = 1.0
    assert "Only 0" in predict(lone, horizon=1).reason


def test_a_wide_table_is_forecast_on_every_channel_and_compared_on_some():
    clock = np.arange(200)
    random = np.random.default_rng(8)
    wide = np.sin(clock[:, None] / 6 + np.arange(80)) + 0.1 * random.normal(size=(200, 80))
    made = predict(wide, horizon=4)
    assert made.mean.shape == (4, 80)
    assert (made.upper > made.lower).all()
    assert made.skill["persistence"] > 0.3
