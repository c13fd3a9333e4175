"""Outcomes flow back: what a stream's verdicts turned out to be moves what the next ones rest on.

Every change is published to one topic with what moved, from what to what, why, when and by whom,
and with the whole state after it, so that the log alone rebuilds what was learned.
"""

import json
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from industriverse.engines.regimes import Change, Counts, Learned, Verdict, outcome_number
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.ports import Clock, Event, EventStream

TOPIC = "feedback.regimes"
"""Where changes are published, of all tenants; no face shows it."""
_BATCH = 256


@dataclass(frozen=True, slots=True)
class StreamKey:
    """Whose stream, from where, of what kind: learned state is never shared between two."""

    tenant: str
    source: str
    domain: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verdict turned out to be.

    Attributes:
        source, domain: Of the stream.
        verdict: Its id.
        label: The true regime.
        why: How that is known, in words.
    """

    source: str
    domain: str
    verdict: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the log.

    Attributes:
        kind: `outcome` or `undo`.
        verdict: Id of the verdict that it is about.
        outcome: The true regime that was named.
        when: ISO time.
        by, why: Who, and the reason given.
        changes: What moved.
    """

    kind: str
    verdict: str
    outcome: str
    when: str
    by: str
    why: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """What outcomes have taught about one stream.

    Attributes:
        outcomes: How many.
        statistical, physics: The weights in use.
        sharpness: Of their pool.
        confirm: Belief that confirms a regime.
        confirmed, wrong: Outcomes of confirmed verdicts, and how many of these were wrong.
        best: The fixed physics weight and sharpness that would have cost least.
        loss: [nat] What the weights in use have cost together.
        regret: [nat] Beyond the best fixed weight.
        bound: [nat] What the regret cannot exceed.
        waiting: Verdicts that still wait for their outcome.
    """

    outcomes: int
    statistical: float
    physics: float
    sharpness: float
    confirm: float
    confirmed: int
    wrong: int
    best: tuple[float, float]
    loss: float
    regret: float
    bound: float
    waiting: int


@dataclass(frozen=True, slots=True)
class _Step:
    """An outcome that can be undone: the state before it, and its verdict where still known."""

    before: Learned
    verdict_id: str
    outcome: str
    verdict: Verdict | None


@dataclass(slots=True)
class _Shelf:
    """What is kept of one stream."""

    learned: Learned
    waiting: OrderedDict[str, Verdict] = field(default_factory=OrderedDict[str, Verdict])
    steps: deque[_Step] = field(default_factory=deque[_Step])


class Feedback:
    """Takes outcomes, moves what they teach about, tells and undoes every move.

    Args:
        counts: `(state, label)` that every stream starts from.
        stream: Keeps the log.
        clock: Tells when.
        streams: Most streams kept; the least recently used leaves, its log stays.
        waiting: Most verdicts of a stream that wait for an outcome; the oldest leave.
        undoable: Most outcomes of a stream that can be undone.
    """

    def __init__(
        self,
        counts: Counts,
        stream: EventStream,
        clock: Clock,
        *,
        streams: int = 4096,
        waiting: int = 1024,
        undoable: int = 64,
    ) -> None:
        if min(streams, waiting, undoable) < 1:
            raise ContractError(
                f"Room for {streams} streams, {waiting} verdicts and {undoable} steps was asked "
                "for; each must be 1 or more."
            )
        self._start, self._stream, self._clock = Learned.start(counts), stream, clock
        self._streams, self._waiting, self._undoable = streams, waiting, undoable
        self._shelves: OrderedDict[StreamKey, _Shelf] = OrderedDict()
        self._lock = threading.RLock()
        self._replay()

    def learned(self, key: StreamKey) -> Learned:
        """Return what is known of a stream now."""
        with self._lock:
            return self._shelf(key).learned

    def expect(self, key: StreamKey, verdict: Verdict) -> None:
        """Keep a verdict until its outcome comes."""
        with self._lock:
            waiting = self._shelf(key).waiting
            waiting[verdict.id] = verdict
            while len(waiting) > self._waiting:
                waiting.popitem(last=False)

    def take(self, outcome: Outcome, context: Context) -> Logged:
        """Learn from an outcome, however late it comes.

        Raises:
            ContractError: The label is not one of the four, or no reason is given.
            NotFoundError: The tenant's stream has no such verdict, or it waited too long.
            ConflictError: The verdict's outcome came before, or it gave no probabilities.
        """
        outcome_number(outcome.label)
        _require_reason(outcome.why)
        key = StreamKey(context.tenant, outcome.source, outcome.domain)
        with self._lock:
            shelf = self._known(key)
            verdict = self._waits(shelf, outcome.verdict)
            before = shelf.learned
            after = before.learn(verdict, outcome.label)
            logged = self._logged("outcome", outcome.verdict, outcome.label, outcome.why, context)
            line = self._publish(key, logged, before, after)
            shelf.learned = after
            del shelf.waiting[outcome.verdict]
            shelf.steps.append(_Step(before, outcome.verdict, outcome.label, verdict))
            while len(shelf.steps) > self._undoable:
                shelf.steps.popleft()
            return line

    def undo(self, source: str, domain: str, why: str, context: Context) -> Logged:
        """Take back the newest outcome of a stream: its state is what it was before, to the bit.

        The verdict waits again, so that the right outcome can be given.

        Raises:
            ContractError: No reason is given.
            NotFoundError: There is no such stream.
            ConflictError: Nothing is left that can be undone.
        """
        _require_reason(why)
        key = StreamKey(context.tenant, source, domain)
        with self._lock:
            shelf = self._known(key)
            if not shelf.steps:
                raise ConflictError(
                    f"No outcome of {source!r} in {domain!r} is left to undo.",
                    hint=f"The newest {self._undoable} can be undone.",
                )
            step = shelf.steps[-1]
            logged = self._logged("undo", step.verdict_id, step.outcome, why, context)
            line = self._publish(key, logged, shelf.learned, step.before)
            shelf.steps.pop()
            shelf.learned = step.before
            if step.verdict is not None:
                self.expect(key, step.verdict)
            return line

    def report(self, source: str, domain: str, context: Context) -> FeedbackReport:
        """Return what outcomes have taught, with the regret against the best fixed weights.

        Raises:
            NotFoundError: The tenant has no such stream.
        """
        with self._lock:
            shelf = self._known(StreamKey(context.tenant, source, domain))
            learned, weights = shelf.learned, shelf.learned.weights
            return FeedbackReport(
                outcomes=weights.outcomes,
                statistical=weights.statistical,
                physics=weights.physics,
                sharpness=weights.sharpness,
                confirm=learned.confirm,
                confirmed=learned.confirmed,
                wrong=learned.wrong,
                best=weights.best,
                loss=weights.told,
                regret=weights.regret,
                bound=weights.bound,
                waiting=len(shelf.waiting),
            )

    def _shelf(self, key: StreamKey) -> _Shelf:
        shelf = self._shelves.setdefault(key, _Shelf(self._start))
        self._shelves.move_to_end(key)
        while len(self._shelves) > self._streams:
            self._shelves.popitem(last=False)
        return shelf

    def _known(self, key: StreamKey) -> _Shelf:
        if key not in self._shelves:
            raise NotFoundError(
                f"No stream {key.source!r} in {key.domain!r} has been judged here.",
                hint="Name the source and the domain as they were when the verdict was told.",
            )
        return self._shelf(key)

    def _waits(self, shelf: _Shelf, verdict_id: str) -> Verdict:
        if (found := shelf.waiting.get(verdict_id)) is not None:
            return found
        if any(step.verdict_id == verdict_id for step in shelf.steps):
            raise ConflictError(
                f"The outcome of verdict {verdict_id!r} came before.",
                hint="Undo it to give another.",
            )
        raise NotFoundError(
            f"No verdict {verdict_id!r} of this stream waits for its outcome.",
            hint=f"The newest {self._waiting} verdicts of a stream wait; older ones are forgotten.",
        )

    def _logged(self, kind: str, verdict: str, outcome: str, why: str, context: Context) -> Logged:
        when = self._clock.now().isoformat()
        return Logged(kind, verdict, outcome, when, context.principal, why, ())

    def _publish(self, key: StreamKey, line: Logged, before: Learned, after: Learned) -> Logged:
        """Write the line to the log; nothing has moved if the log does not take it."""
        changes = before.changes(after)
        message: dict[str, Any] = {
            "key": [key.tenant, key.source, key.domain],
            **{name: getattr(line, name) for name in ("kind", "verdict", "outcome", "when")},
            "by": line.by,
            "why": line.why,
            "changes": [{"what": c.what, "from": c.before, "to": c.after} for c in changes],
            "state": after.to_json(),
        }
        name = "/".join((key.tenant, key.source, key.domain))
        self._stream.publish(TOPIC, name, json.dumps(message).encode())
        return Logged(line.kind, line.verdict, line.outcome, line.when, line.by, line.why, changes)

    def _replay(self) -> None:
        """Rebuild what was learned from the log, as far back as it is kept."""
        offset = oldest = _oldest(self._stream)
        while events := self._stream.read(TOPIC, offset, limit=_BATCH, wait_s=0.0):
            self._replay_events(events, whole=oldest == 0)
            offset = events[-1].offset + 1

    def _replay_events(self, events: Sequence[Event], *, whole: bool) -> None:
        """Take lines of the log; of one that lost its beginning, first steps cannot be undone."""
        for event in events:
            line: dict[str, Any] = json.loads(event.value)
            key = StreamKey(*line["key"])
            begun = whole or key in self._shelves
            shelf = self._shelf(key)
            if line["kind"] == "undo":
                if shelf.steps:
                    shelf.steps.pop()
            elif begun:
                shelf.steps.append(_Step(shelf.learned, line["verdict"], line["outcome"], None))
                while len(shelf.steps) > self._undoable:
                    shelf.steps.popleft()
            shelf.learned = Learned.from_json(line["state"])


def _require_reason(why: str) -> None:
    if not why.strip():
        raise ContractError("No reason was given.", hint="Say how the outcome is known.")


def _oldest(stream: EventStream) -> int:
    """Return the oldest offset of the log that is still kept."""
    try:
        stream.read(TOPIC, 0, limit=1, wait_s=0.0)
    except NotFoundError as error:
        return int(error.context["oldest"])
    return 0
