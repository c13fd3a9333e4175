"""Scores of segmentations, marks and rankings, on cases worked out by hand."""

import numpy as np
import pytest

from industriverse.kernel.errors import ContractError
from industriverse.services.bench._segment_scores import (
    Counts,
    average_precision,
    covering,
    f_measure,
    is_peak_found,
    mask_of,
    mean_covering,
    range_counts,
    ranges_of,
    sample_counts,
    spans,
)


def test_changes_part_a_series():
    assert spans([5, 3, 0, 8, 9], 8) == [(0, 3), (3, 5), (5, 8)]
    assert spans([], 8) == [(0, 8)]


def test_covering_is_the_best_overlap_of_each_true_segment():
    assert covering([3], [2, 4], 6) == pytest.approx(2 / 3)
    assert covering([2, 4], [3], 6) == pytest.approx((2 * 2 / 3 + 2 * 1 / 4 + 2 * 2 / 3) / 6)
    assert covering([4], [], 6) == pytest.approx((4 * 4 / 6 + 2 * 2 / 6) / 6)
    assert covering([], [1, 2, 3], 6) == pytest.approx(3 / 6)
    assert covering([2, 4], [2, 4], 6) == 1.0


@pytest.mark.parametrize(
    ("annotations", "found", "expected"),
    [
        ({"1": [10, 20], "2": [10], "3": [0, 5]}, [10, 20], 0.7962962962962963),
        ({"1": [], "2": [10], "3": [40]}, [10], 0.7954144620811286),
        ({"1": [], "2": [10], "3": [40]}, [], 0.8189300411522634),
    ],
)
def test_covering_over_annotators_is_that_of_the_authors(annotations, found, expected):
    assert mean_covering(annotations, found, 45) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("annotations", "found", "expected"),
    [
        ({"1": [10, 20], "2": [11, 20], "3": [10], "4": [0, 5]}, [10, 20], 1.0),
        ({"1": [], "2": [10], "3": [50]}, [10], 0.9090909090909091),
        ({"1": [], "2": [10], "3": [50]}, [], 0.8),
        ({"1": [20]}, [14], 0.5),
        ({"1": [20]}, [15, 25], 0.8),
    ],
)
def test_f1_counts_the_start_as_a_change_and_no_change_twice(annotations, found, expected):
    assert f_measure(annotations, found) == pytest.approx(expected)


def test_what_nobody_annotated_has_no_score():
    with pytest.raises(ContractError, match="Nobody"):
        f_measure({}, [3])
    with pytest.raises(ContractError, match="Nobody"):
        mean_covering({}, [3], 10)


def test_marked_samples_are_counted():
    truth = mask_of([(2, 6)], 10)
    counts = sample_counts(truth, mask_of([(4, 8)], 10))
    assert counts == Counts(hit=2, false=2, missed=2, quiet=4)
    assert (counts.f1, counts.false_alarm_rate) == (0.5, pytest.approx(1 / 3))
    assert counts + counts == Counts(4, 4, 4, 8)
    nothing = sample_counts(truth, np.zeros(10, bool))
    assert (nothing.f1, nothing.precision, nothing.recall) == (0.0, 1.0, 0.0)
    assert sample_counts(np.zeros(3, bool), np.zeros(3, bool)).f1 == 1.0


def test_a_range_is_found_where_any_other_overlaps_it():
    truth = [(10, 20), (30, 40)]
    counts = range_counts(truth, [(0, 10), (19, 22), (12, 13)])
    assert counts == Counts(hit=1, false=1, missed=1)
    assert (counts.precision, counts.recall) == (0.5, 0.5)
    assert ranges_of(mask_of(truth, 50)) == truth
    assert ranges_of(mask_of([(0, 3), (48, 50)], 50)) == [(0, 3), (48, 50)]
    assert ranges_of(np.zeros(4, bool)) == []


def test_a_peak_may_lie_beside_the_anomaly_by_a_hundred_samples_or_its_length():
    assert is_peak_found(901, (1000, 1010))
    assert not is_peak_found(900, (1000, 1010))
    assert is_peak_found(1108, (1000, 1010))
    assert not is_peak_found(1109, (1000, 1010))
    assert is_peak_found(701, (1000, 1300))
    assert not is_peak_found(700, (1000, 1300))


def test_average_precision_takes_equal_scores_together():
    truth = np.array([True, False, True, False])
    assert average_precision(np.array([0.9, 0.8, 0.7, 0.1]), truth) == pytest.approx(5 / 6)
    assert average_precision(np.array([0.5, 0.5, 0.5, 0.5]), truth) == pytest.approx(0.5)
    assert average_precision(np.array([0.9, 0.1, 0.9, 0.1]), truth) == 1.0
    assert average_precision(np.ones(3), np.zeros(3, bool)) is None
