"""Intervals calibrated on whole runs: the rule, the shift, and a small case from end to end."""

import json
from pathlib import Path

import numpy as np
import pytest

from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.plugins import installed
from industriverse.services.bench._coverage_runs import shifted_params
from industriverse.services.bench.coverage import (
    Sizes,
    adapted,
    band,
    covered,
    metrics,
    radii_of,
    subjects_of,
)
from industriverse.services.training import forecast_set, train_forecast
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.training import small, tools

WIDER = {"molecular"}
"""Domains whose intervals persistence still beats; docs/benchmarks.md says so."""
RECORD = Path(__file__).parents[3] / "docs" / "proofs" / "coverage.jsonl"
DRAWN = np.random.default_rng(0)


def runs(count, size=1.0):
    """Return errors of runs that differ in size as a whole, as fields do."""
    own = np.exp(0.3 * DRAWN.normal(size=(count, 1, 1, 1)))
    return np.abs(size * own * DRAWN.normal(size=(count, 5, 2, 64)))


def test_radii_cover_nine_tenths_of_other_runs():
    radii = radii_of(runs(200))
    assert radii.shape == (5, 2)
    assert np.mean(runs(400) <= radii[:, :, None]) == pytest.approx(0.9, abs=0.015)


def test_radii_follow_a_shift_that_they_would_not_cover():
    radii, shifted = radii_of(runs(200)), runs(60, size=3.0)
    assert np.mean(shifted[10:] <= radii[:, :, None]) < 0.6
    assert adapted(shifted, radii) > 0.87
    assert adapted(runs(60), radii) == pytest.approx(0.9, abs=0.03)


def test_the_band_is_that_of_ranks():
    low, high = band(200, 100)
    hits = DRAWN.binomial(100, DRAWN.beta(181, 20, size=100_000))
    assert np.mean((hits >= low) & (hits <= high)) > 0.989
    assert np.mean((hits > low) & (hits < high)) < 0.992


@pytest.mark.parametrize("domain", ["fluid", "plasma", "electromagnetics"])
def test_shifted_parameters_lie_beyond_their_range_and_within_the_solvers(domain):
    chosen = forecast_set(installed(), domain)
    for index in range(5):
        params = shifted_params(chosen, index, 16)
        assert params is not None
        outside = [
            name
            for name, (low, high) in chosen.recipe.varied.items()
            if not low <= params[name] <= high
        ]
        assert outside
        for name, value in params.items():
            slot = chosen.solver.params[name]
            assert slot.maximum is None or value <= slot.maximum
            assert slot.minimum is None or value >= slot.minimum


def test_a_domain_that_varies_nothing_is_not_shifted():
    assert shifted_params(forecast_set(installed(), "reaction_diffusion"), 0, 16) is None


def test_no_weights_are_no_subject(tmp_path):
    with pytest.raises(NotFoundError, match="trained network"):
        subjects_of(tmp_path, tools())


def test_the_record_keeps_what_is_promised():
    rows = [json.loads(line) for line in RECORD.read_text("utf-8").splitlines()]
    assert rows
    for row in rows:
        assert row["calibration"] >= 200
        assert 0.88 <= row["coverage"] <= 0.92
        narrower = row["interval_score"] <= row["interval_score_of_persistence"]
        assert narrower == (row["domain"] not in WIDER)
        assert row["shifted_coverage_adapted"] is None or row["shifted_coverage_adapted"] >= 0.85


@pytest.mark.slow
def test_a_small_case_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    chosen, outside = forecast_set(installed(), "electromagnetics"), tools(MemoryArrayCache())
    train_forecast(chosen, small(steps=60), tmp_path, outside)
    (subject,) = subjects_of(tmp_path, outside)
    row = covered(subject, Sizes(calibration=12, test=3, shifted=12))
    assert 0.75 < row["coverage"] < 1
    assert row["least_covered_lead"] <= row["coverage"] <= row["most_covered_lead"]
    assert row["interval_score"] > 0
    assert 0 < row["shifted_coverage"] < 1
    assert metrics([row])["domains_shifted"] == 1

    def refuse(*_):
        raise AssertionError("a run was solved again")

    monkeypatch.setattr("industriverse.services.bench._coverage_runs.solved", refuse)
    assert covered(subject, Sizes(calibration=12, test=3, shifted=12)) == row
