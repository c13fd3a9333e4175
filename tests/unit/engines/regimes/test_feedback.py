"""Outcomes move weights, counts and the threshold, each within its bounds."""

import numpy as np
import pytest

from industriverse.engines.regimes import LABELS, Learned, Verdict
from industriverse.kernel.errors import ConflictError, ContractError

COUNTS = np.array([[8.0, 1.0, 0.0, 1.0], [0.0, 2.0, 7.0, 1.0]])
SURE = np.array([0.85, 0.05, 0.05, 0.05])


def verdict(learned: Learned, physics: np.ndarray = SURE, *, confirmed: bool = True) -> Verdict:
    fused = learned.fuse(physics, 0)
    return Verdict(
        "v",
        LABELS[int(fused.argmax())],
        confirmed,
        fused,
        learned.told_by(0),
        physics,
        0,
        learned.weights.physics,
    )


def test_a_state_tells_how_often_each_regime_was_its_outcome():
    learned = Learned.start(COUNTS)
    np.testing.assert_allclose(learned.told_by(0), np.array([8.5, 1.5, 0.5, 1.5]) / 12)
    with pytest.raises(ContractError, match="no state 2"):
        learned.told_by(2)


def test_an_outcome_counts_once_and_leaves_the_state_before_as_it_was():
    before = Learned.start(COUNTS)
    after = before.learn(verdict(before), "transitional")
    assert after.counts[0].tolist() == [8.0, 2.0, 0.0, 1.0]
    assert before.counts.tolist() == COUNTS.tolist()
    names = [change.what for change in before.changes(after)]
    assert names == ["physics_weight", "sharpness", "confirm_threshold", "count[0,transitional]"]


def test_counts_come_to_be_the_shares_of_the_outcomes():
    learned = Learned.start(COUNTS)
    random = np.random.default_rng(2)
    law = [0.1, 0.2, 0.3, 0.4]
    for truth in random.choice(4, 900, p=law):
        learned = learned.learn(verdict(learned), LABELS[truth])
    np.testing.assert_allclose(learned.told_by(0), law, atol=0.06)


def test_the_threshold_rises_where_confirmed_verdicts_are_wrong_and_stays_in_bounds():
    learned = Learned.start(COUNTS)
    told = verdict(learned)
    wrong = learned.learn(told, "chaotic")
    assert wrong.confirm == pytest.approx(0.918)
    right = learned.learn(told, "stable")
    assert right.confirm == pytest.approx(0.898)
    low, high = learned, learned
    for _ in range(60):
        low, high = low.learn(told, "stable"), high.learn(told, "chaotic")
    assert (low.confirm, high.confirm) == (0.8, 0.99)
    assert (low.wrong, high.wrong, high.confirmed) == (0, 60, 60)


def test_an_unconfirmed_verdict_does_not_move_the_threshold():
    learned = Learned.start(COUNTS)
    assert learned.learn(verdict(learned, confirmed=False), "chaotic").confirm == learned.confirm


def test_the_physics_weight_rises_while_physics_is_right_and_falls_while_it_is_not():
    good = bad = Learned.start(COUNTS)
    chaos = np.array([0.02, 0.02, 0.94, 0.02])
    for _ in range(10):
        good = good.learn(verdict(good, chaos), "chaotic")
        bad = bad.learn(verdict(bad, chaos), "stable")
    assert bad.weights.physics < 0.5
    assert good.weights.physics > 0.65


def test_json_keeps_the_last_bit():
    learned = Learned.start(COUNTS)
    for label in ("stable", "chaotic", "phase_change"):
        learned = learned.learn(verdict(learned), label)
    again = Learned.from_json(learned.to_json())
    assert again.weights.losses.tobytes() == learned.weights.losses.tobytes()
    assert again.counts.tobytes() == learned.counts.tobytes()
    assert again.to_json() == learned.to_json()
    assert again.weights.physics == learned.weights.physics


@pytest.mark.parametrize("outcome", ["anomalous", "initializing", "Stable", ""])
def test_what_is_no_outcome_is_refused(outcome):
    learned = Learned.start(COUNTS)
    with pytest.raises(ContractError, match="not an outcome"):
        learned.learn(verdict(learned), outcome)


def test_a_verdict_without_probabilities_teaches_nothing():
    learned = Learned.start(COUNTS)
    empty = Verdict("v7", "anomalous", True, None, learned.told_by(0), None, 0, 0.6)
    with pytest.raises(ConflictError, match="v7 was anomalous"):
        learned.learn(empty, "stable")


def test_a_table_of_another_form_is_refused():
    with pytest.raises(ContractError, match="columns"):
        Learned.start(np.ones((2, 3)))
    with pytest.raises(ContractError, match="below 0"):
        Learned.start(-COUNTS)
