"""From the times of readings, however they came, to one regular clock."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.errors import InputError

from ._notes import Notes

MIN_ROWS = 30
"""Fewer readings carry no forecast."""
_JITTER = 0.5
"""Readings within half a step of a tick belong to that tick; their values are not touched."""
_SAID_JITTER = 0.02
_SHORT_GAP = 3.0
_MOST_SLOTS_A_ROW = 20
_BURST_GAP = 1000.0
_MONTH_S = 30.436875 * 86400
_UNITS_OF_TIME = (
    *((365.2425 * 86400, "years"), (_MONTH_S, "months"), (86400.0, "days"), (3600.0, "hours")),
    *((60.0, "minutes"), (1.0, "s"), (1e-3, "ms"), (1e-6, "us")),
)


@dataclass(frozen=True, slots=True)
class Times:
    """When the readings were taken.

    Attributes:
        origin_s: Seconds since the Unix epoch at `offset_s` zero; 0 without a date.
        offset_s: `(row,)` [s]. After the origin, in the order of the rows.
        absolute: Whether the origin is a date.
    """

    origin_s: float
    offset_s: Float[np.ndarray, "row"]
    absolute: bool


@dataclass(frozen=True, slots=True)
class Ticks:
    """A regular clock.

    Attributes:
        start_s: Time of the first tick.
        step_s: Seconds between ticks.
    """

    start_s: float
    step_s: float


def in_words(seconds: float) -> str:
    """Return a length of time as people say it.

    Examples:
        >>> in_words(900.0), in_words(86400.0), in_words(0.0156)
        ('15 minutes', '1 days', '15.6 ms')
    """
    for size, word in _UNITS_OF_TIME:
        if seconds >= size:
            return f"{seconds / size:.6g} {word}"
    return f"{seconds:.4g} s"


def on_regular_clock(
    times: Times, values: Float[np.ndarray, "row channel"], notes: Notes
) -> tuple[Ticks, Float[np.ndarray, "time channel"]]:
    """Put readings on a regular clock: sort, merge duplicates, find the step, mark gaps.

    Readings that already keep a clock (a few missing, a little jitter, calendar months) stay
    untouched and missing ticks become NaN. Others are interpolated linearly at the median step,
    within gaps of up to three steps.

    Args:
        times: `(row,)`. In any order.
        values: `(row, channel)`.
        notes: What was decided.

    Raises:
        InputError: All times are equal, or they lie in bursts that no clock spans.
    """
    offset, values = _sorted_once(times.offset_s, values, notes)
    if len(offset) < 2:  # noqa: PLR2004
        raise InputError(
            "All rows carry the same time.", hint="Name the time column with --time-column."
        )
    offset, values = _newest_run(offset, values, notes)
    gaps = np.diff(offset)
    step = _clean(float(np.median(gaps)))
    ticks, fitted, residual = _fit(offset, gaps, step)
    if np.abs(residual).max() <= _JITTER * fitted:
        _note_lattice(ticks, residual, fitted, notes)
        table = _placed(ticks, values)
        start = times.origin_s + float(offset[0])
        return Ticks(start, fitted), table
    table = _interpolated(offset, values, step)
    missing = int(np.isnan(table).all(axis=1).sum())
    notes.add(
        f"The sampling is irregular ({in_words(float(gaps.min()))} to "
        f"{in_words(float(gaps.max()))}); readings were interpolated to the median step of "
        f"{in_words(step)}" + (f", {missing} steps in long gaps are missing." if missing else ".")
    )
    return Ticks(times.origin_s + float(offset[0]), step), table


def as_sampled(
    times: Times, values: Float[np.ndarray, "row channel"], notes: Notes
) -> tuple[Ticks, Float[np.ndarray, "row channel"], Float[np.ndarray, "row"]]:
    """Return rows as they are, in order of time, with their median step and the time of each."""
    gaps = np.diff(times.offset_s)
    order = np.arange(len(times.offset_s))
    if (gaps < 0).any():
        order = np.argsort(times.offset_s, kind="stable")
        notes.add(f"Rows were not in order of time ({int((gaps < 0).sum())} steps back): sorted.")
    seconds = times.origin_s + times.offset_s[order]
    steps = np.diff(seconds)
    forward = steps[steps > 0]
    step = _clean(float(np.median(forward))) if forward.size else 1.0
    return Ticks(float(seconds[0]), step), values[order], seconds


def _clean(step: float) -> float:
    """Drop the digits that subtraction left behind the twelfth."""
    return float(f"{step:.12g}")


def _sorted_once(
    offset: Float[np.ndarray, "row"], values: Float[np.ndarray, "row channel"], notes: Notes
) -> tuple[Float[np.ndarray, "reading"], Float[np.ndarray, "reading channel"]]:
    gaps = np.diff(offset)
    if (gaps > 0).all():
        return offset, values
    if (gaps < 0).any():
        falls = int((gaps < 0).sum())
        newest_first = falls > 0.9 * len(gaps)
        notes.add(
            "Rows ran from newest to oldest; they were turned round."
            if newest_first
            else f"Rows were not in order of time ({falls} steps back); they were sorted."
        )
        order = np.argsort(offset, kind="stable")
        offset, values = offset[order], values[order]
    first = np.concatenate(([True], np.diff(offset) > 0))
    if first.all():
        return offset, values
    notes.add(f"{int((~first).sum())} rows repeat a time stamp; their readings were averaged.")
    return offset[first], _averaged(values, np.flatnonzero(first))


def _averaged(
    values: Float[np.ndarray, "row channel"], starts: Int[np.ndarray, "reading"]
) -> Float[np.ndarray, "reading channel"]:
    known = np.isfinite(values)
    total = np.add.reduceat(np.where(known, values, 0.0), starts, axis=0)
    count = np.add.reduceat(known.astype(np.float64), starts, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan)


def _newest_run(
    offset: Float[np.ndarray, "reading"], values: Float[np.ndarray, "reading channel"], notes: Notes
) -> tuple[Float[np.ndarray, "recent"], Float[np.ndarray, "recent channel"]]:
    """Keep the newest unbroken run when the whole would be nearly all gap."""
    gaps = np.diff(offset)
    step = float(np.median(gaps))
    if (offset[-1] - offset[0]) / step <= _MOST_SLOTS_A_ROW * len(offset):
        return offset, values
    breaks = np.flatnonzero(gaps > _BURST_GAP * step)
    begin = int(breaks[-1]) + 1 if breaks.size else 0
    run = offset[begin:]
    fits = len(run) >= MIN_ROWS and (run[-1] - run[0]) <= (
        _MOST_SLOTS_A_ROW * len(run) * float(np.median(np.diff(run)))
    )
    if not fits:
        raise InputError(
            f"The times lie in bursts: the median step is {in_words(step)}, yet {len(offset)} "
            f"readings span {in_words(float(offset[-1] - offset[0]))}.",
            hint="Resample the file, or cut out one unbroken run.",
        )
    notes.add(
        f"The readings lie in {len(breaks) + 1} runs far apart; only the newest, "
        f"{len(run)} of {len(offset)} rows, was used."
    )
    return run, values[begin:]


def _fit(
    offset: Float[np.ndarray, "reading"], gaps: Float[np.ndarray, "gap"], step: float
) -> tuple[Int[np.ndarray, "reading"], float, Float[np.ndarray, "reading"]]:
    """Number the ticks two ways, with missing readings and without, and keep the closer one."""
    counted = np.cumsum(np.maximum(np.rint(gaps / step), 1))
    ways = (np.concatenate(([0], counted)).astype(np.int64), np.arange(len(offset)))
    fits = [_fit_to(offset, ticks, step) for ticks in ways]
    best = min((0, 1), key=lambda way: float(np.abs(fits[way][1]).max()) / fits[way][0])
    return ways[best], *fits[best]


def _fit_to(
    offset: Float[np.ndarray, "reading"], ticks: Int[np.ndarray, "reading"], step: float
) -> tuple[float, Float[np.ndarray, "reading"]]:
    fitted = float((offset[-1] - offset[0]) / ticks[-1])
    # A step that the file states to the digit is kept to the digit.
    if np.abs(offset - offset[0] - ticks * step).max() <= 1e-6 * step * len(ticks) ** 0.5:
        fitted = step
    return fitted, offset - offset[0] - ticks * fitted


def _note_lattice(
    ticks: Int[np.ndarray, "reading"],
    residual: Float[np.ndarray, "reading"],
    step: float,
    notes: Notes,
) -> None:
    jitter = float(np.abs(residual).max()) / step
    if jitter > _SAID_JITTER:
        notes.add(
            f"Times wander by up to {100 * jitter:.0f} % of a step; the step was taken as "
            f"{in_words(step)} and the values were not changed."
        )
    slots = int(ticks[-1]) + 1
    if missing := slots - len(ticks):
        longest = int(np.diff(ticks).max()) - 1
        notes.add(
            f"{missing} of {slots} time steps are missing (the longest gap has {longest}); "
            "they are left empty."
        )


def _placed(
    ticks: Int[np.ndarray, "reading"], values: Float[np.ndarray, "reading channel"]
) -> Float[np.ndarray, "time channel"]:
    if int(ticks[-1]) + 1 == len(ticks):
        return values
    table = np.full((int(ticks[-1]) + 1, values.shape[1]), np.nan)
    table[ticks] = values
    return table


def _interpolated(
    offset: Float[np.ndarray, "row"], values: Float[np.ndarray, "row channel"], step: float
) -> Float[np.ndarray, "time channel"]:
    count = int(np.floor((offset[-1] - offset[0]) / step + 1e-9)) + 1
    grid = offset[0] + step * np.arange(count)
    table = np.full((count, values.shape[1]), np.nan)
    for index in range(values.shape[1]):
        known = np.isfinite(values[:, index])
        if known.any():
            table[:, index] = _between(grid, offset[known], values[known, index], step)
    return table


def _between(
    grid: Float[np.ndarray, "time"],
    offset: Float[np.ndarray, "row"],
    column: Float[np.ndarray, "row"],
    step: float,
) -> Float[np.ndarray, "time"]:
    after = np.clip(np.searchsorted(offset, grid), 0, len(offset) - 1)
    before = np.maximum(after - (offset[after] > grid), 0)
    inside = (grid >= offset[0]) & (grid <= offset[-1] + 1e-9 * step)
    near = (offset[after] - offset[before]) <= _SHORT_GAP * step
    filled = np.interp(grid, offset, column)
    return np.where(inside & near, filled, np.nan)
