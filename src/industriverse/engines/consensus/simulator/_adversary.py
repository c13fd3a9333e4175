"""What faulty replicas send: anything they can sign, to whom and when they like."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from random import Random
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from industriverse.engines.consensus._aggregate import digest_of, median
from industriverse.engines.consensus._replica import Held
from industriverse.engines.consensus._statements import Echo, Forecast, Vote, signed
from industriverse.engines.consensus._terms import REPLICAS, Terms
from industriverse.engines.consensus._wire import Message, decode, encode
from industriverse.kernel.errors import ContractError

from ._schedule import START_US, Schedule, keys

_ACTIONS = 24
_FACES = 3


class Sending(NamedTuple):
    """A message that arrives at a true time [µs]."""

    at_us: int
    to: int
    data: bytes


@dataclass(slots=True)
class Adversary:
    """All faulty replicas together: they know each other's keys and all that was ever sent.

    Attributes:
        schedule: Of the round.
        random: Of the run.
        sent: Every message of an honest replica so far.
        held: Every forecast known so far.
    """

    schedule: Schedule
    random: Random
    sent: list[bytes] = field(default_factory=list[bytes])
    held: list[Held] = field(default_factory=list[Held])

    def opening(self) -> list[Sending]:
        """Return what is sent by plan, whatever the others do."""
        sendings: list[Sending] = []
        for number, strategy in self.schedule.faulty.items():
            self.held += [self._face(number, face) for face in range(_FACES)]
            if strategy == "split":
                sendings += self._split(number)
        return sendings

    def moments(self) -> list[tuple[int, int]]:
        """Return when scripted replicas act: true time [µs] and number, dense around deadlines."""
        bound = self.schedule.terms.bound_us
        wide = max(1, bound // 4)
        return [
            (
                START_US
                + self.random.randint(0, 3) * bound
                + self.random.choice((-1, 0, 1, 2, self.random.randint(-wide, wide))),
                number,
            )
            for number, strategy in self.schedule.faulty.items()
            if strategy.endswith("script")
            for _ in range(_ACTIONS)
        ]

    def saw(self, sender: int, data: bytes, now_us: int) -> list[Sending]:
        """Learn a message as it is sent; a replica that splits flatters each voter with its own."""
        self.sent.append(data)
        message = readable(data, self.schedule.terms)
        if message is None:
            return []
        statement = message.statement
        if isinstance(statement, Forecast) and message.values is not None:
            self.held.append(Held(statement, message.values))
        if not isinstance(statement, Vote):
            return []
        return [
            Sending(now_us + 1, sender, encode(Message(self._vote_as(number, statement))))
            for number, strategy in self.schedule.faulty.items()
            if strategy == "split"
        ]

    def act(self, number: int, now_us: int) -> list[Sending]:
        """Return what a scripted replica sends now, to one or two others."""
        data = self.random.choice(
            (self._forecast, self._echo, self._vote, self._forged, self._replay, self._spoiled)
        )(number)
        others = [other for other in range(REPLICAS) if other != number]
        chosen = self.random.sample(others, self.random.choice((1, 1, 2)))
        return [Sending(now_us, to, data) for to in chosen]

    def _face(self, number: int, face: int) -> Held:
        """Return one of the forecasts that a faulty replica signs."""
        far = np.array([0.0, 50.0, -1e300][face])
        values = self.schedule.forecasts[number] + far
        forecast = Forecast(self.schedule.terms.round, number, digest_of(values))
        return Held(signed(forecast, keys()[number]), values)

    def _split(self, number: int) -> list[Sending]:
        """Show each other replica one face, two or none, early, at the last moment or too late."""
        bound = self.schedule.terms.bound_us
        sendings: list[Sending] = []
        for other in range(REPLICAS):
            for face in self.random.choice(([], [0], [0], [1], [0, 1])):
                latest = START_US + bound - self.schedule.offsets_us[other]
                arrival = latest + self.random.choice((-bound, 0, 0, 1, bound))
                held = self._face(number, face)
                data = encode(Message(held.forecast, held.values))
                sendings.append(Sending(arrival, other, data))
        return sendings

    def _vote_as(self, number: int, vote: Vote) -> Vote:
        return signed(replace(vote, replica=number), keys()[number])

    def _forecast(self, number: int) -> bytes:
        held = self._face(number, self.random.randrange(_FACES))
        return encode(Message(held.forecast, held.values))

    def _echo(self, number: int) -> bytes:
        held = self.random.choice(self.held)
        echo = Echo(self.schedule.terms.round, number, held.forecast)
        return encode(Message(signed(echo, keys()[number]), held.values))

    def _vote(self, number: int) -> bytes:
        sets = _sets(self.held)
        if not sets:
            return self._forecast(number)
        found = self.random.choice(sets)
        aggregate = median(np.stack([held.values for held in found]))
        digest = digest_of(self.random.choice((aggregate, aggregate, aggregate + 1)))
        pairs = tuple((held.forecast.replica, held.forecast.digest) for held in found)
        vote = Vote(self.schedule.terms.round, number, pairs, digest)
        return encode(Message(signed(vote, keys()[number])))

    def _forged(self, number: int) -> bytes:
        """Speak in another's name, with the own signature."""
        other = self.random.choice([n for n in range(REPLICAS) if n != number])
        values: Float[np.ndarray, "value"] = self.schedule.forecasts[other] + 7.0
        forecast = Forecast(self.schedule.terms.round, other, digest_of(values))
        forecast = signed(forecast, keys()[number])
        pairs = tuple((n, digest_of(self.schedule.forecasts[n])) for n in range(REPLICAS))
        vote = Vote(self.schedule.terms.round, other, pairs, digest_of(values))
        vote = signed(vote, keys()[number])
        echo = signed(Echo(self.schedule.terms.round, number, forecast), keys()[number])
        return encode(
            self.random.choice((Message(forecast, values), Message(vote), Message(echo, values)))
        )

    def _replay(self, number: int) -> bytes:
        """Send again what anyone sent, or what the own key signed in another round."""
        if self.sent and self.random.random() < 0.8:  # noqa: PLR2004 (a mix of both)
            return self.random.choice(self.sent)
        held = self._face(number, 0)
        elsewhere = replace(held.forecast, round="0" * 64)
        return encode(Message(signed(elsewhere, keys()[number]), held.values))

    def _spoiled(self, number: int) -> bytes:
        """Send a piece of a message, one with other values or none that are numbers, or noise."""
        data = self._forecast(number)
        nothing = np.full(self.schedule.terms.shape, np.nan)
        forecast = Forecast(self.schedule.terms.round, number, digest_of(nothing))
        return self.random.choice(
            (
                data[: self.random.randrange(len(data))],
                data[:-1] + bytes([data[-1] ^ 1]),
                self.random.randbytes(40),
                encode(Message(signed(forecast, keys()[number]), nothing)),
            )
        )


def corrupted(forecast: Float[np.ndarray, "value"], random: Random) -> Float[np.ndarray, "value"]:
    """Return what a replica with a spoiled model forecasts; consistent, but wrong."""
    spoil = random.choice((np.zeros(2), forecast * -1e6, forecast + 1e308, forecast * (1 + 1e-15)))
    return np.asarray(spoil, np.float64)


def _sets(held: Sequence[Held]) -> list[tuple[Held, ...]]:
    """Return all sets of two or three forecasts of different replicas, in order."""
    ordered = sorted(held, key=lambda one: one.forecast.replica)
    sets = [found for size in (2, 3) for found in combinations(ordered, size)]
    return [found for found in sets if len({one.forecast.replica for one in found}) == len(found)]


@lru_cache(maxsize=1024)
def readable(data: bytes, terms: Terms) -> Message | None:
    """Return an authentic message of the round, or None."""
    try:
        return decode(data, terms)
    except ContractError:
        return None
