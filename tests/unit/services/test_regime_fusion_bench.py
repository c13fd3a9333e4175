"""The pool on verdicts whose truth is drawn: calibration kept, the better branch trusted."""

import numpy as np

from industriverse.engines.regimes import LABELS
from industriverse.engines.simulation.known_regimes import Known
from industriverse.services.bench._regime_fusion import Judged, balanced, feed, rows_of

COUNTS = np.array([[12.0, 12, 12, 12], [1, 1, 1, 45]])


def drawn(count: int, seed: int, sharpness: float = 3.0) -> Judged:
    """Return a calibrated physics branch, and a state that often tells a phase change."""
    random = np.random.default_rng(seed)
    score = sharpness * random.standard_normal((count, 4))
    shares = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(4, p=row) for row in shares])
    states = (truth == 3) & (random.random(count) < 0.8)
    return Judged(shares, states.astype(int), truth, 0.0)


def test_learning_weights_keep_the_calibration_and_gain_on_both_branches():
    judged = drawn(900, 2)
    rows, stream = rows_of(judged, COUNTS)
    named = {row["by"]: row for row in rows}
    pooled, physics = named["pool, weights learning"], named["physics"]
    assert pooled["log_loss"] < physics["log_loss"]
    assert pooled["accuracy"] >= physics["accuracy"]
    assert pooled["calibration_error"] < 0.06
    assert pooled["log_loss"] <= named["pool 0.4 / 0.6"]["log_loss"] + 0.01
    weights = stream.learned.weights
    assert weights.outcomes == 900
    assert weights.regret <= weights.bound


def test_a_wrong_branch_loses_its_weight_though_outcomes_come_late():
    judged = drawn(300, 3)
    wrong = Judged(np.roll(judged.physics, 1, axis=1), judged.states, judged.truth, 0.0)
    trusted = feed(judged, COUNTS, late=40).learned.weights.physics
    assert feed(wrong, COUNTS, late=40).learned.weights.physics < 0.3 < trusted - 0.1


def test_no_verdict_knows_an_outcome_that_came_later():
    judged = drawn(60, 4)
    other = judged.truth.copy()
    other[30:] = (other[30:] + 1) % 4
    first = feed(judged, COUNTS, late=10)
    second = feed(Judged(judged.physics, judged.states, other, 0.0), COUNTS, late=10)
    np.testing.assert_array_equal(first.told[:40], second.told[:40])
    assert not np.array_equal(first.told[41:], second.told[41:])


def test_equally_many_records_of_each_regime_are_used():
    records = [Known(np.zeros((2, 1)), LABELS[i % 4], "f") for i in range(30)]
    records += [Known(np.zeros((2, 1)), "stable", "f") for _ in range(20)]
    chosen = balanced(records, 0)
    assert sorted(record.label for record in chosen) == sorted(list(map(str, LABELS)) * 7)
