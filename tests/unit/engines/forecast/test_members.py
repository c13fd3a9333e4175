"""Members against cases whose answer is known, and against every shape a panel can have."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from industriverse.engines.forecast import (
    Climatology,
    DynamicModes,
    Fitted,
    Forecaster,
    InModes,
    LinearExtrapolation,
    Persistence,
    RidgeAutoregression,
    Season,
    SeasonalNaive,
    family,
)

DAY = 24
SEASON = Season(DAY, 0)


def autoregression(rows, share, seed=0, states=1):
    noise = np.random.default_rng(seed).normal(size=(rows + 200, states))
    values = np.zeros_like(noise)
    for row in range(1, len(noise)):
        values[row] = share * values[row - 1] + noise[row]
    return values[200:]


def forecast(member, values, origins, horizon):
    """Fit on the rows up to the first origin."""
    fitted = member.fit(values[: origins[0] + 1])
    return fitted.forecast(values, np.array(origins), horizon)


def every_member(states):
    return family(Season(6, 12), states)


def test_the_family_keeps_the_interface_and_has_distinct_names():
    for states in (1, 3, 40):
        members = every_member(states)
        assert all(isinstance(member, Forecaster) for member in members)
        assert len({member.name for member in members}) == len(members)
        fitted = members[0].fit(np.zeros((5, states)))
        assert isinstance(fitted, Fitted)


def test_persistence_repeats_the_last_reading_through_a_gap():
    values = np.array([[1.0], [4.0], [np.nan], [9.0]])
    assert forecast(Persistence(), values, [2], 3).ravel().tolist() == [4.0, 4.0, 4.0]


def test_linear_extrapolation_is_exact_on_a_line():
    values = 3.0 + 0.5 * np.arange(50.0)[:, None]
    expected = 3.0 + 0.5 * np.arange(30, 35)
    np.testing.assert_allclose(forecast(LinearExtrapolation(), values, [29], 5)[0, :, 0], expected)


@pytest.mark.parametrize("horizon", [1, 24, 60])
def test_seasonal_naive_is_exact_on_periodic_data(horizon):
    cycle = np.random.default_rng(1).normal(size=(DAY, 2))
    values = np.tile(cycle, (10, 1))
    paths = forecast(SeasonalNaive(DAY), values, [100, 101, 130], horizon)
    for path, origin in zip(paths, (100, 101, 130), strict=True):
        np.testing.assert_array_equal(path, values[origin + 1 : origin + 1 + horizon])


def test_climatology_finds_the_cycle_and_its_anomaly_survives_where_asked():
    cycle = np.sin(2 * np.pi * np.arange(DAY) / DAY)
    values = np.tile(cycle, 400)[:, None].copy()
    values[-30:] += 1.0
    origin = len(values) - 25
    truth = np.tile(cycle, 2)[(origin + 1) % DAY :][:12]
    plain = forecast(Climatology(SEASON), values, [origin], 12)[0, :, 0]
    kept = forecast(Climatology(SEASON, "kept", 1.0), values, [origin], 12)[0, :, 0]
    np.testing.assert_allclose(plain, truth, atol=0.01)
    np.testing.assert_allclose(kept, truth + 1.0, atol=0.01)


@pytest.mark.parametrize(
    "member", [Climatology(Season(), "damped", None), RidgeAutoregression(Season())]
)
def test_an_autoregression_of_order_one_is_forecast_by_its_conditional_mean(member):
    share = 0.8
    values = autoregression(6000, share)
    origins = np.arange(5000, 5900)
    paths = forecast(member, values, origins, 5)[..., 0]
    for lead in (1, 2, 5):
        exact = share**lead * values[origins, 0]
        excess = np.mean((paths[:, lead - 1] - exact) ** 2)
        assert excess < 0.03 * np.var(values)


def test_joint_autoregression_uses_what_another_channel_knows():
    leader = autoregression(4000, 0.5, seed=3)[:, 0]
    follower = np.roll(leader, 1) + 0.1 * np.random.default_rng(4).normal(size=4000)
    values = np.column_stack([leader, follower])
    origins = np.arange(3000, 3900)
    truth = values[origins + 1, 1]
    own = forecast(RidgeAutoregression(Season()), values, origins, 1)[:, 0, 1]
    joint = forecast(RidgeAutoregression(Season(), True), values, origins, 1)[:, 0, 1]
    assert np.mean((joint - truth) ** 2) < 0.1 * np.mean((own - truth) ** 2)


def test_dynamic_modes_solve_two_sinusoids_exactly():
    clock = np.arange(600.0)
    values = (np.sin(0.31 * clock) + 0.4 * np.cos(0.83 * clock + 1.0) + 5.0)[:, None]
    path = forecast(DynamicModes(), values, [499], 50)[0, :, 0]
    np.testing.assert_allclose(path, values[500:550, 0], atol=1e-3)


def test_dynamic_modes_do_not_let_a_growing_mode_grow():
    values = (1.1 ** np.arange(120.0))[:, None]
    path = forecast(DynamicModes(), values, [119], 200)[0, :, 0]
    reach = values.max() - values.min()
    assert path.max() <= values.max() + reach
    assert path.min() >= values.min() - reach


def test_modes_carry_a_travelling_wave_over_many_cells():
    x = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    values = np.stack([np.sin(x - 0.1 * k) for k in range(80)])
    path = forecast(InModes(DynamicModes()), values, [69], 10)[0]
    np.testing.assert_allclose(path, values[70:], atol=1e-6)


rough = arrays(
    np.float64,
    st.sampled_from([(4, 1), (9, 2), (40, 3), (30, 30)]),
    elements=st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")), st.integers(-2, 2).map(float)),
)


@given(rough)
@example(np.full((20, 2), 7.0))
@example(np.full((20, 2), np.nan))
def test_no_member_is_ever_without_an_answer_or_out_of_bounds(values):
    origins = np.arange(len(values) // 2, len(values))
    for member in every_member(values.shape[1]):
        paths = forecast(member, values, origins, 7)
        assert paths.shape == (len(origins), 7, values.shape[1])
        assert np.isfinite(paths).all(), member.name
        known = np.nan_to_num(values)
        low, high = min(known.min(), 0.0), max(known.max(), 0.0)
        slack = 1e-9 * (1 + abs(low) + abs(high))
        assert paths.max() <= high + (high - low) + slack, member.name
        assert paths.min() >= low - (high - low) - slack, member.name


@given(st.integers(0, 10**6))
def test_what_comes_after_an_origin_never_changes_its_forecast(seed):
    draw = np.random.default_rng(seed)
    values = np.cumsum(draw.normal(size=(60, 2)), axis=0)
    origins = np.array([40, 44, 50])
    spoiled = values.copy()
    spoiled[51:] = draw.normal(size=(9, 2)) * 1e3
    for member in every_member(2):
        fitted = member.fit(values[:41])
        clean, dirty = (fitted.forecast(v, origins, 5) for v in (values, spoiled))
        np.testing.assert_array_equal(clean, dirty, err_msg=member.name)
        alone = fitted.forecast(values[:45], origins[:2], 5)
        np.testing.assert_allclose(alone, clean[:2], rtol=1e-9, atol=1e-9, err_msg=member.name)
