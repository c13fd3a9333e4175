"""The protocol step by step, by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.consensus import (
    Anomaly,
    Echo,
    Forecast,
    Message,
    Mode,
    Terms,
    Vote,
    decode,
    digest_of,
    encode,
    enter,
    hear,
    round_of,
    signed,
    tick,
)
from industriverse.kernel.errors import ContractError
from tests.fakes.keys import SeededSigner

SIGNERS = [SeededSigner(f"replica {number}") for number in range(3)]
START, DELAY, SKEW = 1000, 100, 10
BOUND = DELAY + SKEW
VALUES = [np.array([1.0, 5.0]), np.array([2.0, -5.0]), np.array([9.0, 0.0])]


def terms_of(mode: Mode = "synchronous", **changes: Any):
    keys = tuple(signer.public_key for signer in SIGNERS)
    terms = Terms("one", "a" * 64, keys, (2,), mode, DELAY, SKEW)
    return replace(terms, **changes)


TERMS = terms_of()


def forecast(number, values=None, terms=TERMS):
    values = VALUES[number] if values is None else values
    statement = signed(Forecast(terms.round, number, digest_of(values)), SIGNERS[number])
    return Message(statement, values)


def echo(by, message, terms=TERMS):
    return Message(signed(Echo(terms.round, by, message.statement), SIGNERS[by]), message.values)


def vote(by, messages, aggregate, terms=TERMS):
    pairs = tuple((m.statement.replica, m.statement.digest) for m in messages)
    return Message(signed(Vote(terms.round, by, pairs, digest_of(aggregate)), SIGNERS[by]))


class Bench:
    """A replica 0 that is handed messages and the time."""

    def __init__(self, terms=TERMS, values: np.ndarray | None = VALUES[0]):
        self.replica = enter(terms, 0, SIGNERS[0], START, values)
        self.said, self.decided = [], []

    def tick(self, now):
        return self._after(tick(self.replica, now))

    def hear(self, message, now):
        data = message if isinstance(message, bytes) else encode(message)
        return self._after(hear(self.replica, data, now))

    def _after(self, step):
        self.replica = step.replica
        self.said += [decode(data, self.replica.terms).statement for data in step.messages]
        self.decided += step.decisions
        return self

    def kinds(self):
        return [statement.kind for statement in self.said]


def all_three():
    bench = Bench().tick(START)
    for number in (1, 2):
        bench.hear(forecast(number), START + 50)
    return bench.tick(START + 2 * BOUND + 1)


MEDIAN = np.array([2.0, 0.0])
ALL = [forecast(number) for number in range(3)]


def test_a_round_as_it_should_be():
    bench = Bench()
    assert bench.replica.due_us == START
    bench.tick(START)
    assert bench.kinds() == ["forecast"]
    assert bench.replica.due_us == START + 2 * BOUND + 1
    bench.hear(forecast(1), START + 50).hear(forecast(2), START + 60)
    assert bench.kinds() == ["forecast", "echo", "echo"]
    bench.tick(START + 2 * BOUND)
    assert bench.kinds() == ["forecast", "echo", "echo"]
    bench.tick(START + 2 * BOUND + 1)
    assert bench.kinds()[-1] == "vote"
    assert bench.decided == []
    bench.hear(vote(2, ALL, MEDIAN), START + 2 * BOUND + 40)
    (decision,) = bench.decided
    assert decision.status == "confirmed"
    np.testing.assert_array_equal(decision.values, MEDIAN)
    assert [one.replica for one in decision.votes] == [0, 2]
    bench.tick(START + 3 * BOUND + 2)
    assert bench.replica.due_us is None
    assert len(bench.decided) == 1


def test_unanimous_votes_at_once_and_commits_at_three():
    terms = terms_of("unanimous")
    messages = [forecast(number, terms=terms) for number in range(3)]
    bench = Bench(terms).tick(START)
    bench.hear(messages[1], START + 1).hear(messages[2], START + 2)
    assert bench.kinds() == ["forecast", "echo", "echo", "vote"]
    bench.hear(vote(1, messages, MEDIAN, terms), START + 3)
    assert bench.decided == []
    bench.hear(vote(2, messages, MEDIAN, terms), START + 4)
    assert bench.decided[0].status == "confirmed"


def test_a_forecast_that_only_another_received_comes_by_echo():
    bench = Bench().tick(START).hear(forecast(1), START + 50)
    bench.hear(echo(1, forecast(2)), START + 2 * BOUND)
    bench.tick(START + 2 * BOUND + 1)
    assert [author for author, _ in bench.said[-1].forecasts] == [0, 1, 2]


@pytest.mark.parametrize(
    ("message", "moment"),
    [
        (forecast(2), START + BOUND + 1),
        (echo(1, forecast(2)), START + 2 * BOUND + 1),
    ],
)
def test_what_comes_late_is_left_out_and_makes_the_commit_unconfirmed(message, moment):
    bench = Bench().tick(START).hear(forecast(1), START + 50)
    bench.hear(message, moment).tick(START + 2 * BOUND + 1)
    votes = [said for said in bench.said if isinstance(said, Vote)]
    assert [author for author, _ in votes[0].forecasts] == [0, 1]
    bench.hear(vote(1, ALL[:2], np.array([1.5, 0.0])), START + 2 * BOUND + 2)
    (decision,) = bench.decided
    assert decision.status == "unconfirmed"
    assert decision.anomalies == {Anomaly("late", message.statement.replica)}
    np.testing.assert_array_equal(decision.values, [1.5, 0.0])


def test_a_late_vote_amends_the_commit():
    bench = all_three().hear(vote(1, ALL, MEDIAN), START + 2 * BOUND + 5)
    bench.hear(vote(2, ALL, MEDIAN), START + 3 * BOUND + 2)
    assert [one.status for one in bench.decided] == ["confirmed", "unconfirmed"]
    assert bench.decided[1].why == "a message of replica 2 came late"


def test_two_faces_are_left_out_and_proven():
    bench = Bench().tick(START).hear(forecast(1), START + 50)
    bench.hear(forecast(2), START + 51).hear(forecast(2, VALUES[2] + 1), START + 52)
    bench.tick(START + 2 * BOUND + 1)
    assert [author for author, _ in bench.said[-1].forecasts] == [0, 1]
    (found,) = bench.replica.evidence
    assert found.replica == 2
    for extra in range(5):
        bench.hear(forecast(2, VALUES[2] + 2 + extra), START + 53 + extra)
    assert len(bench.replica.forecasts) == 4
    assert len(bench.replica.evidence) == 1


def test_two_votes_of_one_replica_are_proven():
    bench = all_three().hear(vote(2, ALL, MEDIAN), START + 2 * BOUND + 5)
    bench.hear(vote(2, ALL[:2], np.array([1.5, 0.0])), START + 2 * BOUND + 6)
    assert bench.decided[-1].status == "unconfirmed"
    assert bench.decided[-1].evidence[0].first.kind == "vote"


def test_what_one_fault_cannot_explain_stops_the_replica():
    bench = all_three().hear(vote(1, ALL[:2], MEDIAN), START + 2 * BOUND + 5)
    assert bench.decided == []
    bench.hear(vote(2, ALL[1:], MEDIAN), START + 2 * BOUND + 6)
    assert bench.decided[0].status == "halted"
    assert bench.replica.phase == "closed"
    bench = Bench().tick(START)
    bench.hear(forecast(1), START + BOUND + 1).hear(forecast(2), START + BOUND + 1)
    bench.tick(START + 2 * BOUND + 1)
    assert "vote" not in bench.kinds()
    assert bench.decided[0].status == "halted"


def test_alone_it_halts():
    bench = Bench().tick(START).tick(START + 2 * BOUND + 1)
    assert (bench.decided[0].status, bench.decided[0].why) == (
        "halted",
        "Fewer than two forecasts came.",
    )
    bench = all_three().tick(START + 3 * BOUND + 2)
    assert bench.decided[0].why == "The round ended without enough equal votes."


def test_one_who_slept_through_the_start_says_nothing():
    bench = Bench().tick(START + BOUND + 1)
    assert bench.said == []
    assert bench.decided[0].status == "halted"


def test_own_messages_sent_back_and_copies_change_nothing():
    bench = all_three().hear(vote(1, ALL, MEDIAN), START + 2 * BOUND + 5)
    before = bench.replica
    for message in (forecast(0), echo(0, forecast(1)), vote(0, ALL, MEDIAN)):
        bench.hear(message, START + 5 * BOUND)
    for message in (forecast(1), vote(1, ALL, MEDIAN)):
        bench.hear(message, START + 5 * BOUND)
    assert bench.replica.anomalies == frozenset()
    assert len(bench.decided) == 1
    assert bench.replica.votes == before.votes


def test_a_replica_without_a_forecast_still_votes():
    bench = Bench(values=None).tick(START)
    bench.hear(forecast(1), START + 5).hear(forecast(2), START + 6).tick(START + 2 * BOUND + 1)
    assert bench.kinds() == ["echo", "echo", "vote"]


def test_nobody_enters_with_a_key_or_values_that_do_not_fit():
    with pytest.raises(ContractError, match="not that of replica 1"):
        enter(TERMS, 1, SIGNERS[0], START, VALUES[0])
    with pytest.raises(ContractError, match="not finite"):
        enter(TERMS, 0, SIGNERS[0], START, np.array([1.0, np.nan]))
    with pytest.raises(ContractError, match="shape"):
        enter(TERMS, 0, SIGNERS[0], START, np.zeros(3))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"members": TERMS.members[:2]}, "3 different keys"),
        ({"members": (TERMS.members[0],) * 3}, "3 different keys"),
        ({"members": (b"short", *TERMS.members[1:])}, "32 bytes"),
        ({"shape": ()}, "shape"),
        ({"shape": (0,)}, "shape"),
        ({"shape": (1 << 20, 1 << 20)}, "shape"),
        ({"delay_us": 0}, "no bound"),
        ({"skew_us": -1}, "no bound"),
    ],
)
def test_terms_that_no_round_can_have_are_refused(changes, said):
    with pytest.raises(ContractError, match=said):
        terms_of(**changes)


def test_every_term_is_in_the_rounds_name():
    others: list[dict[str, Any]] = [
        {"nonce": "two"},
        {"asked": "b" * 64},
        {"members": TERMS.members[::-1]},
        {"shape": (1, 2)},
        {"mode": "unanimous"},
        {"delay_us": 101},
        {"skew_us": 11},
    ]
    assert len({TERMS.round, *(terms_of(**other).round for other in others)}) == 8


NAN = np.array([np.nan, 0.0])
BAD = {
    "another round": encode(forecast(1, terms=terms_of(nonce="two"))),
    "another's name": encode(
        Message(signed(Forecast(TERMS.round, 1, digest_of(VALUES[1])), SIGNERS[2]), VALUES[1])
    ),
    "other values": encode(replace(forecast(1), values=VALUES[2])),
    "values with a vote": encode(vote(1, ALL, MEDIAN)) + b"\x00" * 8,
    "no values": encode(replace(forecast(1), values=None)),
    "not a number": encode(forecast(1, NAN)),
    "another shape": encode(forecast(1, np.zeros(3))),
    "an echo of itself": encode(echo(1, forecast(1))),
    "an echo of a forgery": encode(
        echo(1, Message(signed(Forecast(TERMS.round, 2, digest_of(MEDIAN)), SIGNERS[1]), MEDIAN))
    ),
    "a vote for one": encode(vote(1, ALL[:1], MEDIAN)),
    "a vote out of order": encode(vote(1, ALL[::-1], MEDIAN)),
    "nothing": b"",
    "a length only": b"\x00\x00\x00\x05",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_message_that_is_not_in_order_changes_nothing(data):
    bench = Bench().tick(START)
    before = bench.replica
    bench.hear(data, START)
    assert bench.replica == before
    with pytest.raises(ContractError):
        decode(data, TERMS)


@given(st.binary(max_size=300))
def test_no_bytes_crash_a_replica(data):
    bench = Bench().tick(START)
    before = bench.replica
    bench.hear(data, START).hear(len(data).to_bytes(4, "big") + data, START)
    assert bench.replica == before
    assert round_of(data) is None


@given(
    st.sampled_from([encode(m) for m in (forecast(1), echo(1, forecast(2)), vote(1, ALL, MEDIAN))]),
    st.data(),
)
def test_no_changed_byte_is_accepted(data, drawn):
    place = drawn.draw(st.integers(0, len(data) - 1))
    byte = drawn.draw(st.integers(0, 255).filter(lambda byte: byte != data[place]))
    changed = data[:place] + bytes([byte]) + data[place + 1 :]
    before = Bench().tick(START)
    assert before.replica == Bench().tick(START).hear(changed, START).replica
    with pytest.raises(ContractError):
        decode(data[: drawn.draw(st.integers(0, len(data) - 1))], TERMS)
