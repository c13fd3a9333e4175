"""A desk keeps each stream apart, forgets the oldest, and reaches every label."""

import numpy as np
import pytest

from industriverse.adapters.stream_memory import MemoryEventStream
from industriverse.engines.regimes import LABELS, RegimeModel
from industriverse.engines.regimes.statistical import STATES
from industriverse.engines.simulation.known_regimes import FAMILIES, known_records
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ConflictError, ContractError
from industriverse.services.count_states import shipped_counts
from industriverse.services.feedback import Feedback, Outcome, StreamKey
from industriverse.services.regime_desk import RegimeDesk
from industriverse.services.regime_model import shipped_regime_model
from tests.fakes.clock import HandClock

ME = Context.fresh(tenant="acme", principal="ann")


def opened(most: int = 64) -> tuple[RegimeDesk, Feedback]:
    feedback = Feedback(shipped_counts(), MemoryEventStream(), HandClock())
    return RegimeDesk(shipped_regime_model, feedback, HandClock(), most=most), feedback


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 2))


@pytest.fixture(scope="module")
def records() -> dict[str, np.ndarray]:
    """A clear record of each regime, of held-out parameters."""
    wanted = {
        "stable": "logistic_fixed",
        "transitional": "logistic_near",
        "chaotic": "henon",
        "phase_change": "logistic_crossing",
    }
    families = tuple(f for f in FAMILIES if f.__name__ in wanted.values())
    longest: dict[str, np.ndarray] = {}
    for record in known_records(per_family=3, part="held_out", seed=4, families=families):
        if len(record.values) > len(longest.get(record.label, ())):
            longest[record.label] = record.values
    return longest


def test_each_of_the_six_labels_is_reached(records):
    desk, _ = opened()
    reached = {
        desk.update(label, "signal", rows, 1.0, ME).regime.label for label, rows in records.items()
    }
    assert reached == set(LABELS)
    first = desk.update("short", "signal", noise(20), 1.0, ME)
    assert (first.regime.label, first.verdict.probabilities) == ("initializing", None)
    odd = noise(384)
    odd[::37] = np.array([1e4, -1e4])
    desk.update("odd", "signal", noise(384, 2), 1.0, ME)
    strange = desk.update("odd", "signal", odd, 1.0, ME)
    assert strange.regime.label == "anomalous"


def test_the_verdict_is_the_pool_of_what_both_branches_said(records):
    desk, feedback = opened()
    told = desk.update("pump", "signal", records["chaotic"], 1.0, ME)
    verdict = told.verdict
    assert verdict.physics is not None
    learned = feedback.learned(StreamKey("acme", "pump", "signal"))
    again = learned.fuse(verdict.physics, verdict.state)
    np.testing.assert_array_equal(verdict.probabilities, again)
    assert told.regime.probabilities["chaotic"] == again[2]
    assert sum(told.regime.probabilities.values()) == pytest.approx(1.0)
    assert STATES[verdict.state] in told.regime.evidence


def test_outcomes_of_a_stream_change_its_next_verdict_and_no_other_ones(records):
    desk, feedback = opened()
    rows = records["chaotic"]
    for source in ("pump", "fan"):
        verdict = desk.update(source, "signal", rows, 1.0, ME).verdict
    for _ in range(5):
        verdict = desk.update("pump", "signal", rows[:0], 1.0, ME).verdict
        feedback.take(Outcome("pump", "signal", verdict.id, "stable", "looked"), ME)
    taught = desk.update("pump", "signal", rows[:0], 1.0, ME).verdict
    untaught = desk.update("fan", "signal", rows[:0], 1.0, ME).verdict
    assert taught.probabilities is not None
    assert untaught.probabilities is not None
    assert taught.probabilities[0] > untaught.probabilities[0]
    assert taught.weight < untaught.weight


def test_a_verdict_on_too_little_takes_no_outcome():
    desk, feedback = opened()
    verdict = desk.update("pump", "signal", noise(20), 1.0, ME).verdict
    with pytest.raises(ConflictError, match="initializing"):
        feedback.take(Outcome("pump", "signal", verdict.id, "stable", "looked"), ME)


def test_tenants_with_one_source_do_not_share_a_tracker():
    desk, _ = opened()
    desk.update("pump", "signal", noise(100), 1.0, ME)
    other = desk.update("pump", "signal", noise(20), 1.0, Context.fresh(tenant="globex"))
    assert other.regime.label == "initializing"
    assert len(desk.streams) == 2


def test_the_least_recently_used_stream_leaves():
    desk, _ = opened(most=2)
    for source in ("a", "b", "a", "c"):
        desk.update(source, "signal", noise(10), 1.0, ME)
    assert [key.source for key in desk.streams] == ["a", "c"]


def test_another_step_or_other_channels_are_refused():
    desk, feedback = opened()
    desk.update("pump", "signal", noise(10), 1.0, ME)
    with pytest.raises(ContractError, match="step"):
        desk.update("pump", "signal", noise(10), 2.0, ME)
    with pytest.raises(ContractError, match="channels"):
        desk.update("pump", "signal", np.ones((3, 5)), 1.0, ME)
    with pytest.raises(ContractError, match="infinite"):
        desk.update("pump", "signal", np.full((3, 2), np.inf), 1.0, ME)
    with pytest.raises(ContractError, match="Room for 0"):
        RegimeDesk(_never, feedback, HandClock(), most=0)


def _never() -> RegimeModel:
    raise AssertionError
