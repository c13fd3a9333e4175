"""The members of a forecast, each asked for what the cycle leaves open."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ._blend import Blend
from ._config import Config
from ._cycle import Cycle
from ._population import Population
from ._pyramid import OWN
from ._readers import KINDS, Readers
from ._record import Record

Table = Float[np.ndarray, "time channel"]

MEMBERS = ("cycle alone", "newest stays", *KINDS, "population")
EVERY = 32
"""Samples between two forecasts that are kept until they come due."""
_STRIDE = 2
_LEAST = 96


@dataclass(slots=True)
class Experts:
    """Incremental units, the blend of all members, and forecasts that are not due yet.

    Attributes:
        own, pooled, joint: None where the stream has too few or too many channels.
        blend: Weights by recorded errors.
        origins: `(slot,)`. Of the forecasts that wait, -1 for an empty slot.
        paths: `(slot, member + 1, lead, channel)`. Standardised; the last is the blend's.
        ready: `(member,)`. Which members know enough to forecast.
        learned: Origin that is learned from next.
        fitted: Samples of the stream at the last fit.
    """

    own: Readers | None
    pooled: Readers | None
    joint: Readers | None
    blend: Blend
    origins: Int[np.ndarray, "slot"]
    paths: Float[np.ndarray, "slot path lead channel"]
    ready: Bool[np.ndarray, "member"]
    learned: int = 0
    fitted: int = 0

    @classmethod
    def of(cls, config: Config, channels: int, first: int, *, waves: int) -> "Experts":
        """Return members that know nothing.

        Args:
            config: Sizes.
            channels: Of the stream.
            first: Index of the first sample kept.
            waves: Harmonics of the cycle that readings turn with.
        """
        horizon, members = config.horizon, len(MEMBERS)
        slots = horizon // EVERY + 2
        own, pooled, joint = (Readers.of(kind, channels, horizon, waves=waves) for kind in KINDS)
        return cls(
            own,
            pooled,
            joint,
            Blend.of(channels, horizon, members),
            np.full(slots, -1),
            np.zeros((slots, members + 1, horizon, channels)),
            np.zeros(members, bool),
            first + _LEAST,
        )

    @property
    def readers(self) -> tuple[Readers | None, ...]:
        """By kind."""
        return self.own, self.pooled, self.joint

    @property
    def trusted(self) -> Bool[np.ndarray, "member"]:
        """Members whose plain mean does well: the incremental units, and staying where it is."""
        return np.array([False, True, *(readers is not None for readers in self.readers), False])

    def learn(self, record: Record, cycle: Cycle) -> None:
        """Learn from every other origin whose horizon has come."""
        horizon = len(self.blend.squares)
        rows = np.arange(self.learned, record.total - horizon, _STRIDE) - record.first
        if not len(rows):
            return
        self.learned += _STRIDE * len(rows)
        lead = np.arange(horizon)
        known = lead % cycle.longest if cycle.longest else lead
        begin = max(int(rows[0]) + 1 - OWN.reach, 0)
        past = record.standard[begin : rows[-1] + 1] - record.expected[begin : rows[-1] + 1]
        waves = cycle.waves(rows + record.first)
        after = (rows + 1)[:, None]
        ahead = record.standard[after + lead] - record.expected[after + known]
        for readers in self.readers:
            if readers is not None:
                readers.see(past, rows - begin, waves, ahead)

    def fit(self, keep: float) -> None:
        """Make units of what was learned."""
        for readers in self.readers:
            if readers is not None and readers.moments.new_count + readers.moments.count > 0:
                readers.fit(keep)

    def ask(
        self, record: Record, cycle: Cycle, population: Population, steps: int
    ) -> Float[np.ndarray, "member lead channel"]:
        """Return every member's forecast, standardised, within a range of what was seen."""
        rest = record.rest(OWN.reach)
        still = np.zeros((steps, rest.shape[1]))
        base = cycle.ahead(record.total - 1, steps)
        waves = cycle.waves(np.array([record.total - 1]))
        members = [still, still + rest[-1]]
        for readers in self.readers:
            if readers is None or not readers.fitted:
                members.append(still)
            else:
                members.append(readers.forecast(rest, waves, steps))
        population_path = population.forecast(record.newest(population.config.window), steps)
        members.append(still if population_path is None else population_path - base)
        low, high = ((edge - record.centre) / record.scale for edge in (record.low, record.high))
        return np.clip(np.stack(members) + base, 2 * low - high, 2 * high - low)

    def keep(self, record: Record, cycle: Cycle, population: Population) -> None:
        """Score the forecasts that are due and keep a new one."""
        horizon = len(self.blend.squares)
        for slot in np.flatnonzero((self.origins >= 0) & (self.origins + horizon < record.total)):
            start = int(self.origins[slot]) + 1 - record.first
            truth = record.standard[start : start + horizon]
            errors = self.paths[slot] - truth
            self.blend.record(errors[:-1], errors[-1])
            self.origins[slot] = -1
        self._welcome(population)
        members = self.ask(record, cycle, population, horizon)
        slot = int((self.origins < 0).argmax())
        self.origins[slot] = record.total - 1
        self.paths[slot, :-1] = members
        self.paths[slot, -1] = self.blend.mix(members, horizon)

    def _welcome(self, population: Population) -> None:
        """Begin the record of errors anew when a member forecasts for the first time."""
        fitted = [readers is not None and readers.fitted for readers in self.readers]
        ready = np.array([True, True, *fitted, bool(population.alive.any())])
        if (ready != self.ready).any():
            self.blend.count = 0.0
            self.origins[:] = -1
            self.ready = ready
