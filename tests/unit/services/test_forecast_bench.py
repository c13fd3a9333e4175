import os
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.network import (
    Channel,
    FluxNet,
    Plan,
    Recording,
    Scene,
    pack,
    rollout,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import installed
from industriverse.services.bench import _forecasters as room
from industriverse.services.bench import forecast
from industriverse.services.bench._forecast_scores import Answer, drift, least, ratio, scored
from industriverse.services.bench._forecasters import (
    ByLaw,
    climatology,
    damped,
    dynamic_modes,
    extrapolate,
    persist,
)
from industriverse.services.bench.forecast import BEST, case_of, compared, summary
from industriverse.services.training import forecast_set, question, recording, train_forecast
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.laws import near
from tests.fakes.training import small, tools

PROOF = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="half a minute: make test-solvers"
)

PLAN = Plan((Channel("a", conserved=True), Channel("b")), ("made up",), frames=4)
ENDS = ("periodic", "periodic")


def waves(speeds, amplitudes=(1.0, 2.0), frames=34, cells=16):
    """Travelling waves, one run for each speed: `(run, time, channel, y, x)`."""
    at = 2 * np.pi * np.arange(cells) / cells
    time = np.arange(frames)[:, None]
    runs = []
    for speed in speeds:
        rows = np.sin(at[None] - speed * time)
        field = np.repeat(rows[:, None], cells, axis=1)
        runs.append(np.stack([size * field + 1.0 for size in amplitudes], axis=1))
    return np.stack(runs).astype(np.float32)


ASKED = question(waves((0.1, 0.2, 0.3)), 4, (0, 1))
SPREAD = np.full((30, 2), 0.01)


def row_of(answer) -> dict[str, Any]:
    return scored(answer, ASKED, SPREAD, PLAN, ENDS)


def test_the_truth_scores_without_a_fault():
    row = row_of(Answer(ASKED.truth, np.full(ASKED.truth.shape, 1e-8)))
    for window in ("1", "6-12", "13-30"):
        assert row[f"vrmse_{window}"] == pytest.approx(0, abs=1e-6)
        assert row[f"correlation_{window}"] == pytest.approx(1)
        assert row[f"spectrum_{window}"] == pytest.approx(0, abs=1e-9)
        assert 0 < row[f"crps_{window}"] < 1e-4
    assert row["drift"] < 1e-6


def test_each_score_sees_its_fault():
    flat = row_of(Answer(np.full_like(ASKED.truth, 1.0)))
    assert flat["vrmse_1"] == pytest.approx(1, abs=1e-3)
    assert flat["correlation_1"] == 0
    assert flat["spectrum_1"] > 0.4
    shifted = row_of(Answer(np.roll(ASKED.truth, 4, axis=-1)))
    assert shifted["correlation_1"] == pytest.approx(0, abs=1e-6)
    assert shifted["spectrum_1"] == pytest.approx(0, abs=1e-6)
    heavier = row_of(Answer(ASKED.truth + np.array([0.5, 0.0], np.float32)[:, None, None]))
    assert heavier["drift"] > 0.3
    other = row_of(Answer(ASKED.truth + np.array([0.0, 0.5], np.float32)[:, None, None]))
    assert other["drift"] < 1e-6


def test_a_forecast_that_is_no_number_has_no_score_and_stops_nothing():
    mean = ASKED.truth.copy()
    mean[0, 20] = np.inf
    row = row_of(Answer(mean))
    assert row["vrmse_13-30"] is None
    assert row["vrmse_1"] == pytest.approx(0, abs=1e-6)


def test_the_crps_of_a_point_is_its_absolute_error():
    one = question(waves((0.0,)), 4, (0, 1))
    row = scored(Answer(one.truth + 0.5), one, np.full((30, 2), 1e-20), PLAN, ENDS)
    assert row["crps_1"] == pytest.approx(0.5, rel=1e-3)


def test_persistence_and_extrapolation_are_exact_where_nothing_or_a_line_moves():
    still = question(waves((0.0,)), 4, (0, 1))
    np.testing.assert_array_equal(persist(still).mean, still.truth)
    ramp = np.arange(34, dtype=np.float32)[None, :, None, None, None] * waves((0.0,))
    line = question(ramp, 4, (0, 1))
    np.testing.assert_allclose(extrapolate(line).mean, line.truth, rtol=1e-5)


def test_dynamic_modes_follow_a_travelling_wave():
    found = dynamic_modes(ASKED).mean
    np.testing.assert_allclose(found, ASKED.truth, atol=1e-3)


def test_climatology_is_the_training_mean_at_the_runs_own_sum():
    runs = waves((0.1, 0.2))
    run = question(runs[:1] + 3.0, 4, (0, 1))
    mean = climatology(runs, PLAN)(run).mean
    assert mean.shape == run.truth.shape
    own = run.history[0, -1, 0].mean()
    np.testing.assert_allclose(mean[0, 0, 0].mean(), own, rtol=1e-5)
    np.testing.assert_allclose(mean[0, 0, 1], runs[:, :, 1].mean((0, 1)), rtol=1e-4)


def test_damping_leaves_a_perfect_forecast_and_takes_a_lost_one_to_the_calm():
    watched = question(waves((0.15, 0.25)), 4, (0, 1))
    calm = climatology(waves((0.1, 0.2)), PLAN)

    def perfect(asked):
        return Answer(asked.truth)

    def lost(asked):
        return Answer((2.0 - asked.truth).astype(np.float32))

    np.testing.assert_allclose(damped(perfect, calm, watched)(ASKED).mean, ASKED.truth, atol=0.02)
    np.testing.assert_allclose(damped(lost, calm, watched)(ASKED).mean, calm(ASKED).mean, atol=1e-5)


def test_no_law_between_walls_is_said():
    scene = Scene("made up", boundary=("reflecting", "periodic"))
    answer = ByLaw(("a", "b"), scene, persist)(ASKED)
    np.testing.assert_array_equal(answer.mean, persist(ASKED).mean)
    assert answer.note.startswith("law in 0 of 3; no law: laws are sought on squares of one")


def test_no_law_is_sought_among_more_channels_than_a_search_bears():
    asked = question(waves((0.1, 0.2), (1.0, 2.0, 3.0, 4.0)), 4, (0, 1, 2, 3))
    answer = ByLaw(("a", "b", "c", "d"), Scene("made up"), persist)(asked)
    assert answer.note == "law in 0 of 2; no law: laws are sought of 3 channels together, not 4"


def test_the_nearest_equation_is_corrected_where_a_network_was_trained_for_it(monkeypatch):
    monkeypatch.setattr(room, "equation_of", lambda seen, *_: near(seen[-1]))
    plan = Plan((Channel("a"), Channel("b")), ("made up",), frames=4, width=4, dilations=(1,))
    model = FluxNet.untrained(plan, 0)
    every = np.ones(ASKED.leads, bool)
    alone = ByLaw(("a", "b"), Scene("made up"), persist, every)(ASKED)
    fixed = ByLaw(("a", "b"), Scene("made up"), persist, every, model)(ASKED)
    assert "nearest equation in 3, corrected in 3" in fixed.note
    assert "corrected" not in alone.note
    np.testing.assert_allclose(alone.mean, persist(ASKED).mean, atol=1e-6)
    first = rollout(model, jnp.asarray(ASKED.history[0]), Scene("made up"), 1).mean
    np.testing.assert_allclose(fixed.mean[0, 0], first[0], atol=1e-5)


def test_an_equation_that_its_correction_leads_astray_stands_alone_and_says_so(monkeypatch):
    def lost(*_):
        raise ContractError("The solution leaves all bounds.")

    monkeypatch.setattr(room, "equation_of", lambda seen, *_: near(seen[-1]))
    monkeypatch.setattr(room, "corrected_path", lost)
    model, every = FluxNet.untrained(PLAN, 0), np.ones(ASKED.leads, bool)
    answer = ByLaw(("a", "b"), Scene("made up"), persist, every, model)(ASKED)
    np.testing.assert_allclose(answer.mean, persist(ASKED).mean, atol=1e-6)
    assert "corrected in" not in answer.note
    assert "Not corrected: The solution leaves all bounds." in answer.note


def test_ratios_are_none_where_nothing_can_be_compared():
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(None, 4.0) is None
    assert ratio(1.0, None) is None
    assert least([{"x": None}, {"x": 2.0}, {}], "x") == 2.0
    assert least([{}], "x") is None


def test_drift_is_none_where_nothing_is_kept():
    plan = Plan((Channel("a"), Channel("b")), ("made up",))
    assert drift(ASKED.truth, ASKED, plan) is None


def test_everyone_is_asked_for_every_window_of_the_test_runs(tmp_path, monkeypatch):
    """With a network that nobody trained, of more channels than a law is sought of."""
    chosen, names = forecast_set(installed(), "electromagnetics"), ("a", "b", "c", "d")
    plan = Plan(tuple(map(Channel, names)), ("made up",), frames=4, width=4, dilations=(1,))
    speeds = {"train": (0.1, 0.4), "validation": (0.2,), "test": (0.15, 0.3)}
    card = {"data": {"runs": {part: len(found) for part, found in speeds.items()}, "cells": 16}}
    (tmp_path / "forecast").mkdir()
    weights = tmp_path / "forecast" / "electromagnetics.safetensors"
    weights.write_bytes(pack(FluxNet.untrained(plan, 0), card))

    def made_up(_, part, count, *__, cells, **___):
        assert (count, cells) == (len(speeds[part]), 16)
        return Recording(waves(speeds[part], (1.0, 2.0, 3.0, 4.0)), Scene("made up"))

    monkeypatch.setattr(forecast, "recording", made_up)
    outside = tools(MemoryArrayCache())
    rows = compared(case_of(chosen, tmp_path, outside), outside)
    named = {row["forecaster"]: row for row in rows}
    assert set(named) == {
        "network", "network, damped", BEST, "persistence", "linear extrapolation",
        "dynamic modes", "climatology",
    }  # fmt: skip
    assert all(row["windows"] == 2 for row in rows)
    assert named["persistence"]["vrmse_1"] > 100 * named["dynamic modes"]["vrmse_1"] > 0
    assert "law in 0 of 2; no law: laws are sought of 3 channels" in named[BEST]["note"]
    found = summary(rows)
    assert found["metrics"]["domains"] == 1
    wanted = named[BEST]["vrmse_1"] / named["dynamic modes"]["vrmse_1"]
    assert found["ratios"]["electromagnetics: vrmse_1"] == pytest.approx(wanted)


@PROOF
def test_a_small_case_is_compared_whole(tmp_path):
    chosen = forecast_set(installed(), "electromagnetics")
    outside = tools(MemoryArrayCache())
    train_forecast(chosen, small(steps=60), tmp_path / "forecast", outside)
    rows = compared(case_of(chosen, tmp_path, outside), outside)
    named = {row["forecaster"]: row for row in rows}
    assert set(named) >= {"network", BEST, "persistence", "dynamic modes", "climatology"}
    assert all(row["windows"] == 2 for row in rows)
    assert named["persistence"]["vrmse_1"] > named["network"]["vrmse_1"] > 0
    assert "law in 0 of 2" in named[BEST]["note"]
    found = summary(rows)
    assert found["metrics"]["domains"] == 1
    best = min(
        row["vrmse_1"] for row in rows if not row["forecaster"].startswith(("network", "law"))
    )
    wanted = named[BEST]["vrmse_1"] / best
    assert found["ratios"]["electromagnetics: vrmse_1"] == pytest.approx(wanted)


@pytest.mark.slow
def test_a_law_is_taken_where_one_is_found():
    chosen = forecast_set(installed(), "fluid")
    runs = recording(chosen, "test", 1, MemoryArrayCache(), cells=32)
    asked = question(runs.values, 4, (0,), leads=2)
    answer = ByLaw(("vorticity",), runs.scene, persist)(asked)
    assert answer.note == "law in 1 of 1"
    assert np.abs(answer.mean - asked.truth).max() < 1e-3 * np.abs(asked.truth).max()
