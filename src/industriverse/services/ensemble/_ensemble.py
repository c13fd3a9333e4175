"""The desk of an ensemble: it asks, starts rounds, and checks what the replicas report."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from industriverse.engines.consensus import REPLICAS, Mode, Outcome, Terms, trust
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.ids import uuid7
from industriverse.kernel.ports import Clock, Messenger, Parcel

from ._orders import Order, key_of, read_decision, read_order
from ._record import Record
from ._request import EnsembleRequest
from ._result import Amendment, EnsembleForecast

_KEPT_ROUNDS = 32
"""Rounds that trust looks back on."""
_LEAD_US = 10_000
"""From the order to begin until the agreed start."""
_GLANCE_S = 0.05
_DRAINED = 1000
"""Messages taken in once it is too late; a replica that floods the desk holds it up no longer."""
_LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class EnsembleSettings:
    """How an ensemble agrees.

    Attributes:
        mode: `synchronous`: one replica may fail, safe while the bound on time holds. `unanimous`:
            safe without any bound, but one failure halts it.
        delay_s: [s]. Longest from the moment a replica is due to send, to the moment another has
            received it. What the synchronous mode's safety rests on, and a third of its time.
        skew_s: [s]. Most by which the clocks of two replicas differ.
        start_s: [s]. Longest that replicas may take to load.
        work_s: [s]. Longest that they may take to forecast.
        grace_s: [s]. Once a quorum has a forecast, the last replica may take as long again and
            this much more.
        tolerance: How far a replica's forecast may lie from the committed one and still agree, in
            standard deviations of the committed one.
    """

    mode: Mode = "synchronous"
    delay_s: float = 0.1
    skew_s: float = 0.001
    start_s: float = 120.0
    work_s: float = 30.0
    grace_s: float = 0.2
    tolerance: float = 0.2


@dataclass(slots=True)
class Ensemble:
    """Three replicas and their desk; close it, or use it in a `with` block.

    The desk relays nothing: replicas talk on lines of their own and check each other's signatures.
    It could keep a round from starting, but not make two replicas sign. One call at a time.

    Attributes:
        messenger: The desk's lines to replicas 0, 1 and 2.
        clock: The clock that the replicas read as well.
        settings: How it agrees.
        end: Ends the replicas.
    """

    messenger: Messenger
    clock: Clock
    settings: EnsembleSettings
    end: Callable[[], None]
    _keys: dict[int, bytes] = field(default_factory=dict[int, bytes])
    _records: OrderedDict[str, Record] = field(default_factory=OrderedDict[str, Record])
    _amendments: list[Amendment] = field(default_factory=list[Amendment])
    _ready: dict[str, set[int]] = field(default_factory=dict[str, set[int]])

    def __enter__(self) -> "Ensemble":
        """Return the ensemble."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the replicas."""
        self.close()

    def close(self) -> None:
        """End the replicas."""
        self.end()

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The raw public keys of replicas 0, 1 and 2, for those who verify."""
        return tuple(self._keys[number] for number in range(REPLICAS))

    def wait_until_loaded(self) -> None:
        """Wait for every replica's key.

        Raises:
            UnavailableError: A replica ended, or took too long.
        """
        until = self.clock.monotonic() + self.settings.start_s
        self._hear_until(until, lambda: len(self._keys) == REPLICAS or bool(self._gone))
        if len(self._keys) < REPLICAS:
            missing = sorted(set(range(REPLICAS)) - set(self._keys))
            raise UnavailableError(
                f"Replicas {missing} did not start.", hint="Look at their forecasters' arguments."
            )

    def forecast(self, request: EnsembleRequest, context: Context) -> EnsembleForecast:
        """Let the replicas forecast and agree.

        Args:
            request: What is asked.
            context: Its deadline shortens the time that the replicas may work.

        Raises:
            UnavailableError: The replicas were never loaded.
        """
        if len(self._keys) < REPLICAS:
            self.wait_until_loaded()
        asked_s = self.clock.monotonic()
        record = self._ask(request, context)
        self._await_work(record, asked_s, self._limit_s(context))
        self._note_failures(record)
        ready_s = self.clock.monotonic()
        if REPLICAS - len(record.failures) >= record.terms.quorum:
            self._let_agree(record)
        done_s = self.clock.monotonic()
        trusts = self._trust()
        return record.answer(trusts, work_s=ready_s - asked_s, agree_s=done_s - ready_s)

    def amendments(self, wait_s: float = 0.0) -> tuple[Amendment, ...]:
        """Return which forecasts, given out as confirmed, no longer are, and forget them.

        Args:
            wait_s: How long to listen first.
        """
        self._hear_until(self.clock.monotonic() + wait_s, lambda: False)
        found, self._amendments = tuple(self._amendments), []
        return found

    @property
    def _gone(self) -> frozenset[int]:
        return self.messenger.gone()

    def _ask(self, request: EnsembleRequest, context: Context) -> Record:
        terms = Terms(
            nonce=f"{context.trace_id} {uuid7(int(self.clock.now().timestamp() * 1000))}",
            asked=request.digest,
            members=self.keys,
            shape=request.shape,
            mode=self.settings.mode,
            delay_us=int(self.settings.delay_s * 1e6),
            skew_us=int(self.settings.skew_s * 1e6),
        )
        record = Record(terms, self.settings.tolerance)
        while len(self._records) >= _KEPT_ROUNDS:
            old, _ = self._records.popitem(last=False)
            self._ready.pop(old, None)
        self._records[terms.round], self._ready[terms.round] = record, set()
        says = {**request.to_json(), "terms": terms.to_json()}
        self._tell(Order("work", says, request.payload))
        return record

    def _await_work(self, record: Record, asked_s: float, until_s: float) -> None:
        """Wait for all replicas; once a quorum is ready, not much longer for the last."""
        ready, everyone = self._ready[record.terms.round], set(range(REPLICAS))

        def enough() -> bool:
            return len(ready - set(record.failures)) >= record.terms.quorum

        self._hear_until(until_s, lambda: enough() or ready | self._gone >= everyone)
        now = self.clock.monotonic()
        last_s = min(until_s, now + (now - asked_s) + self.settings.grace_s)
        self._hear_until(last_s, lambda: ready | self._gone >= everyone)

    def _limit_s(self, context: Context) -> float:
        until = self.clock.monotonic() + self.settings.work_s
        return until if context.deadline_s is None else min(until, context.deadline_s)

    def _note_failures(self, record: Record) -> None:
        """Write down who has no forecast, and why."""
        for number in range(REPLICAS):
            if number in self._gone:
                record.failures[number] = "its process has ended"
            elif number not in self._ready[record.terms.round]:
                record.failures[number] = "it did not answer in time"

    def _let_agree(self, record: Record) -> None:
        """Start the round and wait for two commits, or until it is over everywhere."""
        terms = record.terms
        start_us = int(self.clock.monotonic() * 1e6) + _LEAD_US
        self._tell(Order("begin", {"round": terms.round, "start_us": start_us}))
        over_s = (start_us + 4 * terms.bound_us) * 1e-6
        self._hear_until(over_s, lambda: record.settled or len(record.reports) == REPLICAS)

    def _tell(self, order: Order) -> None:
        data = order.to_bytes()
        for number in range(REPLICAS):
            self.messenger.send(number, data)

    def _hear_until(self, until_s: float, enough: Callable[[], bool]) -> None:
        """Take in what comes until it is enough or too late, and then only what is there."""
        spare = _DRAINED
        while spare:
            left = until_s - self.clock.monotonic()
            done = enough() or left <= 0
            parcel = self.messenger.receive(0.0 if done else min(left, _GLANCE_S))
            if parcel is not None:
                self._take(parcel)
            elif done:
                return
            spare -= done

    def _take(self, parcel: Parcel) -> None:
        order = read_order(parcel.data)
        if order is None or parcel.sender not in range(REPLICAS):
            return
        key = key_of(order)
        if key is not None:
            self._keys.setdefault(parcel.sender, key)
        name = order.says.get("round")
        record = self._records.get(name) if isinstance(name, str) else None
        if record is None:
            return
        if order.kind == "ready":
            self._take_ready(record, parcel.sender, str(order.says.get("why"))[:_LONGEST_WHY])
        elif order.kind == "decision":
            self._take_decision(record, parcel.sender, order)

    def _take_ready(self, record: Record, sender: int, why: str) -> None:
        self._ready[record.terms.round].add(sender)
        if why:
            record.failures[sender] = why

    def _take_decision(self, record: Record, sender: int, order: Order) -> None:
        """Take a report that holds; one that does not is a lie, and counts as none."""
        try:
            record.reports[sender] = read_decision(order, record.terms)
        except ContractError:
            return
        if record.given_out == "confirmed" and record.status != "confirmed":
            record.given_out = record.status
            self._amendments.append(Amendment(record.terms.round, record.why))

    def _trust(self) -> dict[int, float]:
        """Return each replica's trust over the rounds that are kept."""
        done: dict[int, list[Outcome]] = {}
        for record in self._records.values():
            for number, outcome in record.outcomes().items():
                done.setdefault(number, []).append(outcome)
        return {number: trust(done[number]) for number in sorted(done)}
