"""The history: the newest samples, what the cycle expected of them, and where they stand."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ._cycle import Cycle

Table = Float[np.ndarray, "time channel"]


@dataclass(slots=True)
class Record:
    """Rows in a buffer of twice the history, moved to its front when it is full.

    Attributes:
        rows: `(2 history, channel)`. Without gaps, in the stream's own units.
        standard: `(2 history, channel)`. The same, standardised.
        expected: `(2 history, channel)`. What the cycle expected, standardised.
        used: Rows in use.
        total: Samples of the stream so far.
        centre, scale: `(channel,)`.
        low, high: `(channel,)`. Range seen so far.
    """

    rows: Table
    standard: Table
    expected: Table
    used: int
    total: int
    centre: Float[np.ndarray, "channel"]
    scale: Float[np.ndarray, "channel"]
    low: Float[np.ndarray, "channel"]
    high: Float[np.ndarray, "channel"]

    @classmethod
    def of(cls, history: int, channels: int) -> "Record":
        """Return an empty record."""
        buffer = (2 * history, channels)
        return cls(
            np.zeros(buffer),
            np.zeros(buffer),
            np.zeros(buffer),
            0,
            0,
            np.zeros(channels),
            np.ones(channels),
            np.full(channels, np.inf),
            np.full(channels, -np.inf),
        )

    @property
    def first(self) -> int:
        """Index in the stream of the first row kept."""
        return self.total - self.used

    def newest(self, count: int) -> Table:
        """Return the newest rows, standardised; fewer where fewer are kept."""
        return self.standard[max(self.used - count, 0) : self.used]

    def rest(self, count: int) -> Table:
        """Return what the cycle did not expect of the newest rows."""
        part = slice(max(self.used - count, 0), self.used)
        return self.standard[part] - self.expected[part]

    def append(self, rows: Table, cycle: Cycle) -> None:
        """Add rows; the oldest are dropped when the buffer is full."""
        history = len(self.rows) // 2
        if self.used + len(rows) > len(self.rows):
            for buffer in (self.rows, self.standard, self.expected):
                buffer[:history] = buffer[self.used - history : self.used]
            self.used = history
        part = slice(self.used, self.used + len(rows))
        self.rows[part] = rows
        self.standard[part] = (rows - self.centre) / self.scale
        self.expected[part] = cycle.follow(self.total, self.standard[part])
        self.used += len(rows)
        self.total += len(rows)
        np.minimum(self.low, rows.min(axis=0), out=self.low)
        np.maximum(self.high, rows.max(axis=0), out=self.high)
