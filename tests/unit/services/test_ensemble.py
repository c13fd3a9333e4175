"""The ensemble over lines within one process: the same desk and replicas, on threads."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.adapters.clock_system import SystemClock
from industriverse.engines.consensus import (
    Certificate,
    Forecast,
    Message,
    Terms,
    Vote,
    decode,
    digest_of,
    encode,
    frame,
    read_certificate,
    read_evidence,
    round_of,
    signed,
)
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.services.ensemble import (
    DESK,
    Ensemble,
    EnsembleForecast,
    EnsembleRequest,
    EnsembleSettings,
    ReplicaSpec,
    Serving,
    load,
)
from industriverse.services.ensemble._orders import read_order
from industriverse.services.ensemble._record import Record
from tests.fakes.keys import SeededSigner
from tests.fakes.messenger import connected
from tests.fakes.replica_works import after, drifting

HISTORY = np.random.default_rng(4).normal(0, 1, (6, 4, 5))
REQUEST = EnsembleRequest(HISTORY, 3)
SETTINGS = EnsembleSettings(delay_s=0.4, start_s=5, work_s=2)
LEADS = np.arange(1, 4).reshape(-1, 1, 1)


class Wrapped:
    """Lines whose outgoing messages a liar may change, for each receiver in its own way."""

    def __init__(self, inner, change):
        self._inner, self._change = inner, change

    def send(self, to, data):
        for changed in self._change(to, data):
            self._inner.send(to, changed)

    def __getattr__(self, name):
        return getattr(self._inner, name)


@contextmanager
def ensemble(works, settings=SETTINGS, change=None, ends=None):
    """Run three replicas on threads; `change` spoils what replica 2 sends."""
    ends = list[Any](ends or connected(4))
    if change is not None:
        ends[2] = Wrapped(ends[2], change)
    clock = SystemClock()
    signers = [SeededSigner(f"replica {number}") for number in range(3)]
    threads = [
        threading.Thread(
            target=Serving(n, ends[n], signers[n], clock, works[n]).until_closed, daemon=True
        )
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    try:
        yield Ensemble(ends[DESK], clock, settings, ends[DESK].close)
    finally:
        ends[DESK].close()
        for thread in threads:
            thread.join(5)


def forecast(running: Ensemble, request: EnsembleRequest = REQUEST) -> EnsembleForecast:
    return running.forecast(request, Context.fresh())


def mean_of(found: EnsembleForecast) -> np.ndarray:
    assert found.mean is not None
    return found.mean


def certificate_of(found: EnsembleForecast, keys=None) -> Certificate:
    assert found.certificate is not None
    return read_certificate(found.certificate, keys=keys)


@pytest.mark.parametrize("mode", ["synchronous", "unanimous"])
def test_three_honest_replicas_commit_their_median(mode):
    works = [drifting(0.01), drifting(0.02), drifting(0.05)]
    with ensemble(works, replace(SETTINGS, mode=mode)) as running:
        found = forecast(running)
        keys = running.keys
    assert (found.status, found.why) == ("confirmed", "")
    np.testing.assert_array_equal(mean_of(found), HISTORY[-1] + 0.02 * LEADS)
    assert found.spread is not None
    apart = np.std([0.01, 0.02, 0.05], ddof=1) * LEADS
    np.testing.assert_allclose(found.spread, np.broadcast_to(apart, REQUEST.shape))
    assert found.outcomes == dict.fromkeys(range(3), "agree")
    assert found.trust == dict.fromkeys(range(3), 1.0)
    certificate = certificate_of(found, keys)
    assert certificate.is_of(mean_of(found))
    assert not certificate.is_of(mean_of(found) + 1e-15)
    assert certificate.terms.asked == REQUEST.digest
    assert set(found.signatures) == set(found.votes)
    assert len(found.votes) >= (3 if mode == "unanimous" else 2)


def test_a_replica_that_lies_about_values_is_outvoted_and_loses_trust():
    works = [drifting(0.01), after(1, "lie", 0.01), drifting(0.02)]
    with ensemble(works) as running:
        forecast(running)
        found = forecast(running)
    assert found.status == "confirmed"
    assert (mean_of(found) >= np.minimum(HISTORY[-1], HISTORY[-1] + 0.01 * LEADS)).all()
    assert (mean_of(found) <= HISTORY[-1] + 0.02 * LEADS).all()
    assert found.outcomes[1] == "differ"
    assert found.trust == {0: 1.0, 1: pytest.approx(0.25), 2: 1.0}


@pytest.mark.parametrize("how", ["raise", "nan"])
def test_a_replica_without_a_forecast_is_survived_and_said(how):
    works = [drifting(0.01), after(0, how), drifting(0.02)]
    with ensemble(works) as running:
        found = forecast(running)
    assert found.status == "confirmed"
    np.testing.assert_allclose(mean_of(found), HISTORY[-1] + 0.015 * LEADS)
    assert sorted(found.forecasts) == [0, 2]
    assert found.outcomes[1] == "late"


def test_a_replica_that_hangs_is_survived_and_spoils_no_later_round():
    works = [drifting(0.01), after(0, "hang", seconds=1.2), drifting(0.02)]
    with ensemble(works, replace(SETTINGS, work_s=0.4)) as running:
        found = forecast(running)
        assert found.status == "confirmed"
        assert found.outcomes == {0: "agree", 1: "late", 2: "agree"}
        assert running.amendments(1.5) == ()


def test_two_failures_halt_it_and_it_says_so():
    works = [drifting(), after(0, "raise"), after(0, "nan")]
    with ensemble(works) as running:
        found = forecast(running)
    assert found.status == "halted"
    assert found.mean is None
    assert found.certificate is None
    assert "replica 1: RuntimeError: no more" in found.why
    assert "replica 2" in found.why


def test_one_failure_halts_a_unanimous_ensemble():
    works = [drifting(), after(0, "raise"), drifting()]
    with ensemble(works, replace(SETTINGS, mode="unanimous")) as running:
        found = forecast(running)
    assert found.status == "halted"
    assert "no more" in found.why


def test_two_faces_are_proven_and_the_honest_commit_unconfirmed():
    signer = SeededSigner("replica 2")

    def two_faced(to, data):
        order = read_order(data)
        if order is not None and order.kind == "work":
            return [data]
        name = round_of(data)
        if name is None or to != 0:
            return [data]
        other = HISTORY[-1] + 9 * LEADS
        header = Forecast(name, 2, digest_of(other))
        return [data, encode(Message(signed(header, signer), other))]

    with ensemble([drifting(0.01), drifting(0.02), drifting(0.03)], change=two_faced) as running:
        found = forecast(running)
        keys = running.keys
    assert found.status == "unconfirmed"
    assert "replica 2 signed two different things" in found.why
    np.testing.assert_allclose(mean_of(found), HISTORY[-1] + 0.015 * LEADS)
    (document,) = found.evidence
    assert read_evidence(document, keys=keys).replica == 2
    assert found.outcomes[2] == "equivocate"
    with pytest.raises(ContractError, match="other keys"):
        read_evidence(document, keys=keys[::-1])


def test_a_report_that_does_not_hold_counts_for_nothing():
    def lying_to_the_desk(to, data):
        order = read_order(data)
        if to != DESK or order is None or order.kind != "decision":
            return [data]
        return [
            replace(order, payload=order.payload[:-8] + b"\x00" * 8).to_bytes(),
            b"",
            b"\xff" * 9,
        ]

    works = [drifting(0.01), drifting(0.02), drifting(0.03)]
    with ensemble(works, change=lying_to_the_desk) as running:
        found = forecast(running)
        record = running._records[found.round]
        running.amendments(0.3)
        assert set(record.reports) == {0, 1}
    assert found.status == "confirmed"


def test_what_is_late_amends_what_was_given_out():
    late = threading.Event()
    kept: list[tuple[int, bytes]] = []

    def keeps_its_vote(to, data):
        if b'"kind":"vote"' not in data or to == DESK or late.is_set():
            return [data]
        kept.append((to, data))
        return []

    ends = connected(4)
    works = [drifting(0.01), drifting(0.02), drifting(0.03)]
    with ensemble(works, change=keeps_its_vote, ends=ends) as running:
        found = forecast(running)
        assert found.status == "confirmed"
        time.sleep(3 * SETTINGS.delay_s)
        late.set()
        for to, data in kept:
            ends[2].send(to, data)
        amended = running.amendments(0.5)
        assert running.amendments() == ()
    assert [one.round for one in amended] == [found.round]
    assert "a message of replica 2 came late" in amended[0].why


ROUND = "0" * 64


@given(
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(["order", "round", "why", "key", "status", "held", "votes"]),
            st.one_of(
                st.sampled_from(["decision", "ready", "key", "confirmed", ROUND, "zz" * 32]),
                st.lists(st.integers(0, 9), max_size=2),
                st.none(),
            ),
        ).map(lambda says: frame(canonical_bytes(cast("Any", says)))),
    )
)
def test_nothing_that_a_replica_sends_crashes_the_desk(data):
    ends = connected(4)
    running = Ensemble(ends[DESK], SystemClock(), SETTINGS, lambda: None)
    terms = Terms("x", "a" * 64, (b"0" * 32, b"1" * 32, b"2" * 32), (2,), "unanimous", 1, 0)
    running._records[ROUND] = Record(terms, 0.2)
    running._ready[terms.round] = set()
    ends[1].send(DESK, data)
    running.amendments()
    assert running._records[ROUND].reports == {}


def test_a_flood_stops_no_round():
    ends = connected(4)
    works = [drifting(0.01), drifting(0.02), drifting(0.03)]
    over = threading.Event()

    def flood():
        while not over.is_set():
            ends[2].send(0, b"\x00" * 50)
            ends[2].send(1, b"\xff" * 50)
            time.sleep(0.001)

    with ensemble(works, ends=ends) as running:
        running.wait_until_loaded()
        thread = threading.Thread(target=flood)
        thread.start()
        try:
            found = forecast(running)
        finally:
            over.set()
            thread.join()
    assert found.status == "confirmed"


def test_a_replica_that_never_starts_is_missed():
    ends = connected(4)
    ends[1].close()
    running = Ensemble(ends[DESK], SystemClock(), replace(SETTINGS, start_s=0.2), lambda: None)
    with pytest.raises(UnavailableError, match="did not start"):
        forecast(running)


def test_the_deadline_of_the_call_limits_the_work():
    works = [drifting(), after(0, "hang", seconds=1.0), drifting()]
    with ensemble(works) as running:
        running.wait_until_loaded()
        soon = replace(Context.fresh(), deadline_s=SystemClock().monotonic() + 0.2)
        found = running.forecast(REQUEST, soon)
    assert found.work_s < 0.8
    assert found.status == "confirmed"


@pytest.mark.parametrize(
    ("history", "leads", "said"),
    [
        (np.zeros(4), 1, "no frames"),
        (np.zeros((0, 4)), 1, "no frames"),
        (np.full((2, 2), np.nan), 1, "NaN"),
        (np.zeros((2, 2)), 0, "0 leads"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(history, leads, said):
    with pytest.raises(ContractError, match=said):
        EnsembleRequest(history, leads)


def test_the_digest_covers_everything_asked():
    digests = {
        REQUEST.digest,
        EnsembleRequest(HISTORY, 4).digest,
        EnsembleRequest(HISTORY.reshape(6, 20), 3).digest,
        EnsembleRequest(HISTORY + 1e-16, 3).digest,
    }
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("nothing.there:at_all", {}),
        ("tests.fakes.replica_works:absent", {}),
        ("tests.fakes.replica_works:drifting", {"unknown": 1}),
        ("no colon", {}),
    ],
)
def test_a_spec_that_names_nothing_is_refused(target, arguments):
    with pytest.raises(ContractError, match="No forecaster"):
        load(ReplicaSpec(target, arguments))


def test_votes_and_forecasts_of_a_certificate_are_bound_to_the_request():
    with ensemble([drifting(0.01), drifting(0.02), drifting(0.03)]) as running:
        first, second = forecast(running), forecast(running)
    assert first.round != second.round
    terms = certificate_of(first).terms
    vote = certificate_of(second).votes[0]
    assert isinstance(vote, Vote)
    with pytest.raises(ContractError, match="another round"):
        decode(encode(Message(vote)), terms)
