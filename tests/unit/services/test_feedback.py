"""Outcomes that come late, wrong, twice or for someone else; and taking them back."""

import json

import numpy as np
import pytest

from industriverse.adapters.stream_memory import MemoryEventStream
from industriverse.engines.regimes import LABELS, Verdict
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.services.feedback import TOPIC, Feedback, Outcome, StreamKey
from tests.fakes.clock import HandClock

COUNTS = np.array([[8.0, 1.0, 0.0, 1.0], [0.0, 2.0, 7.0, 1.0]])
ME = Context.fresh(tenant="acme", principal="ann")
KEY = StreamKey("acme", "pump", "signal")


def begun(stream: MemoryEventStream | None = None, **bounds: int) -> Feedback:
    return Feedback(COUNTS, stream or MemoryEventStream(), HandClock(), **bounds)


def told(feedback: Feedback, name: str, key: StreamKey = KEY) -> Verdict:
    """Judge once, as a desk does, and wait for the outcome."""
    learned = feedback.learned(key)
    physics = np.array([0.1, 0.1, 0.7, 0.1])
    fused = learned.fuse(physics, 1)
    verdict = Verdict(
        name,
        LABELS[int(fused.argmax())],
        True,
        fused,
        learned.told_by(1),
        physics,
        1,
        learned.weights.physics,
    )
    feedback.expect(key, verdict)
    return verdict


def outcome(name: str, label: str = "chaotic", why: str = "an engineer looked") -> Outcome:
    return Outcome("pump", "signal", name, label, why)


def test_an_outcome_may_come_after_many_later_verdicts():
    feedback = begun()
    for number in range(50):
        told(feedback, f"v{number}")
    feedback.take(outcome("v49"), ME)
    feedback.take(outcome("v0", "stable"), ME)
    report = feedback.report("pump", "signal", ME)
    assert (report.outcomes, report.waiting, report.wrong) == (2, 48, 1)
    assert report.regret <= report.bound
    assert report.statistical + report.physics == 1.0


def test_the_log_says_what_from_to_why_when_and_by_whom():
    stream = MemoryEventStream()
    feedback = begun(stream)
    told(feedback, "v1")
    before = feedback.learned(KEY)
    line = feedback.take(outcome("v1"), ME)
    (event,) = stream.read(TOPIC, 0, limit=10, wait_s=0.0)
    said = json.loads(event.value)
    assert said["key"] == ["acme", "pump", "signal"]
    assert (said["kind"], said["verdict"], said["outcome"]) == ("outcome", "v1", "chaotic")
    assert (said["by"], said["why"], said["when"]) == ("ann", "an engineer looked", line.when)
    moved = {change["what"]: (change["from"], change["to"]) for change in said["changes"]}
    assert moved["confirm_threshold"] == (0.9, feedback.learned(KEY).confirm)
    assert moved["count[1,chaotic]"] == (7.0, 8.0)
    assert moved["physics_weight"] == (
        before.weights.physics,
        feedback.learned(KEY).weights.physics,
    )


def test_undo_brings_back_the_state_before_to_the_bit_and_the_verdict_waits_again():
    feedback = begun()
    states: list[str] = []
    for number in range(5):
        told(feedback, f"v{number}")
        states.append(feedback.learned(KEY).to_json())
        feedback.take(outcome(f"v{number}", LABELS[number % 4]), ME)
    for state in reversed(states):
        feedback.undo("pump", "signal", "named by mistake", ME)
        assert feedback.learned(KEY).to_json() == state
        losses = feedback.learned(KEY).weights.losses
        assert losses.tobytes() == np.array(json.loads(state)["weights"]["losses"]).tobytes()
    with pytest.raises(ConflictError, match="left to undo"):
        feedback.undo("pump", "signal", "once more", ME)
    feedback.take(outcome("v4", "stable"), ME)
    assert feedback.report("pump", "signal", ME).outcomes == 1


def test_another_start_finds_in_the_log_what_was_learned_and_can_undo_it():
    stream = MemoryEventStream()
    feedback = begun(stream)
    states: list[str] = []
    for number in range(3):
        told(feedback, f"v{number}")
        states.append(feedback.learned(KEY).to_json())
        feedback.take(outcome(f"v{number}"), ME)
    feedback.undo("pump", "signal", "a mistake", ME)
    again = begun(stream)
    assert again.learned(KEY).to_json() == states[2]
    again.undo("pump", "signal", "a mistake too", ME)
    assert again.learned(KEY).to_json() == states[1]


def test_a_log_that_lost_its_beginning_gives_the_state_but_undoes_no_further_than_it_reaches():
    stream = MemoryEventStream(events=2)
    feedback = begun(stream)
    for number in range(4):
        told(feedback, f"v{number}")
        feedback.take(outcome(f"v{number}"), ME)
    again = begun(stream)
    assert again.learned(KEY).to_json() == feedback.learned(KEY).to_json()
    again.undo("pump", "signal", "a mistake", ME)
    with pytest.raises(ConflictError, match="left to undo"):
        again.undo("pump", "signal", "a mistake", ME)


def test_nothing_has_moved_when_the_log_takes_no_more():
    stream = MemoryEventStream(topics=1)
    feedback = begun(stream)
    stream.publish("other", "k", b"")
    told(feedback, "v1")
    before = feedback.learned(KEY)
    with pytest.raises(Exception, match="topics"):
        feedback.take(outcome("v1"), ME)
    assert feedback.learned(KEY) is before
    assert feedback.report("pump", "signal", ME).waiting == 1


def test_unknown_and_repeated_and_forgotten_verdicts_are_refused_in_words():
    feedback = begun(waiting=2)
    with pytest.raises(NotFoundError, match="No stream 'pump'"):
        feedback.take(outcome("v1"), ME)
    for number in range(3):
        told(feedback, f"v{number}")
    with pytest.raises(NotFoundError, match="'v0'"):
        feedback.take(outcome("v0"), ME)
    with pytest.raises(NotFoundError, match="'none'"):
        feedback.take(outcome("none"), ME)
    feedback.take(outcome("v1"), ME)
    with pytest.raises(ConflictError, match="came before"):
        feedback.take(outcome("v1"), ME)


@pytest.mark.parametrize("label", ["anomalous", "initializing", "7"])
def test_what_is_no_outcome_is_refused_and_moves_nothing(label):
    feedback = begun()
    told(feedback, "v1")
    with pytest.raises(ContractError, match="not an outcome"):
        feedback.take(outcome("v1", label), ME)
    with pytest.raises(ContractError, match="reason"):
        feedback.take(outcome("v1", why="  "), ME)
    assert feedback.report("pump", "signal", ME).outcomes == 0


def test_no_tenant_source_or_domain_learns_from_or_reaches_another():
    feedback = begun()
    others = [
        StreamKey("globex", "pump", "signal"),
        StreamKey("acme", "fan", "signal"),
        StreamKey("acme", "pump", "fluid"),
    ]
    told(feedback, "v1")
    for other in others:
        told(feedback, "w1", other)
    feedback.take(outcome("v1"), ME)
    assert [feedback.learned(other).weights.outcomes for other in others] == [0, 0, 0]
    with pytest.raises(NotFoundError):
        feedback.take(outcome("v1"), Context.fresh(tenant="globex"))


def test_the_least_recently_used_stream_leaves():
    feedback = begun(streams=2)
    for source in ("a", "b", "a", "c"):
        told(feedback, source, StreamKey("acme", source, "signal"))
    feedback.report("a", "signal", ME)
    with pytest.raises(NotFoundError, match="'b'"):
        feedback.report("b", "signal", ME)


def test_no_room_is_refused():
    with pytest.raises(ContractError, match="1 or more"):
        begun(waiting=0)
