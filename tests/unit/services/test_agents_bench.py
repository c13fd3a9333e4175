"""A small part of the agents' benchmark: other seeds for thresholds than for what is judged."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from industriverse.kernel.errors import UnavailableError
from industriverse.services.bench import BenchSettings, agents
from industriverse.services.bench._agents_honest import LEADS, case_of, solver
from industriverse.services.bench._agents_spoils import SPOILS, Planting
from industriverse.services.bench._agents_trial import CALIBRATION, HELD_OUT
from tests.fakes.meter import SetMeter

slow = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="minutes: make test-solvers"
)
RECORD = Path(__file__).parents[3] / "docs" / "proofs" / "agents.jsonl"
SMALL = agents.Sizes(
    calibration=18,
    held_out=3,
    turns=1,
    strange=2,
    groups=("heat", "flame_front"),
    alarm=0.06,
    abstained=0.06,
)


def refuse(path):
    raise AssertionError(f"{path} is not to be read")


def settings(tmp_path, meter):
    return BenchSettings(0, tmp_path, tmp_path, lambda text, share: None, refuse, meter=meter)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return agents.measure(settings(tmp_path_factory.mktemp("bench"), SetMeter()), SMALL)


@slow
def test_planted_forecasts_are_caught_and_honest_ones_left_alone(measured):
    metrics = measured["metrics"]
    assert metrics["planted_forecasts"] == 2 * 1 * len(SPOILS)
    assert metrics["caught_share"] >= 0.9
    assert metrics["honest_forecasts"] == 6
    assert metrics["false_alarm_share"] <= 1 / 6
    assert metrics["repaired"] >= 1
    assert metrics["repaired_well"] == metrics["repaired"]


@slow
def test_strange_frames_are_abstained_on(measured):
    metrics = measured["metrics"]
    assert metrics["strange_frames"] == 2 * 4 * 2
    assert metrics["abstained_outside_share"] >= 0.85
    assert metrics["abstained_inside_share"] <= 2 / 6
    assert metrics["abstention_auroc"] > 0.9


def test_seeds_of_the_parts_are_apart():
    most = 3 * max(agents.Sizes().calibration, agents.Sizes().held_out)
    assert 100 * most < HELD_OUT - CALIBRATION


@slow
def test_every_spoil_changes_the_forecast_whatever_it_is_given():
    case, other = (case_of("heat", seed) for seed in (1, 2))
    run, frame_s = solver(case, 1), case.params["frame_s"]
    for spoil in SPOILS:
        bad = spoil.plant(Planting(run, other.truth, 0.5, 1))
        for context, leads in ((case.context, LEADS), (case.context[:4], 4)):
            honest, found = run(context, leads, frame_s), bad(context, leads, frame_s)
            assert found.shape == honest.shape
            away = np.abs(found - honest).max() / honest.std()
            assert not away < 0.01, spoil.name
            np.testing.assert_array_equal(found, bad(context, leads, frame_s))


def test_the_record_says_what_the_documentation_says_of_it():
    *rows, totals = [json.loads(line) for line in RECORD.read_text("utf-8").splitlines()]
    assert totals["planted_forecasts"] >= 1000
    assert totals["caught_share"] >= 0.95
    assert totals["false_alarm_share"] <= 0.02
    assert totals["strange_frames"] >= 500
    assert totals["abstained_outside_share"] >= 0.90
    assert totals["planted_forecasts"] == sum(r["count"] for r in rows if r["part"] == "planted")
    assert {r["name"] for r in rows if r["part"] == "spoil"} == {spoil.name for spoil in SPOILS}


def test_joules_need_a_meter(tmp_path):
    with pytest.raises(UnavailableError, match="meter"):
        agents.measure(settings(tmp_path, None), SMALL)
