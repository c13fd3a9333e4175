"""The protocol: what a replica does when time passes, and when a message comes."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from industriverse.kernel.errors import ContractError

from ._aggregate import digest_of, median
from ._evidence import equivocation
from ._replica import (
    Anomaly,
    Decision,
    Held,
    Replica,
    Step,
    direct_until,
    equal_votes,
    fix_after,
    single_forecasts,
    vote_until,
)
from ._statements import Echo, Forecast, Vote, signed
from ._terms import REPLICAS
from ._wire import Message, decode, encode

_FEWEST = 2


def tick(replica: Replica, now_us: int) -> Step:
    """Tell a replica the time, by its own clock.

    Args:
        replica: Its state.
        now_us: [µs]. Due at `replica.due_us`; an earlier moment changes nothing.
    """
    turn = _Turn(replica)
    turn.pass_time(now_us)
    return turn.done()


def hear(replica: Replica, data: bytes, now_us: int) -> Step:
    """Hand a replica a message; what is malformed, forged or of another round changes nothing.

    Args:
        replica: Its state.
        data: Whatever came.
        now_us: [µs]. When it came, by the replica's own clock.
    """
    turn = _Turn(replica)
    turn.pass_time(now_us)
    try:
        message = decode(data, replica.terms)
    except ContractError:
        return turn.done()
    turn.take(message)
    return turn.done()


class _Turn:
    """One input on its way through: the state so far, and what goes out."""

    def __init__(self, replica: Replica) -> None:
        self.at = replica
        self.messages: list[bytes] = []
        self.decisions: list[Decision] = []

    def done(self) -> Step:
        """Return what came of it."""
        return Step(self.at, tuple(self.messages), tuple(self.decisions))

    def pass_time(self, now_us: int) -> None:
        """Do what is due by now."""
        self.at = replace(self.at, now_us=max(self.at.now_us, now_us))
        if self.at.phase == "waiting" and self.at.now_us >= self.at.start_us:
            self._start()
        if self._must_fix():
            self._fix()
        if self.at.phase != "closed" and self.at.now_us > vote_until(self.at):
            self._close("The round ended without enough equal votes.")

    def _must_fix(self) -> bool:
        waits = self.at.phase == "gathering" and self.at.terms.mode == "synchronous"
        return waits and fix_after(self.at) < self.at.now_us <= vote_until(self.at)

    def take(self, message: Message) -> None:
        """Handle an authentic message."""
        statement = message.statement
        if statement.replica == self.at.me:
            return  # an own message that somebody sent back
        if isinstance(statement, Vote):
            self._take_vote(statement)
        elif message.values is not None:
            author = statement.of if isinstance(statement, Echo) else statement
            self._take_forecast(Held(author, message.values), statement)
        self._judge()

    def _start(self) -> None:
        """Send the own forecast, unless the start was slept through."""
        if self.at.now_us > direct_until(self.at):
            self._close("The replica came too late to take part.")
            return
        self.at = replace(self.at, phase="gathering")
        values = self.at.values
        if values is None:
            return
        forecast = Forecast(self.at.terms.round, self.at.me, digest_of(values))
        forecast = signed(forecast, self.at.signer)
        self._note_first(forecast)
        self._send(Message(forecast, values))
        self._hold(Held(forecast, values))

    def _take_forecast(self, held: Held, statement: Forecast | Echo) -> None:
        """Take a forecast from its author or, in an echo, from another."""
        author, digest = held.forecast.replica, held.forecast.digest
        mark = (statement.kind, statement.replica, author, digest)
        known = [each for each in self.at.forecasts if each[0] == author]
        # After two different ones the author is out of the set; a third would only fill memory.
        if mark in self.at.heard or (len(known) > 1 and (author, digest) not in known):
            return
        self._note_first(held.forecast)
        direct = isinstance(statement, Forecast)
        if self._is_late(direct_until(self.at) if direct else fix_after(self.at)):
            self._note(Anomaly("late", statement.replica))
            return
        self.at = replace(self.at, heard=self.at.heard | {mark})
        if (author, digest) not in known:
            if direct:
                self._echo(held)
            self._hold(held)

    def _is_late(self, until_us: int) -> bool:
        return self.at.terms.mode == "synchronous" and self.at.now_us > until_us

    def _echo(self, held: Held) -> None:
        echo = signed(Echo(self.at.terms.round, self.at.me, held.forecast), self.at.signer)
        self._send(Message(echo, held.values))

    def _hold(self, held: Held) -> None:
        """Keep a forecast that came in time; unanimous replicas vote once they hold one of each."""
        key = (held.forecast.replica, held.forecast.digest)
        kept = MappingProxyType({**self.at.forecasts, key: held})
        self.at = replace(self.at, forecasts=kept)
        gathering = self.at.phase == "gathering" and self.at.terms.mode == "unanimous"
        if gathering and len(single_forecasts(self.at)) == REPLICAS:
            self._fix()

    def _fix(self) -> None:
        """Fix the set, compute its aggregate, vote for it."""
        if self._accused_two():
            self._close("More than one replica was seen to fail, or messages came too late.")
            return
        found = single_forecasts(self.at)
        if len(found) < _FEWEST:
            self._close("Fewer than two forecasts came.")
            return
        aggregate = median(np.stack([held.values for held in found]))
        pairs = tuple((held.forecast.replica, held.forecast.digest) for held in found)
        vote = Vote(self.at.terms.round, self.at.me, pairs, digest_of(aggregate))
        vote = signed(vote, self.at.signer)
        self.at = replace(self.at, phase="voting", set_held=found, aggregate=aggregate)
        self._note_first(vote)
        self._send(Message(vote))
        self._keep_vote(vote)
        self._judge()

    def _take_vote(self, vote: Vote) -> None:
        """Take a replica's first vote; a copy of it changes nothing, another is evidence."""
        new = (vote.kind, vote.replica) not in self.at.first
        self._note_first(vote)
        if not new:
            return
        if self._is_late(vote_until(self.at)):
            self._note(Anomaly("late", vote.replica))
        elif self.at.phase != "closed":
            self._keep_vote(vote)

    def _keep_vote(self, vote: Vote) -> None:
        """Keep a vote, and hold all votes against the own; without the bound they may differ."""
        votes = {**self.at.votes, vote.replica: vote}
        self.at = replace(self.at, votes=MappingProxyType(votes))
        own = votes.get(self.at.me) if self.at.terms.mode == "synchronous" else None
        for other in votes.values():
            if own is not None and not other.equals(own):
                self._note(Anomaly("differ", other.replica))

    def _note_first(self, statement: Forecast | Vote) -> None:
        """Remember what a replica signed first; a second, different one is evidence."""
        place = (statement.kind, statement.replica)
        first = self.at.first.get(place, statement)
        self.at = replace(self.at, first=MappingProxyType({**self.at.first, place: first}))
        found = equivocation(first, statement)
        proven = {(one.first.kind, one.replica) for one in self.at.evidence}
        if found is not None and place not in proven:
            self.at = replace(self.at, evidence=(*self.at.evidence, found))
            self._note(Anomaly("equivocate", found.replica))

    def _note(self, anomaly: Anomaly) -> None:
        self.at = replace(self.at, anomalies=self.at.anomalies | {anomaly})

    def _accused_two(self) -> bool:
        accused = {anomaly.replica for anomaly in self.at.anomalies}
        return self.at.terms.mode == "synchronous" and len(accused) > 1

    def _judge(self) -> None:
        """Commit where enough equal votes are in, stop where one fault cannot explain it all."""
        if self.at.committed:
            self._commit()
        elif self.at.phase == "voting" and self._accused_two():
            self._close("More than one replica was seen to fail, or messages came too late.")
        elif self.at.phase == "voting" and len(equal_votes(self.at)) >= self.at.terms.quorum:
            self._commit()

    def _commit(self) -> None:
        """Decide, or amend what was decided."""
        amiss = sorted(self.at.anomalies, key=lambda one: (one.replica, one.kind))
        why = "; ".join(_SAID[one.kind].format(one.replica) for one in amiss)
        decision = Decision(
            "unconfirmed" if amiss else "confirmed",
            self.at.terms.round,
            why,
            self.at.aggregate,
            self.at.set_held,
            equal_votes(self.at),
            self.at.anomalies,
            self.at.evidence,
        )
        before = self.at.decision
        facts = (decision.anomalies, decision.evidence)
        if before is None or (before.anomalies, before.evidence) != facts:
            self._decide(decision)

    def _close(self, why: str) -> None:
        self.at = replace(self.at, phase="closed")
        if not self.at.committed:
            facts = (self.at.anomalies, self.at.evidence)
            self._decide(Decision("halted", self.at.terms.round, why, None, (), (), *facts))

    def _decide(self, decision: Decision) -> None:
        self.at = replace(self.at, decision=decision)
        self.decisions.append(decision)

    def _send(self, message: Message) -> None:
        self.messages.append(encode(message))


_SAID = {
    "late": "a message of replica {} came late",
    "differ": "replica {} voted for another aggregate",
    "equivocate": "replica {} signed two different things",
}
