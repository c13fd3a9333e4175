"""The figures that the documentation claims, measured again on the reference data."""

from pathlib import Path

import pytest

from industriverse.services.bench import BenchSettings, run_bench
from industriverse.services.documents import BenchDocument

DATA = Path(__file__).parents[3] / "shared" / "data"


def measure(name: str, folder: Path) -> BenchDocument:
    def refuse(path: Path) -> None:
        raise AssertionError(f"{name} predicts no file, but asked for {path}")

    settings = BenchSettings(0, DATA, folder, lambda text, share: None, refuse)  # pyright: ignore[reportArgumentType]
    return run_bench(name, settings)


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
