"""What the documentation claims of intervals, measured again on the reference data."""

import os

import pytest

from tests.bench_command import DATA, measure

PROOF = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="half a minute: make test-solvers"
)


@PROOF
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
