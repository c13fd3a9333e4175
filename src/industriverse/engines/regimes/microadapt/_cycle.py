"""The slowest level: the typical cycle, found in the history and followed as it changes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

Table = Float[np.ndarray, "time channel"]
Periods = tuple[int, int]
Similarity = Float[np.ndarray, "lag"]

_CYCLES = 3
_SHORTEST = 4
_CLEAR = 0.15
_CLEARLY = 0.03
_NEARLY = 0.7
_CLIP = 3.0
_GAINS = (0.1, 0.05)
_LONGEST = 8
_HARMONICS = 2
_ROOM = 1.1
_WORTH = 0.8
_BETTER = 0.95
_DOUBT = 0.5


@dataclass(slots=True)
class Cycle:
    """The typical value of each phase: an exact oscillator bank at the cycle's harmonics.

    Attributes:
        short: `(phase, channel)`. The cycle. A single phase stands for none and stays zero.
        long: `(phase, channel)`. What a longer cycle, of several short ones, adds to it.
        seen_short, seen_long: `(phase,)`. How often each phase was seen.
    """

    short: Float[np.ndarray, "short channel"]
    long: Float[np.ndarray, "long channel"]
    seen_short: Float[np.ndarray, "short"]
    seen_long: Float[np.ndarray, "long"]

    @classmethod
    def of(cls, periods: Periods, channels: int) -> "Cycle":
        """Return an empty cycle."""
        short, long = (max(period, 1) for period in periods)
        shapes = (short, channels), (long, channels), short, long
        return cls(*(np.zeros(shape) for shape in shapes))

    @property
    def periods(self) -> Periods:
        """Samples in the short and the long cycle, 0 for none."""
        short, long = len(self.short), len(self.long)
        return short if short > 1 else 0, long if long > 1 else 0

    @property
    def longest(self) -> int:
        """Samples for which it is known ahead, 0 without a cycle."""
        return max(self.periods)

    def follow(self, first: int, table: Table) -> Table:
        """Return what was expected of each sample before it came, then learn from it.

        Args:
            first: Index of the table's first sample in the stream.
            table: `(time, channel)`.
        """
        expected = _follow(self.short, self.seen_short, _GAINS[0], first, table)
        return expected + _follow(self.long, self.seen_long, _GAINS[1], first, table - expected)

    def ahead(self, origin: int, leads: int) -> Table:
        """Return `(lead, channel)`: what is expected after a sample."""
        index = origin + 1 + np.arange(leads)
        return self.short[index % len(self.short)] + self.long[index % len(self.long)]

    @property
    def turns(self) -> int:
        """Number of `waves`."""
        return 2 * _HARMONICS if self.periods[0] else 0

    def waves(self, indices: Int[np.ndarray, "row"]) -> Float[np.ndarray, "row wave"]:
        """Return cosine and sine of the short cycle's first harmonics at samples of the stream."""
        period = len(self.short)
        number = np.arange(1, self.turns // 2 + 1)
        angle = 2 * np.pi * number * (indices % period)[:, None] / period
        return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def _follow(
    values: Float[np.ndarray, "phase channel"],
    seen: Float[np.ndarray, "phase"],
    least: float,
    first: int,
    table: Table,
) -> Table:
    """Follow one cycle; each phase moves by at least a share of its error."""
    expected = np.zeros_like(table)
    period = len(values)
    if period == 1:
        return expected
    for start in range(0, len(table), period):
        part = table[start : start + period]
        phase = (first + start + np.arange(len(part))) % period
        expected[start : start + len(part)] = values[phase]
        seen[phase] += 1
        gain = np.maximum(1 / (seen[phase] + _DOUBT), least)[:, None]
        values[phase] += gain * (part - values[phase])
    return expected


def find_periods(history: Table, present: Periods) -> Periods:
    """Return the cycles of a history, (0, 0) for none.

    The short one is the first lag at which the history resembles itself nearly as much as anywhere,
    the long one a multiple whose own multiples resemble it clearly more. They count if, followed
    causally, they foretell the shape of the newer half: what is left when the mean of the last
    errors is taken off, for the level is followed by others.

    Args:
        history: `(time, channel)`. Standardised, without gaps.
        present: The cycles so far; others must leave a twentieth less.
    """
    similar = _similarity(history)
    short = _short(similar)
    long = _long(similar, short) if short else 0
    level = short or max(present[0], 1)

    def left(periods: Periods) -> float:
        cycle = Cycle.of(periods, history.shape[1])
        return _left_over(history - cycle.follow(0, history), level)

    chosen, least = (0, 0), left((0, 0))
    best = min([(left((short, 0)), (short, 0))] if short else [(np.inf, (0, 0))])
    if long:
        both = left((short, long))
        best = (both, (short, long)) if both < _ROOM * best[0] else best
    if best[0] < _WORTH * least:
        least, chosen = best
    completed = present == (chosen[0], 0)
    replaced = max(present) > len(history) // 2 or least < _BETTER * left(present)
    return chosen if completed or replaced else present


def _left_over(errors: Table, level: int) -> float:
    """Return the mean square of the newer half, less the mean of the samples just before each."""
    total = np.cumsum(errors, axis=0)
    half = max(len(errors) // 2, level + 1)
    mean = (total[half - 1 : -1] - total[half - 1 - level : -1 - level]) / level
    return float(((errors[half:] - mean) ** 2).mean())


def _similarity(history: Table) -> Similarity:
    """Return the autocorrelation of the detrended, clipped history, the mean over channels."""
    longest = len(history) // 2
    size = 1 << int(np.ceil(np.log2(2 * len(history))))
    line = np.linspace(-1, 1, len(history))
    flat = history - history.mean(axis=0)
    flat = flat - line[:, None] * (line @ flat / (line @ line))
    spread = np.maximum(flat.std(axis=0), 1e-300)
    flat = np.clip(flat, -_CLIP * spread, _CLIP * spread)
    power = np.abs(np.fft.rfft(flat, size, axis=0)) ** 2
    share = np.fft.irfft(power, size, axis=0)[: longest + 1]
    share = share / (len(history) - np.arange(longest + 1))[:, None]
    alive = share[0] > 0
    if not alive.any():
        return np.zeros(longest + 1)
    return np.asarray((share[:, alive] / share[0, alive]).mean(axis=1))


def _short(similar: Similarity) -> int:
    """Return the first lag of a hill nearly as high as the highest, 0 without a clear hill."""
    inner = similar[1:-1]
    hills = np.flatnonzero((inner > similar[:-2]) & (inner >= similar[2:])) + 1
    longest = 2 * (len(similar) - 1) // _CYCLES
    lowest = np.minimum.accumulate(similar)
    hills = hills[(hills >= _SHORTEST) & (hills <= longest)]
    hills = hills[(similar[hills] > 0) & (similar[hills] - lowest[hills] > _CLEAR)]
    if not len(hills):
        return 0
    high = similar[hills] >= _NEARLY * similar[hills].max()
    top = int(hills[high][0])
    # The top of a hill is flat and leans; where its multiples lie tells the lag exactly.
    reach = max(1, top // 20)
    near = range(max(top - reach, _SHORTEST - 1), top + reach + 1)
    return max(near, key=lambda lag: _multiples(similar, lag))


def _long(similar: Similarity, short: int) -> int:
    """Return the multiple of a lag whose multiples are clearly more alike than its own, or 0."""
    longest = 2 * (len(similar) - 1) // _CYCLES // short
    trials = [times * short for times in range(2, min(_LONGEST, longest) + 1)]
    if not trials:
        return 0
    best = max(trials, key=lambda lag: _multiples(similar, lag))
    gain = _multiples(similar, best) - _multiples(similar, short)
    return best if gain > _CLEARLY else 0


def _multiples(similar: Similarity, lag: int) -> float:
    return float(similar[lag::lag].mean())
