"""Following a stream: what is announced, and when."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.engines.regimes._window import refuse_infinite
from industriverse.kernel.errors import ContractError

from ._home import REST, HomeWatcher
from ._level import advance_levels, new_levels, restart_levels
from ._novelty import advance_novelty, new_novelty
from ._report import Anomaly, ChangePoint, StreamReport
from ._shapes import ShapeWatcher

Rows = Float[np.ndarray, "time channel"]

FALSE_ALARMS = 1e-4
"""False alarms a sample that are asked for when nothing else is said."""
_LEVEL_RATE = 0.8
"""Alarms a sample of the bets per e^−limit: above the figures of simulation, which are 0.2 to 0.7.

Ranks follow one law whatever the samples' law is, so the simulation holds for any of them."""
_SHAPE_SLOPE, _SHAPE_START = 3.3, -13.0
"""Shapes of noise alarm at e^((start − limit) / slope) a sample, or less: simulated likewise."""
_TOGETHER = 8
"""Samples within which two announcements are one."""
_BLOCK = 4096
_MOST_RUNS = 4096
_REJOIN = 32
"""Samples between two anomalies that make them one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a block of samples led to.

    Attributes:
        changes: Announced in it.
        anomalies: Ended in it.
        scores: `(time,)` In [0, 1).
    """

    changes: tuple[ChangePoint, ...]
    anomalies: tuple[Anomaly, ...]
    scores: Float[np.ndarray, "time"]


def _share_away(away: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
    """Return the share of time at rest that is as far out: beyond the farthest, by its square."""
    return 0.5 / (REST + 1) / np.maximum(2 * away, 1.0) ** 2


class _Clock:
    """Which samples of the stream a channel's newest readings were."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int]] = []
        """First sample and length of each unbroken run of readings, oldest first."""

    def extend(self, samples: Int[np.ndarray, "reading"]) -> None:
        """Take the sample numbers of new readings."""
        for run in np.split(samples, np.flatnonzero(np.diff(samples) != 1) + 1):
            if not len(run):
                continue
            first, count = self._runs[-1] if self._runs else (-1, 0)
            if first + count == run[0] and count:
                self._runs[-1] = (first, count + len(run))
            else:
                self._runs.append((int(run[0]), len(run)))
        del self._runs[:-_MOST_RUNS]

    def sample(self, back: int) -> int:
        """Return the sample of the reading so many readings before the newest."""
        for first, count in reversed(self._runs):
            if back < count:
                return first + count - 1 - back
            back -= count
        return self._runs[0][0]


class StreamFollower:
    """Follows one stream in bounded memory; the caller keeps one per tenant, source and domain."""

    def __init__(self, channels: int, *, false_alarms: float = FALSE_ALARMS) -> None:
        if channels < 1:
            raise ContractError("A stream without channels cannot be followed.", hint="Give one.")
        if not 0 < false_alarms <= 0.1:  # noqa: PLR2004 (more alarms than that inform of nothing)
            raise ContractError(
                f"{false_alarms:g} false alarms a sample were asked for.",
                hint="Give a rate above 0 and at most 0.1, such as 1e-4.",
            )
        self._levels = new_levels(channels)
        self._shapes = [ShapeWatcher() for _ in range(channels)]
        self._novelty = new_novelty(channels)
        self._home = HomeWatcher()
        self._clocks = [_Clock() for _ in range(channels)]
        self._rate = false_alarms
        self._level_limit = math.log(2 * _LEVEL_RATE * channels / false_alarms)
        self._shape_limit = _SHAPE_SLOPE * math.log(2 * channels / false_alarms) + _SHAPE_START
        self._seen = 0
        self._last_change = 0
        self._open: Anomaly | None = None

    @property
    def samples(self) -> int:
        """Samples taken so far."""
        return self._seen

    def update(self, rows: Rows) -> Found:
        """Take samples and return what they led to; cutting a stream otherwise changes nothing.

        Args:
            rows: `(time, channel)` NaN marks a missing reading; any units.

        Raises:
            ContractError: Other channels than at the start, or an infinite reading.
        """
        self._check(rows)
        parts = [self._advance(rows[t : t + _BLOCK]) for t in range(0, len(rows), _BLOCK)]
        return Found(
            tuple(c for part in parts for c in part.changes),
            tuple(a for part in parts for a in part.anomalies),
            np.concatenate([part.scores for part in parts]) if parts else np.zeros(0),
        )

    def finish(self) -> tuple[Anomaly, ...]:
        """Return the anomaly that is still going on, if one is."""
        return (self._open,) if self._open else ()

    def _check(self, rows: Rows) -> None:
        if rows.shape[1] != len(self._shapes):
            raise ContractError(
                f"The stream had {len(self._shapes)} channels; this block has {rows.shape[1]}.",
                hint="Follow a new stream when the channels change.",
            )
        refuse_infinite(rows)

    def _advance(self, rows: Rows) -> Found:
        announced = self._level_changes(rows)
        unlike = np.zeros(rows.shape)
        for c in range(rows.shape[1]):
            changes, unlike[:, c] = self._shape_changes(c, rows[:, c])
            announced += changes
        surprise = np.zeros((len(rows), 2))
        advance_novelty(self._novelty, rows, unlike, surprise)
        changes = self._accepted(announced)
        when = np.zeros(len(rows), bool)
        when[[change.detected - self._seen for change in changes]] = True
        unlikely = 10 ** -surprise[:, 0]
        away = self._home.update(rows, when)
        odd = (unlikely <= self._rate) | (away > 0)
        shares = np.where(away > 0, _share_away(away), unlikely)
        found = Found(changes, self._anomalies(odd, 1 - shares), 1 - 10 ** -surprise[:, 1])
        self._seen += len(rows)
        return found

    def _level_changes(self, rows: Rows) -> list[ChangePoint]:
        found: list[ChangePoint] = []
        taken = 0
        while taken < len(rows):
            used, evidence, start = advance_levels(self._levels, rows[taken:], self._level_limit)
            taken += used
            if start >= 0:
                chance = min(_LEVEL_RATE * math.exp(-evidence), 0.5)
                found.append(ChangePoint(start, self._seen + taken - 1, 1 - chance))
                restart_levels(self._levels)
        return found

    def _shape_changes(
        self, channel: int, values: Float[np.ndarray, "time"]
    ) -> tuple[list[ChangePoint], Float[np.ndarray, "time"]]:
        """Return a channel's changes of shape, and how unlike all before its newest stretch is.

        Missing readings are left out, so that a gap is no shape.
        """
        there = np.flatnonzero(~np.isnan(values))
        clock = self._clocks[channel]
        clock.extend(self._seen + there)
        splits, unlike = self._shapes[channel].update(values[there], self._shape_limit)
        spread = np.zeros(len(values))
        spread[there] = unlike
        newest = len(there) - 1
        changes = [
            ChangePoint(
                clock.sample(newest - (s.taken - 1) + s.back),
                clock.sample(newest - (s.taken - 1)),
                1 - math.exp((_SHAPE_START - s.strength) / _SHAPE_SLOPE),
            )
            for s in splits
        ]
        return changes, spread

    def _accepted(self, announced: list[ChangePoint]) -> tuple[ChangePoint, ...]:
        """Keep what lies after the last change, earliest announced first."""
        kept: list[ChangePoint] = []
        for change in sorted(announced, key=lambda c: (c.detected, c.index)):
            if change.index >= self._last_change + _TOGETHER:
                kept.append(change)
                self._last_change = change.index
        return tuple(kept)

    def _anomalies(
        self, odd: Bool[np.ndarray, "time"], scores: Float[np.ndarray, "time"]
    ) -> tuple[Anomaly, ...]:
        """Join odd samples that lie near each other; return what has ended."""
        ended: list[Anomaly] = []
        for t in np.flatnonzero(odd):
            sample, score = self._seen + int(t), float(scores[t])
            if self._open and sample - self._open.end < _REJOIN:
                self._open = Anomaly(self._open.start, sample + 1, max(self._open.score, score))
                continue
            ended += self.finish()
            self._open = Anomaly(sample, sample + 1, score)
        last = self._seen + len(odd)
        if self._open and last - self._open.end >= _REJOIN:
            ended += self.finish()
            self._open = None
        return tuple(ended)


def follow(rows: Rows, *, false_alarms: float = FALSE_ALARMS) -> StreamReport:
    """Follow a whole record as if it came in sample by sample.

    Args:
        rows: `(time, channel)` NaN marks a missing reading; any units.
        false_alarms: A sample, at most: of changes, kept where samples could come in any order.

    Raises:
        ContractError: No channel, an infinite reading, or a rate outside (0, 0.1].
    """
    follower = StreamFollower(rows.shape[1], false_alarms=false_alarms)
    found = follower.update(rows)
    changes = tuple(sorted(found.changes, key=lambda c: c.index))
    anomalies = (*found.anomalies, *follower.finish())
    return StreamReport(len(rows), changes, anomalies, found.scores)
