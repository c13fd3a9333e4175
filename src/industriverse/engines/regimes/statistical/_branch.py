"""The state of a stream by its own past: what is new in it, and how well it is foretold."""

from collections import deque
from typing import Final

import numpy as np
from jaxtyping import Float

from industriverse.engines.regimes._window import WINDOW
from industriverse.engines.regimes.microadapt import Config, MicroAdapt
from industriverse.engines.regimes.stream import StreamFollower

Rows = Float[np.ndarray, "time channel"]

_NEWS = (
    "its pattern has not changed",
    "its pattern changed a while ago",
    "its pattern changed lately",
    "it is unlike anything before",
    "it has returned to a known pattern",
)
_FORETOLD = (
    "it is foretold closely",
    "it is foretold roughly",
    "it is hardly foretold",
    "errors of its forecasts rise",
    "no forecast has come due",
)
STATES: Final = tuple(f"{news}, and {foretold}" for news in _NEWS for foretold in _FORETOLD)
"""Every state in words; a state is a number into them."""

_BLOCK = 16
"""Samples between two forecasts, and their longest lead."""
_NEAR = 4
"""Leads, from the first, whose errors say how closely the stream is foretold."""
_RECENT = 12
"""Forecasts that this is told from: half a window."""
_FEWEST = 4
_CLOSE, _ROUGH = 0.1, 0.5
"""Squared errors as shares of the variance."""
_RISEN = 2.0
"""The newer half's errors over the older half's."""
_LATELY = 0.6
"""A change within this share of the window, from its end, is of late."""
_BEGINNING = 0.08
"""Share of a window at its start in which a change is the one into it."""
_ODD = 0.1
"""Share of a window's samples that must be unlike what came before."""
_CONFIG = Config(history=1152)


class StatisticalBranch:
    """Follows one stream in bounded memory; the caller keeps one per tenant, source and domain.

    It knows nothing of regimes: counts of outcomes give its states their probabilities.

    Attributes:
        restarts: How often the forecasting units began anew, as a fit did not converge.
    """

    def __init__(self, channels: int) -> None:
        """Begin a stream.

        Raises:
            ContractError: There is no channel.
        """
        self.restarts = 0
        self._follower = StreamFollower(channels)
        self._units = MicroAdapt(channels, config=_CONFIG)
        self._window: Rows = np.empty((0, channels))
        self._waiting: Rows = np.empty((0, channels))
        self._held = np.full(channels, np.nan)
        self._changed = -1
        self._odd: deque[tuple[int, int]] = deque(maxlen=WINDOW)
        self._errors: deque[Rows] = deque(maxlen=WINDOW // _BLOCK)
        self._newest_unit = -1
        self._returned = -1

    def update(self, rows: Rows) -> int:
        """Take samples and return the number of the state; cutting otherwise changes nothing.

        Args:
            rows: `(time, channel)` NaN marks a missing reading; any units.

        Raises:
            ContractError: Other channels than at the start, or an infinite reading.
        """
        found = self._follower.update(rows)
        self._changed = max([self._changed, *(change.index for change in found.changes)])
        self._odd.extend((anomaly.start, anomaly.end) for anomaly in found.anomalies)
        self._waiting = np.concatenate([self._waiting, rows])
        while len(self._waiting) >= _BLOCK:
            self._foretell(self._filled(self._waiting[:_BLOCK]))
            self._waiting = self._waiting[_BLOCK:]
        return len(_FORETOLD) * self._news() + self._foretold()

    def _filled(self, block: Rows) -> Rows:
        """Return the block with each gap as the last reading; 0 before a channel's first."""
        filled = block.copy()
        for row in filled:
            row[:] = np.where(np.isnan(row), np.nan_to_num(self._held), row)
            self._held = row
        return filled

    def _foretell(self, block: Rows) -> None:
        """Score the forecast of a block, then learn from it."""
        if self._units.samples >= 4 * _BLOCK:
            mean, _ = self._units.forecast(_BLOCK)
            self._errors.append((block - mean) ** 2)
        self._learn(block)
        self._window = np.concatenate([self._window, block])[-WINDOW:]
        for move in self._units.transitions:
            if move.before >= 0 and move.after <= self._newest_unit:
                self._returned = move.sample
            self._newest_unit = max(self._newest_unit, move.after)

    def _learn(self, block: Rows) -> None:
        """Let the units learn; a fit that does not converge makes them begin anew."""
        try:
            self._units.update(block)
        except np.linalg.LinAlgError:
            self.restarts += 1
            self._units = MicroAdapt(block.shape[1], config=_CONFIG)
            self._newest_unit = -1

    def _news(self) -> int:
        seen = self._follower.samples
        size = min(seen, WINDOW)
        start = seen - size
        if self._returned >= start:
            return 4
        spans = [*self._odd, *((a.start, a.end) for a in self._follower.finish())]
        odd = sum(max(0, min(end, seen) - max(first, start)) for first, end in spans)
        if odd > _ODD * size:
            return 3
        if self._changed < start + max(_BEGINNING * size, _BLOCK / 2):
            return 0
        return 2 if seen - self._changed < _LATELY * size else 1

    def _foretold(self) -> int:
        if len(self._errors) < _FEWEST:
            return 4
        variance = self._window.var(axis=0) + 1e-12 * (1 + self._window.mean(axis=0) ** 2)
        # The median channel: half of them may see something else.
        errors = np.median(np.stack(self._errors) / variance, axis=2)
        overall = errors.mean(axis=1)
        half = len(overall) // 2
        if overall[half:].mean() > _RISEN * overall[:half].mean() + _CLOSE / 10:
            return 3
        return int(np.digitize(errors[-_RECENT:, :_NEAR].mean(), [_CLOSE, _ROUGH]))
