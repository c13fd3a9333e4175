"""One replica in one round: what it holds, what it has seen amiss, and what it decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Signer

from ._evidence import Equivocation
from ._statements import Forecast, Vote
from ._terms import REPLICAS, Terms
from ._trust import Outcome

Phase = Literal["waiting", "gathering", "voting", "closed"]
Status = Literal["confirmed", "unconfirmed", "halted"]
Key = tuple[int, str]
Place = tuple[str, int]


class Held(NamedTuple):
    """A forecast that came in time: the statement and its `(*space)` values."""

    forecast: Forecast
    values: Float[np.ndarray, "*space"]


class Anomaly(NamedTuple):
    """Something that no honest replica does while the bound on time holds.

    Attributes:
        kind: `late`, `differ` (a vote for something else) or `equivocate`.
        replica: Whose fault it is, if the bound holds.
    """

    kind: Outcome
    replica: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a replica says of a round; a later one of the same round amends it.

    Attributes:
        status: `confirmed`, `unconfirmed` (committed, but something was seen that the bound does
            not allow, or a replica contradicted itself) or `halted` (nothing was committed).
        round: Name of the round.
        why: One sentence; empty when confirmed.
        values: `(*space)`. The committed aggregate; None when halted.
        held: The set of forecasts it was made of, in order of replicas.
        votes: The votes for it.
        anomalies: What was seen amiss.
        evidence: Who signed two things.
    """

    status: Status
    round: str
    why: str
    values: Float[np.ndarray, "*space"] | None = None
    held: tuple[Held, ...] = ()
    votes: tuple[Vote, ...] = ()
    anomalies: frozenset[Anomaly] = frozenset()
    evidence: tuple[Equivocation, ...] = ()


@dataclass(frozen=True, slots=True)
class Replica:
    """The whole state of one replica in one round.

    Attributes:
        terms: Of the round.
        me: Its number.
        signer: Its key.
        start_us: [µs]. When the round starts, by its own clock.
        values: `(*space)`. Its own forecast; None where it has none, and then it only votes.
        now_us: [µs]. The latest moment it knows of; never goes back.
        phase: How far it is.
        forecasts: Those that came in time, by replica and digest.
        first: The first forecast and the first vote of each replica that came, early or late.
        heard: Who brought which forecast in time, so that a late copy accuses nobody.
        votes: Votes that came in time.
        set_held: The set, once fixed.
        aggregate: Of that set.
        anomalies: What was seen amiss.
        evidence: Who signed two things.
        decision: The latest, if any.
    """

    terms: Terms
    me: int
    signer: Signer
    start_us: int
    values: Float[np.ndarray, "*space"] | None
    now_us: int
    phase: Phase = "waiting"
    forecasts: Mapping[Key, Held] = field(default_factory=dict[Key, Held])
    first: Mapping[Place, Forecast | Vote] = field(default_factory=dict[Place, Forecast | Vote])
    heard: frozenset[tuple[str, int, int, str]] = frozenset()
    votes: Mapping[int, Vote] = field(default_factory=dict[int, Vote])
    set_held: tuple[Held, ...] = ()
    aggregate: Float[np.ndarray, "*space"] | None = None
    anomalies: frozenset[Anomaly] = frozenset()
    evidence: tuple[Equivocation, ...] = ()
    decision: Decision | None = None

    @property
    def committed(self) -> bool:
        """Whether it has committed an aggregate, confirmed or not."""
        return self.decision is not None and self.decision.values is not None

    @property
    def due_us(self) -> int | None:
        """[µs]. When it must be told the time next, by its own clock; None when it is done."""
        if self.phase == "waiting":
            return self.start_us
        if self.phase == "gathering" and self.terms.mode == "synchronous":
            return fix_after(self) + 1
        return vote_until(self) + 1 if self.phase != "closed" else None


class Step(NamedTuple):
    """What one input led to.

    Attributes:
        replica: Its state afterwards.
        messages: To be sent to both others, each whole.
        decisions: What it decided or amended.
    """

    replica: Replica
    messages: tuple[bytes, ...] = ()
    decisions: tuple[Decision, ...] = ()


def enter(
    terms: Terms,
    me: int,
    signer: Signer,
    start_us: int,
    values: Float[np.ndarray, "*space"] | None,
) -> Replica:
    """Return a replica that waits for a round to start.

    Args:
        terms: Of the round.
        me: Its number, 0 to 2.
        signer: Holds the key that the terms name for it.
        start_us: [µs]. The agreed start, by its own clock.
        values: `(*space)`. Its forecast, finite; None where it has none.

    Raises:
        ContractError: The key is another's, or the values are not of the round's shape or finite.
    """
    if not 0 <= me < REPLICAS or signer.public_key != terms.members[me]:
        raise ContractError(f"The key is not that of replica {me}.")
    if values is not None and (values.shape != terms.shape or not np.isfinite(values).all()):
        raise ContractError(
            f"A forecast of shape {values.shape} is not finite or not of shape {terms.shape}."
        )
    return Replica(terms, me, signer, start_us, values, start_us - terms.bound_us)


def direct_until(replica: Replica) -> int:
    """[µs]. Until then an honest replica's own forecast has come."""
    return replica.start_us + replica.terms.bound_us


def fix_after(replica: Replica) -> int:
    """[µs]. Until then an honest echo of a forecast that came in time has come; then it is fixed.

    With one faulty replica of three, two hops are enough (Dolev & Strong 1983): whatever one honest
    replica accepted, the other has accepted by now.
    """
    return replica.start_us + 2 * replica.terms.bound_us


def vote_until(replica: Replica) -> int:
    """[µs]. Until then an honest vote has come; it is sent 1 µs after the set is fixed."""
    return replica.start_us + 3 * replica.terms.bound_us + 1


def single_forecasts(replica: Replica) -> tuple[Held, ...]:
    """Return the forecasts of those that are held to one, in order of replicas."""
    authors = [author for author, _ in replica.forecasts]
    single = {a: held for (a, _), held in replica.forecasts.items() if authors.count(a) == 1}
    return tuple(single[author] for author in sorted(single))


def equal_votes(replica: Replica) -> tuple[Vote, ...]:
    """Return the votes equal to the own, in order of replicas."""
    own = replica.votes.get(replica.me)
    votes = [replica.votes[number] for number in sorted(replica.votes)]
    return tuple(vote for vote in votes if own is not None and vote.equals(own))
