"""The simulated world: true time, a network, and what each replica is handed."""

import heapq
from dataclasses import dataclass, field

from industriverse.engines.consensus._protocol import hear, tick
from industriverse.engines.consensus._replica import Decision, Replica, Step, enter
from industriverse.engines.consensus._terms import REPLICAS

from ._adversary import Adversary, Sending, corrupted
from ._schedule import START_US, Schedule, keys

_TICK, _DELIVER, _ACT = 0, 1, 2
_Event = tuple[int, int, int, int, bytes]
_PARTICIPATES = ("crash", "corrupt", "mute", "slow", "honest and script")


@dataclass(slots=True)
class Run:
    """What came of a schedule.

    Attributes:
        schedule: Which one.
        replicas: The last state of each that runs the protocol.
        decisions: Decisions of each, with the true time [µs] of each.
        delivered: What each was handed.
        messages: How many messages were sent, copies left out.
        lost: How many of them never came.
    """

    schedule: Schedule
    replicas: dict[int, Replica] = field(default_factory=dict[int, Replica])
    decisions: dict[int, list[tuple[int, Decision]]] = field(
        default_factory=dict[int, list[tuple[int, Decision]]]
    )
    delivered: dict[int, list[bytes]] = field(default_factory=dict[int, list[bytes]])
    messages: int = 0
    lost: int = 0


def run(schedule: Schedule) -> Run:
    """Run a schedule to its end."""
    return _World(schedule).to_the_end()


class _World:
    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.random = schedule.random()
        self.adversary = Adversary(schedule, self.random)
        self.at = Run(schedule)
        self.queue: list[_Event] = []
        self.count = 0
        bound = schedule.terms.bound_us
        self.crash_us = START_US + self.random.randint(-1, 3 * bound)
        self.cut = frozenset(self.random.sample(range(REPLICAS), 2))

    def to_the_end(self) -> Run:
        self._people()
        for sending in self.adversary.opening():
            self._arrive(sending)
        for moment, number in self.adversary.moments():
            self._push(moment, _ACT, number)
        while self.queue:
            now, _, kind, number, data = heapq.heappop(self.queue)
            self._one(now, kind, number, data)
        return self.at

    def _one(self, now_us: int, kind: int, number: int, data: bytes) -> None:
        if kind == _ACT:
            for sending in self.adversary.act(number, now_us):
                self._arrive(sending)
            return
        if number not in self.at.replicas or self._is_down(number, now_us):
            return
        replica, local = self.at.replicas[number], now_us + self.schedule.offsets_us[number]
        if kind == _TICK:
            self._after(number, now_us, tick(replica, local))
        else:
            self.at.delivered[number].append(data)
            self._after(number, now_us, hear(replica, data, local))

    def _people(self) -> None:
        """Let every replica in that runs the protocol, the faulty ones with their own values."""
        for number in range(REPLICAS):
            strategy = self.schedule.faulty.get(number)
            if strategy is not None and strategy not in _PARTICIPATES:
                continue
            values = self.schedule.forecasts[number]
            if strategy == "corrupt":
                values = corrupted(values, self.random)
            key, own = keys()[number], None if strategy == "mute" else values
            replica = enter(self.schedule.terms, number, key, START_US, own)
            self.at.decisions[number], self.at.delivered[number] = [], []
            self._after(number, 0, Step(replica))

    def _after(self, number: int, now_us: int, step: Step) -> None:
        before = self.at.replicas.get(number)
        self.at.replicas[number] = step.replica
        self.at.decisions[number] += [(now_us, decision) for decision in step.decisions]
        for message in step.messages:
            self._send(number, message, now_us)
        due = step.replica.due_us
        if due is not None and (before is None or before.due_us != due):
            self._push(due - self.schedule.offsets_us[number], _TICK, number)

    def _send(self, sender: int, data: bytes, now_us: int) -> None:
        self.at.messages += REPLICAS - 1
        for sending in self.adversary.saw(sender, data, now_us):
            self._arrive(sending)
        for to in range(REPLICAS):
            if to == sender or self._dies_before_sending(sender, now_us):
                continue
            if self._is_lost(sender, to):
                self.at.lost += 1
                continue
            arrival = now_us + self._delay(sender, to)
            self._arrive(Sending(arrival, to, data))
            if self.random.random() < 0.2:  # noqa: PLR2004 (one in five comes twice)
                again = self.random.randint(0, 5 * self.schedule.terms.bound_us)
                self._arrive(Sending(arrival + again, to, data))

    def _delay(self, sender: int, to: int) -> int:
        most, breaks = self.schedule.terms.delay_us, self.schedule.breaks
        late = 6 * self.schedule.terms.bound_us
        if self.schedule.faulty.get(sender) == "slow":
            return self.random.randint(0, late)
        if "delay" in breaks and self.random.random() < 0.5:  # noqa: PLR2004 (every other)
            return self.random.randint(most, late)
        if "partition" in breaks and frozenset((sender, to)) == self.cut:
            return late
        return self.random.choice((0, 1, most, self.random.randint(0, most)))

    def _is_lost(self, sender: int, to: int) -> bool:
        """Say whether the network loses a message; while the bound holds, never an honest one."""
        if "loss" in self.schedule.breaks:
            return self.random.random() < 0.3  # noqa: PLR2004 (three in ten)
        faulty = {sender, to} & set(self.schedule.faulty)
        return bool(faulty) and self.random.random() < 0.1  # noqa: PLR2004 (one in ten)

    def _dies_before_sending(self, sender: int, now_us: int) -> bool:
        """Say whether a replica that crashes now reaches only some of the others."""
        crashing = self.schedule.faulty.get(sender) == "crash"
        return crashing and now_us >= self.crash_us - 1 and self.random.random() < 0.5  # noqa: PLR2004

    def _is_down(self, number: int, now_us: int) -> bool:
        return self.schedule.faulty.get(number) == "crash" and now_us > self.crash_us

    def _arrive(self, sending: Sending) -> None:
        self._push(sending.at_us, _DELIVER, sending.to, sending.data)

    def _push(self, at_us: int, kind: int, number: int, data: bytes = b"") -> None:
        self.count += 1
        heapq.heappush(self.queue, (at_us, self.count, kind, number, data))
