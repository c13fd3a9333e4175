"""Whether a stream is away from the states it is known to rest in.

The first samples show one state at rest. Its distance is Hotelling's, of short means, from their
mean and covariance there. The stream is away when it is twice as far as it ever was while at rest,
after a change was announced. A state it stays away in for long becomes one it rests in.

References:
    Hotelling (1947), Multivariate quality control.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy.signal import lfilter

Rows = Float[np.ndarray, "time channel"]

REST = 400
"""Samples that show a state at rest."""
ADOPT = 800
"""Samples away in a row after which the newest ones show another state at rest."""
_SETTLE = 20
_SHARE = 1.0 - float(np.exp(-1.0 / 10.0))
"""Of the newest sample in a short mean, which spans ten."""
_TWICE = 2.0
_SHRINK = 0.1
_MOST = 8
_FLOOR = 1e-6
_FARTHEST = 1e6
"""Spreads beyond which it is no matter how far: a channel that never moved has none."""


@dataclass(frozen=True, slots=True)
class Home:
    """A state at rest.

    Attributes:
        centre: `(channel,)` Mean of the short means.
        scale: `(channel,)` Their spread.
        whiten: `(channel, white)` What gives their scaled departures unit covariance.
        limit: Twice the largest distance while at rest.
    """

    centre: Float[np.ndarray, "channel"]
    scale: Float[np.ndarray, "channel"]
    whiten: Float[np.ndarray, "channel white"]
    limit: float

    def distance(self, means: Rows) -> Float[np.ndarray, "time"]:
        """Return the distance over the limit; above 1 is away."""
        with np.errstate(over="ignore"):
            unit = np.clip((means - self.centre) / self.scale, -_FARTHEST, _FARTHEST)
        white = unit @ self.whiten
        return np.sqrt((white**2).sum(axis=1)) / self.limit


def _home(means: Rows) -> Home:
    """Learn a state from short means while at rest, the first ones left to settle."""
    rest = means[_SETTLE:]
    centre, spread = rest.mean(axis=0), rest.std(axis=0)
    scale = np.where(spread > 0, spread, _FLOOR * np.abs(centre) + np.finfo(float).tiny ** 0.5)
    unit = (rest - centre) / scale
    scatter = np.atleast_2d(unit.T @ unit / len(unit))
    shrunk = (1 - _SHRINK) * scatter + _SHRINK * np.diag(np.diag(scatter))
    values, vectors = np.linalg.eigh(shrunk + _FLOOR * np.eye(len(shrunk)))
    whiten = vectors / np.sqrt(values)
    largest = float(np.sqrt(((unit @ whiten) ** 2).sum(axis=1)).max())
    return Home(centre, scale, whiten, _TWICE * max(largest, 1.0))


class HomeWatcher:
    """Follows how far a stream is from each state it rests in."""

    def __init__(self) -> None:
        self._last: Float[np.ndarray, "channel"] | None = None
        self._memory: Any = None
        self._recent: deque[Float[np.ndarray, "channel"]] = deque(maxlen=REST)
        self._homes: list[Home] = []
        self._seen = 0
        self._run = 0
        self._left = False

    def update(self, rows: Rows, announced: Bool[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
        """Take samples; return the distance from the nearest home over its limit, 0 at home.

        Args:
            rows: `(time, channel)` NaN is no reading.
            announced: `(time,)` Whether a change was announced at a sample.
        """
        means = self._means(rows)
        away = np.zeros(len(rows))
        taken = 0
        while taken < len(rows):
            step = self._step(means[taken:], announced[taken:], away[taken:])
            taken += step
        return away

    def _means(self, rows: Rows) -> Rows:
        """Return short means; a missing reading is as the last one was."""
        if not len(rows):
            return rows
        before = np.zeros(rows.shape[1]) if self._last is None else self._last
        table = np.vstack([before, rows])
        known = np.where(np.isnan(table), 0, np.arange(len(table))[:, None])
        filled = np.take_along_axis(table, np.maximum.accumulate(known, axis=0), axis=0)[1:]
        self._last = filled[-1]
        if self._memory is None:
            self._memory = (1 - _SHARE) * filled[:1]
        means, self._memory = lfilter(
            [_SHARE], [1.0, _SHARE - 1.0], filled, axis=0, zi=self._memory
        )
        return np.asarray(means)

    def _step(
        self, means: Rows, announced: Bool[np.ndarray, "time"], away: Float[np.ndarray, "time"]
    ) -> int:
        """Take samples up to the next state at rest; fill the distances, return how many."""
        if not self._homes:
            used = min(REST - self._seen, len(means))
            self._keep(means[:used])
            if self._seen == REST:
                self._learn()
            return used
        far = np.min([home.distance(means) for home in self._homes], axis=0)
        left = self._left | np.maximum.accumulate(announced)
        out = (far > 1.0) & left
        run = _run_lengths(out, self._run)
        reached = np.flatnonzero(run >= ADOPT)
        used = int(reached[0]) + 1 if reached.size else len(means)
        away[:used] = np.where(out[:used], far[:used], 0.0)
        self._keep(means[:used])
        self._run, self._left = int(run[used - 1]), bool(left[used - 1])
        if reached.size:
            self._learn()
        return used

    def _keep(self, means: Rows) -> None:
        self._recent.extend(means[-REST:])
        self._seen += len(means)

    def _learn(self) -> None:
        """Let the newest samples be a state at rest; the oldest but the first gives way."""
        if len(self._homes) == _MOST:
            del self._homes[1]
        self._homes.append(_home(np.stack(self._recent)))
        self._run, self._left = 0, False


def _run_lengths(out: Bool[np.ndarray, "time"], before: int) -> np.ndarray:
    """Return how many samples in a row, up to each, were away; `before` had been so already."""
    place = np.arange(1, len(out) + 1)
    last_home = np.maximum.accumulate(np.where(out, 0, place))
    return np.where(last_home > 0, place - last_home, place + before) * out
