"""The backtest: nominal figures on a known process, and no look at the future."""

import numpy as np
import pytest

from industriverse.engines.forecast import Season
from industriverse.kernel.errors import ContractError
from industriverse.services.backtest import run_backtest
from industriverse.services.forecasting._rolling import roll
from industriverse.services.forecasting.past import Plan, TrialSettings, attempt


def autoregression(rows, seed=0):
    noise = np.random.default_rng(seed).normal(size=rows)
    values = np.zeros(rows)
    for row in range(1, rows):
        values[row] = 0.8 * values[row - 1] + noise[row]
    return values[:, None]


def backtest(values, **wishes):
    return run_backtest(values, names=("v",), widths=(values.shape[1],), **wishes)


def test_a_known_process_gets_nominal_figures():
    report = backtest(autoregression(2500), horizon=5, origins=400)
    assert [row.lead for row in report.rows] == [1, 2, 3, 5]
    for row in report.rows:
        assert row.scores >= 390
        assert row.coverage == pytest.approx(0.9, abs=0.04)
        assert row.inner_coverage == pytest.approx(0.5, abs=0.08)
        exact = np.sqrt((1 - 0.8 ** (2 * row.lead)) / (1 - 0.8**2))
        assert row.crps == pytest.approx(exact / np.sqrt(np.pi), rel=0.12)
        assert row.interval_score == pytest.approx(exact * 2 * 2.063, rel=0.2)
    assert report.skill["persistence"] > 0.03
    assert report.horizon == 5
    assert sum(report.weights.values()) == pytest.approx(1.0)


def test_origins_lie_in_the_data_and_are_as_many_as_asked():
    report = backtest(autoregression(800), horizon=3, origins=50)
    assert len(report.origins) >= 45
    assert min(report.origins) > 800 * 0.4
    assert max(report.origins) < 799


@pytest.mark.parametrize("columns", [1, 40])
def test_perturbing_what_comes_after_an_origin_never_changes_its_forecast(columns):
    draw = np.random.default_rng(0)
    values = np.cumsum(draw.normal(size=(160, columns)), axis=0)
    spoiled = values.copy()
    spoiled[120:] = 1e3 * draw.normal(size=(40, columns))
    plan = Plan(np.arange(80, 158), np.array([1, 4]), (0, 20, 50), 1)
    clean, dirty = (
        attempt(table, plan, Season(), 1, TrialSettings(20, dressed=("persistence",)))
        for table in (values, spoiled)
    )
    before = plan.origins < 120
    np.testing.assert_array_equal(clean.rolled.paths[:, before], dirty.rolled.paths[:, before])
    np.testing.assert_allclose(clean.rolled.weights[:-1][before], dirty.rolled.weights[:-1][before])
    np.testing.assert_allclose(clean.rolled.blend[before], dirty.rolled.blend[before])
    for name in clean.quantiles:
        own, other = (trial.quantiles[name][:-1][before] for trial in (clean, dirty))
        np.testing.assert_allclose(own, other)


class Leaking:
    """A member that peeks one row past its origin."""

    name = "leaking"

    def fit(self, history):
        return _Peek()


class _Peek:
    def forecast(self, values, origins, horizon):
        ahead = np.minimum(origins + 1, len(values) - 1)
        return np.repeat(values[ahead][:, None], horizon, axis=1)


def test_the_check_catches_a_planted_leak():
    values = autoregression(120)
    spoiled = values.copy()
    spoiled[100:] += 50.0
    plan = Plan(np.arange(60, 118), np.array([1]), (0,), 1)
    clean, dirty = (roll(table, (Leaking(),), plan, 1) for table in (values, spoiled))
    before = plan.origins < 100
    assert not np.array_equal(clean.paths[:, before], dirty.paths[:, before])


@pytest.mark.parametrize(
    ("rows", "wishes"), [(30, {}), (500, {"origins": 0}), (500, {"horizon": 0})]
)
def test_what_cannot_be_tested_is_refused(rows, wishes):
    with pytest.raises(ContractError):
        backtest(autoregression(rows), **wishes)


def test_a_field_is_scored_by_frames():
    x = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    draw = np.random.default_rng(0)
    frames = np.stack([np.sin(x - 0.1 * k) for k in range(150)]) + 0.1 * draw.normal(
        size=(150, 300)
    )
    report = backtest(frames, horizon=2, origins=40)
    assert {row.lead for row in report.rows} == {1, 2}
    for row in report.rows:
        assert row.coverage == pytest.approx(0.9, abs=0.06)
        assert row.skill["persistence"] > 0.1
