"""Seasons: whether a history repeats, how often, and what its typical cycle looks like."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ._gaps import centre, fill_forward

Table = Float[np.ndarray, "time state"]

_CLOCK_S = (3600.0, 86_400.0, 604_800.0, 31_556_952.0)
_CYCLES = 3
_COLUMNS = 24
_RISE = 0.15
_SECOND_RISE = 0.03
_NEARLY = 0.6
_NEARLY_HIGHEST = 0.9
_LOWEST = 0.1
_SEARCHED = 3.0


@dataclass(frozen=True, slots=True)
class Season:
    """The cycles of a panel, in samples; 0 where there is none.

    Attributes:
        period: The main cycle.
        second: A longer cycle that adds to it, such as the week over the day.
    """

    period: int = 0
    second: int = 0

    @property
    def longest(self) -> int:
        """The longest cycle, 0 without any."""
        return max(self.period, self.second)


def find_season(history: Table, step_s: float | None = None) -> Season:
    """Find the cycles of a history, none where the evidence is weak.

    A cycle of `p` samples counts when the autocorrelation of the clipped, detrended history at `p`
    is a local maximum that rises above the lowest value before it by `0.15 + 3/√n`, with at least
    three cycles seen. Hour, day, week and year are tried first where the step is known, then the
    highest peak of the autocorrelation itself, which must rise by `0.15 + 6/√n`.

    Args:
        history: `(time, state)`. NaN is missing.
        step_s: [s]. Seconds between samples, where they are known.

    Examples:
        >>> wave = np.sin(2 * np.pi * np.arange(240) / 24)[:, None]
        >>> find_season(wave).period
        24
    """
    longest = len(history) // _CYCLES
    if longest < 4:  # noqa: PLR2004 (a cycle of three samples cannot be told from noise here)
        return Season()
    # A little further than the longest cycle, so that its top can be told from a slope.
    correlation = _autocorrelation(history, min(longest + longest // 4 + 1, len(history) - 1))
    clear = _RISE + 3.0 / np.sqrt(len(history))
    found = [p for p in _known(correlation, step_s, longest) if _rise(correlation, p) > clear]
    if not found:
        # The highest of many lags needs more to stand out than a lag named beforehand.
        clear += _SEARCHED / np.sqrt(len(history))
        found = [p for p in _highest(correlation, longest) if _rise(correlation, p) > clear]
    if not found:
        return Season()
    highest = max(correlation[p] for p in found)
    period = min(p for p in found if correlation[p] >= _NEARLY * highest)
    return Season(period, _second(correlation, period, found))


def _second(correlation: Float[np.ndarray, "lag"], period: int, found: list[int]) -> int:
    """Return a longer cycle that explains clearly more than the main one."""
    clear = correlation[period] + _SECOND_RISE
    longer = [p for p in found if p >= 2 * period and correlation[p] > clear]
    return max(longer, key=lambda p: correlation[p]) if longer else 0


def _known(correlation: Float[np.ndarray, "lag"], step_s: float | None, longest: int) -> list[int]:
    """Return the clock's periods that peak, shortest first."""
    if not step_s:
        return []
    clock = [round(seconds / step_s) for seconds in _CLOCK_S]
    return [p for p in clock if 4 <= p <= longest and _peaks_at(correlation, p)]  # noqa: PLR2004


def _highest(correlation: Float[np.ndarray, "lag"], longest: int) -> list[int]:
    """Return the first peak that is nearly as high as the highest, if there is a peak."""
    inner = correlation[1:-1]
    peaks = np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:])) + 1
    peaks = peaks[(peaks >= 3) & (peaks <= longest)]  # noqa: PLR2004
    peaks = peaks[correlation[peaks] > _LOWEST]
    if len(peaks) == 0:
        return []
    # Multiples of a cycle peak as well.
    high = correlation[peaks] >= _NEARLY_HIGHEST * correlation[peaks].max()
    return [_sharpened(correlation, int(peaks[high][0]))]


def _sharpened(correlation: Float[np.ndarray, "lag"], period: int) -> int:
    """Return the period nearby whose multiples correlate best: the top of a hill is flat."""
    reach = max(1, period // 20)
    around = range(period - reach, period + reach + 1)
    near = [p for p in around if p > 1 and correlation[p] > _LOWEST]
    return max(near, key=lambda p: float(correlation[p::p].mean()))


def _peaks_at(correlation: Float[np.ndarray, "lag"], period: int) -> bool:
    """Tell whether a clock period lies on top of a hill, not on its slope."""
    reach = max(1, period // 4)
    around = correlation[period - reach : period + reach + 1]
    return bool(correlation[period] >= around.max() - 0.02 and correlation[period] > _LOWEST)


def _rise(correlation: Float[np.ndarray, "lag"], period: int) -> float:
    """Return how far the correlation rises above its lowest value before this lag."""
    return float(correlation[period] - correlation[1:period].min())


def _autocorrelation(history: Table, longest: int) -> Float[np.ndarray, "lag"]:
    """Return `(longest + 1,)`: autocorrelation, averaged over up to 24 columns by their share."""
    columns = np.unique(np.linspace(0, history.shape[1] - 1, _COLUMNS).astype(int))
    part = history[:, columns]
    filled = fill_forward(part, centre(part))
    middle = np.median(filled, axis=0)
    spread = 1.4826 * np.median(np.abs(filled - middle), axis=0)
    spread = np.where(spread > 0, spread, filled.std(axis=0))
    alive = spread > 0
    if not alive.any():
        return np.zeros(longest + 1)
    clipped = np.clip((filled[:, alive] - middle[alive]) / spread[alive], -4, 4)
    return _correlate(_detrend(clipped), longest)


def _detrend(table: Table) -> Table:
    """Remove a straight line from each column."""
    clock = np.linspace(-1, 1, len(table))
    slope = clock @ (table - table.mean(axis=0)) / (clock @ clock)
    return table - table.mean(axis=0) - clock[:, None] * slope


def _correlate(table: Table, longest: int) -> Float[np.ndarray, "lag"]:
    """Return the mean autocorrelation of the columns up to a lag."""
    size = 1 << int(np.ceil(np.log2(2 * len(table))))
    power = np.abs(np.fft.rfft(table, size, axis=0)) ** 2
    covariance = np.fft.irfft(power, size, axis=0)[: longest + 1]
    overlap = len(table) - np.arange(longest + 1)
    covariance = covariance / overlap[:, None]
    return np.asarray((covariance / np.maximum(covariance[0], 1e-300)).mean(axis=1))


def profile(filled: Table, period: int) -> Float[np.ndarray, "phase state"]:
    """Return the typical cycle: the mean of each phase, shrunk to the overall mean by one cycle.

    Args:
        filled: `(time, state)`. Without gaps; row 0 is phase 0.
        period: Samples per cycle; below 2 gives one phase, the overall mean.
    """
    overall = filled.mean(axis=0)
    if period < 2:  # noqa: PLR2004
        return overall[None]
    cycles, rest = divmod(len(filled), period)
    whole = filled[: cycles * period].reshape(cycles, period, filled.shape[1])
    total = whole.sum(axis=0)
    total[:rest] += filled[cycles * period :]
    count = np.full(period, float(cycles))
    count[:rest] += 1
    weak = 0.5
    return (total + weak * overall) / (count + weak)[:, None]


def phases(origins: Int[np.ndarray, "origin"], horizon: int, period: int) -> np.ndarray:
    """Return `(origin, lead)`: the phase of each target."""
    return (origins[:, None] + 1 + np.arange(horizon)) % max(period, 1)


def cycle(filled: Table, season: Season) -> Float[np.ndarray, "phase state"]:
    """Return the typical cycle of a season: the short one, corrected by the long one.

    Args:
        filled: `(time, state)`. Without gaps; row 0 is phase 0.
        season: Its longest cycle gives the number of phases.
    """
    short = profile(filled, season.period)
    if season.second == 0 or season.second % max(season.period, 1):
        return short
    clock = np.arange(len(filled))
    rest = filled - short[clock % len(short)]
    return short[np.arange(season.second) % len(short)] + profile(rest, season.second)
