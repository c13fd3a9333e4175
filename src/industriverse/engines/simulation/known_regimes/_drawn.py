"""What every family draws from: a part of its parameters, a window, a random stream."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

Part = Literal["train", "held_out"]
LENGTH = 1024
"""Samples simulated per record; the recent window ends at the last one."""
_BANDS, _HELD_OUT_EVERY, _HELD_OUT_BAND = 20, 4, 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """The random choices of a batch of records.

    Attributes:
        random: The stream for everything else.
        part: Whose parameter bands are used.
        windows: `(record,)` samples of each record's recent window.
    """

    random: np.random.Generator
    part: Part
    windows: Int[np.ndarray, "record"]

    @property
    def count(self) -> int:
        """Number of records."""
        return len(self.windows)

    def parameter(self, low: float, high: float) -> Float[np.ndarray, "record"]:
        """Draw a parameter from this part's bands of an interval.

        The interval is cut into twenty bands; every fourth is held out, so no value of a
        held-out record lies within a training band.
        """
        held = np.arange(_BANDS) % _HELD_OUT_EVERY == _HELD_OUT_BAND
        bands = np.flatnonzero(held if self.part == "held_out" else ~held)
        place = self.random.choice(bands, self.count) + self.random.random(self.count)
        return low + (high - low) * place / _BANDS

    def crossing(self) -> Float[np.ndarray, "record"]:
        """Draw the sample at which a threshold is crossed, inside each recent window."""
        return LENGTH - self.windows * self.random.uniform(0.12, 0.9, self.count)

    def earlier(self) -> Float[np.ndarray, "record"]:
        """Draw a sample before each recent window, by a tenth to nine tenths of its length."""
        return LENGTH - self.windows * self.random.uniform(1.1, 1.9, self.count)

    def ramp(
        self,
        before: Float[np.ndarray, "record"],
        after: Float[np.ndarray, "record"],
        edge: float,
        *,
        at: Float[np.ndarray, "record"],
        widest: float = 0.6,
    ) -> Float[np.ndarray, "record time"]:
        """Return a control parameter that passes its threshold at a sample of each record.

        It is constant, then moves at an even rate through the threshold, then is constant; the
        move takes between 2 % and `widest` of the recent window.
        """
        width = self.windows * self.random.uniform(0.02, widest, self.count)
        rate = (after - before) / width
        time = np.arange(LENGTH)[None, :] - at[:, None]
        path = edge + rate[:, None] * time
        low, high = np.minimum(before, after), np.maximum(before, after)
        return np.clip(path, low[:, None], high[:, None])


States = Float[np.ndarray, "record time state"]
Simulator = Callable[[Drawn], tuple[States, list[str | None]]]
