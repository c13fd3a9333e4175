"""The calibration benchmark on processes whose answer is known."""

import numpy as np
import pytest

from industriverse.engines.forecast import Season
from industriverse.kernel.errors import NotFoundError
from industriverse.services.bench._calibration_case import LEADS, score_case, split_plan
from industriverse.services.bench._sets import SETS, ReferenceSet, read_set

MEMBERS = ("persistence", "climatology")


def autoregression(rows, sizes):
    noise = np.random.default_rng(0).normal(size=rows) * sizes
    values = np.zeros(rows)
    for row in range(1, rows):
        values[row] = 0.7 * values[row - 1] + noise[row]
    return values[:, None]


def test_a_stationary_process_is_covered_by_both_and_scored_alike():
    scores = score_case(autoregression(3000, np.ones(3000)), Season(), 1, MEMBERS)
    np.testing.assert_allclose(scores.coverage, 0.9, atol=0.03)
    np.testing.assert_allclose(scores.split_coverage, 0.9, atol=0.04)
    np.testing.assert_allclose(scores.interval_ratio, 1.0, atol=0.06)
    assert scores.crps["blend"] < scores.crps["persistence"]


def test_only_the_adaptive_intervals_survive_a_change_of_variance():
    sizes = np.where(np.arange(3000) < 2100, 1.0, 4.0)
    scores = score_case(autoregression(3000, sizes), Season(), 1, MEMBERS)
    assert scores.coverage.min() > 0.87
    assert scores.split_coverage.max() < 0.6
    assert scores.interval_ratio.max() < 0.8


@pytest.mark.parametrize("rows", [54, 500, 9000])
def test_the_test_part_is_the_last_three_tenths(rows):
    plan, first, warm = split_plan(rows)
    start = rows - int(0.3 * rows)
    assert plan.origins[first] == start - 1
    assert plan.origins[-1] == rows - 2
    assert set(plan.leads) <= set(LEADS)
    assert 0 < warm < first


def test_names_are_distinct_and_a_missing_file_is_named(tmp_path):
    assert len({reference.name for reference in SETS}) == len(SETS) >= 16
    with pytest.raises(NotFoundError, match="nyc_taxi"):
        read_set(SETS[0], tmp_path)


def test_rows_are_placed_on_their_clock(tmp_path):
    (tmp_path / "a.csv").write_text(
        "t,x\n2026-01-01 00:00:00,1\n2026-01-01 00:20:00,3\n2026-01-01 00:20:00,5\n"
    )
    values = read_set(ReferenceSet("a", "a.csv", 600.0, ("x",), "t"), tmp_path)
    np.testing.assert_array_equal(values, [[1.0], [np.nan], [4.0]])
