"""The figures that the documentation claims, measured again on the reference data."""

from pathlib import Path

import pytest

from industriverse.services.bench import BenchSettings, run_bench, transitions
from industriverse.services.bench.transitions import Size
from industriverse.services.documents import BenchDocument

DATA = Path(__file__).parents[3] / "shared" / "data"


def settings_in(folder: Path) -> BenchSettings:
    def refuse(path: Path) -> None:
        raise AssertionError(f"no file is predicted, but {path} was asked for")

    return BenchSettings(0, DATA, folder, lambda text, share: None, refuse)  # pyright: ignore[reportArgumentType]


def measure(name: str, folder: Path) -> BenchDocument:
    return run_bench(name, settings_in(folder))


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the reference data are not here")
def test_intervals_keep_their_promise_on_real_data(tmp_path):
    metrics = measure("calibration", tmp_path).metrics
    assert metrics["sets_with_a_whole_block"] >= 12
    assert metrics["share_coverage_in_range"] >= 0.9
    assert metrics["share_coverage_in_range_of_those"] >= 0.9
    assert metrics["median_worst_block"] >= 0.8
    assert metrics["median_interval_ratio"] <= 1.05
    assert metrics["share_interval_ratio_ok"] >= 0.9
    assert metrics["share_blend_near_best"] >= 0.8
    assert metrics["share_blend_beats_persistence"] >= 0.6


@pytest.mark.slow
def test_every_planted_violation_is_caught_and_perfect_forecasts_pass(tmp_path):
    document = measure("proofs", tmp_path)
    for domain in ("heat", "flow", "signal"):
        assert document.metrics[f"violations_caught/{domain}"] == 1
        for stage in ("lawful", "settled"):
            assert document.metrics[f"false_alarm_rate/{domain}/{stage}"] <= 0.03
    named = {(row["domain"], row["violation"]): row for row in document.rows}
    assert len(named) >= 33
    assert all(row["caught_by"] for row in named.values())


@pytest.mark.slow
def test_regime_changes_are_found_and_what_faults_spoil_is_told(tmp_path):
    size = Size(("Hopf",), 1, 2, ("stuck", "missing at random, 25 %"))
    measured = transitions.run(settings_in(tmp_path), size)
    ramp = {row["by"]: row for row in measured["rows"] if row["case"] == "Hopf"}
    assert ramp["regime"]["detected"] == 1
    assert 0 <= ramp["regime"]["delay_median"] <= 200
    assert ramp["regime"]["false_at_rest_per_1000"] == 0
    assert {"CUSUM", "rolling threshold"} <= set(measured["peers"])
    peers = {row["by"]: row for row in measured["rows"] if str(row["by"]).startswith("ruptures")}
    assert all(row["note"] for row in peers.values())
    faults = {row["case"]: row for row in measured["rows"] if row["by"] == "product"}
    assert list(faults) == ["no fault", "stuck", "missing at random, 25 %"]
    assert (faults["no fault"]["label_kept"], faults["no fault"]["missing"]) == (1, 0)
    holes = faults["missing at random, 25 %"]
    assert abs(holes["missing"] - 0.25) < 0.03
    assert 0 < holes["filled_energy"] < 1
    assert all(0 <= row["coverage_faulty"] <= 1 for row in faults.values())
