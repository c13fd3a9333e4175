"""The anomaly benchmark's scores, on cases worked out by hand."""

import math

import numpy as np
import pytest

from industriverse.kernel.errors import ContractError
from industriverse.services.bench._nab_scores import (
    LOW_FALSE_NEGATIVES,
    LOW_FALSE_POSITIVES,
    PROFILES,
    STANDARD,
    Decided,
    ScoredFile,
    decided,
    normalised,
    probation,
    raw_at,
    row_worths,
    sweep,
)


def flagged(rows, *detections, windows=((400, 499),)):
    scores = np.zeros(rows)
    scores[list(detections)] = 1.0
    return ScoredFile(scores, list(windows))


def worth(position):
    return 2 / (1 + math.exp(5 * position)) - 1


def test_a_row_is_worth_more_the_earlier_in_its_window_and_costs_more_the_later_after_it():
    worths, window = row_worths(1000, [(400, 499), (700, 709)])
    assert worths[400] == pytest.approx(1.0)
    assert worths[450] == pytest.approx(worth(-0.5) / worth(-1))
    assert worths[499] == pytest.approx(worth(-0.01) / worth(-1))
    assert worths[399] == -1.0
    assert worths[598] == pytest.approx(worth(1.0))
    assert worths[710] == pytest.approx(worth(1 / 9))
    assert worths[709 + 28] == -1.0
    assert (window[[399, 400, 499, 500, 705]] == [-1, 0, 0, -1, 1]).all()


def test_the_first_rows_of_a_file_are_not_scored():
    assert [probation(rows) for rows in (1000, 1001, 4032, 22_695)] == [150, 150, 604, 750]
    early = flagged(1000, 10, 149, windows=[(100, 120), (400, 499)])
    assert raw_at(early, 1.0) == -1.0
    assert normalised([early], -1.0) == 0.0
    assert normalised([early], 1.0) == pytest.approx(100 * 2 / 3)


def test_only_the_earliest_detection_of_a_window_pays_and_every_false_one_costs():
    file = flagged(1000, 300, 420, 450, 520)
    detected, after = worth(-0.8) / worth(-1), worth(21 / 99)
    assert raw_at(file, 1.0) == pytest.approx(detected - 0.11 + 0.11 * after)
    assert raw_at(file, 1.0, LOW_FALSE_POSITIVES) == pytest.approx(detected - 0.22 + 0.22 * after)
    assert raw_at(flagged(1000, 300), 1.0, LOW_FALSE_NEGATIVES) == pytest.approx(-2.11)


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_scores_0_and_each_window_at_once_100(profile):
    still = [flagged(1000), flagged(2000, windows=[(500, 600), (900, 950)])]
    assert sweep(still, profile).normalised == 0.0
    perfect = [flagged(1000, 400), flagged(2000, 500, 900, windows=[(500, 600), (900, 950)])]
    assert sweep(perfect, profile).normalised == pytest.approx(100.0)


def test_one_threshold_for_all_files_is_sought_and_equal_scores_go_together():
    first, second = np.zeros(1000), np.zeros(1000)
    first[[400, 200]] = 0.8, 0.6
    second[[400, 220, 240]] = 0.6, 0.7, 0.7
    files = [ScoredFile(first, [(400, 499)]), ScoredFile(second, [(400, 499)])]
    best = sweep(files)
    # 0.8: 1 − 1; 0.7: − 0.22 more; 0.6: the second window for one false alarm more.
    assert best.threshold == 0.6
    assert best.raw == pytest.approx(2 - 0.33)
    assert best.by_file == pytest.approx((1 - 0.11, 1 - 0.22))
    assert best.normalised == pytest.approx(100 * (1.67 + 2) / 4)


def test_files_that_cannot_be_scored_are_refused():
    with pytest.raises(ContractError, match="finite"):
        ScoredFile(np.array([0.1, np.nan]), [])
    with pytest.raises(ContractError, match="in order inside 10 rows"):
        ScoredFile(np.zeros(10), [(5, 5)])
    with pytest.raises(ContractError, match="in order inside 10 rows"):
        ScoredFile(np.zeros(10), [(5, 10)])
    with pytest.raises(ContractError, match="no window"):
        sweep([ScoredFile(np.zeros(10), [])])


def falling(share, profile=STANDARD):
    step = min(int(1000 * share), 999)
    angle = -math.pi / 2 + math.pi * step / 999
    half = (1 + profile.false_alarm) / 2
    return half * (1 - math.tanh(angle) / math.tanh(math.pi / 2)) - profile.false_alarm


def test_given_decisions_pay_in_the_minute_after_a_change():
    at_once = decided([100.0, 300.0], [100.0, 300.0])
    assert [at_once.score(profile) for profile in PROFILES] == pytest.approx([100.0] * 3)
    found = decided([100.0, 300.0], [90.0, 130.0, 140.0])
    assert (found.changes, found.missed, found.false, found.delays) == (2, 1, 1, (30.0,))
    raw = falling(0.5) - 1 - 0.11
    assert found.raw["standard"] == pytest.approx(raw)
    assert found.score() == pytest.approx(100 * (raw + 2) / 4)
    low = falling(0.5, LOW_FALSE_POSITIVES) - 1 - 0.22
    assert found.score(LOW_FALSE_POSITIVES) == pytest.approx(100 * (low + 2) / 4)
    assert decided([100.0], []).score() == 0.0


def test_where_windows_overlap_the_later_begins_when_the_earlier_ends():
    found = decided([100.0, 130.0], [150.0, 175.0])
    assert (found.missed, found.false, found.delays) == (0, 0, (50.0, 45.0))
    assert found.raw["standard"] == pytest.approx(falling(50 / 60) + falling(15 / 30))


def test_decisions_of_several_files_add_up():
    both = decided([100.0], [100.0]) + decided([100.0], []) + Decided()
    assert both.score() == pytest.approx(50.0)
    with pytest.raises(ContractError, match="no change"):
        Decided().score()
