"""When each row was read: the time column found by name and content."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int

from industriverse.adapters.intake import (
    Column,
    Notes,
    Times,
    compute,
    listing,
    numbers_of,
    scale_to,
    split_unit,
    suggestion,
)
from industriverse.kernel.errors import InputError, NotFoundError

from ._dates import Parsed, from_parts, parse_clock, parse_dates
from ._raw import RawTable

_NAMED = re.compile(
    r"(?:^|[^a-z])(?:date|time|datetime|timestamp|time_?stamp|ts|t|utc|when|datum|zeit|zeitstempel|"
    r"fecha|hora|epoch|elapsed|ds|clock)(?:$|[^a-z])|date_?time|timestamp"
)
_COUNTED = re.compile(r"^(?:t|time|ts|timestamp|time_?stamp|epoch|unix|unix_?time|elapsed|seconds|"
                      r"secs|sec|s|ms|millis|date|datetime|utc|dec_?year|decimal_?year|jd|jd_.*|julian.*|timer)"
    r"(?:_(?:s|sec|secs|seconds|ms|us|ns|min|h|hours|d|days))?$")  # fmt: skip
_PARTS = {
    "year": {"year", "yr", "yyyy", "jahr", "annee", "ano"},
    "month": {"month", "mon", "mo", "mm", "monat", "mois", "mes"},
    "day": {"day", "dd", "dom", "tag", "jour", "dia"},
    "hour": {"hour", "hr", "hh", "stunde", "heure"},
    "minute": {"minute", "minutes"},
    "second": {"second"},
}
_BAD_SHARE = 0.05
_DAY_US = 86_400_000_000
_MICRO = 1e-6
_EPOCHS = ((1e17, 1e-9, "nanoseconds"), (1e14, 1e-6, "microseconds"), (1e11, 1e-3, "milliseconds"))
_UNIX = (3e8, 4e9)
_EXCEL = (20000.0, 80000.0)
_EXCEL_ZERO_DAYS = -25569.0
_YEAR_S = 365.2425 * 86400
_SECONDS = (18000101e6, 22001231e6)
_JULIAN = (1.0e6, 4.0e6)
_UNIX_EPOCH_JULIAN = 2440587.5
_SUFFIX_UNIT = re.compile(r"_(s|sec|secs|seconds|ms|us|ns|min|h|hours|d|days)$")


@dataclass(frozen=True, slots=True)
class Found:
    """The clock of a table.

    Attributes:
        times: When each kept row was read.
        rows: `(row,)` Which rows have a readable time.
        used: Columns that made the clock.
    """

    times: Times
    rows: Bool[np.ndarray, "row"]
    used: tuple[str, ...]


def find_times(raw: RawTable, wanted: str, notes: Notes) -> Found | None:
    """Return the clock of a table, or None where it has none.

    Args:
        raw: The table.
        wanted: Name of the time column when the user says it, else "".
        notes: What was decided.

    Raises:
        NotFoundError: The wanted column is not there.
        InputError: It holds no times, or too many rows of the found one do not.
    """
    if wanted:
        return _wanted(raw, wanted, notes)
    dated = _dated(raw, notes)
    best = dated[0] if len(dated) == 1 else None
    if len(dated) > 1:
        best = max(dated, key=lambda item: _rank(raw, item[0], item[1]))
    if best and best[1].whole_days and (clock := _clock_column(raw, best[0])):
        return _with_clock(raw, best, clock, notes)
    if best and not best[1].whole_days:
        return _found(raw, best[0], best[1], notes)
    if parts := _calendar_parts(raw):
        return _from_calendar(raw, parts, notes)
    if best:
        return _found(raw, best[0], best[1], notes)
    return _counted(raw, notes)


def _wanted(raw: RawTable, wanted: str, notes: Notes) -> Found:
    if wanted not in raw.names:
        raise NotFoundError(
            f"{raw.source} has no column {wanted!r}.",
            hint=suggestion(wanted, raw.names),
            column=wanted,
        )
    parsed = _as_dates(raw, wanted, notes)
    if parsed:
        clock = _clock_column(raw, wanted) if parsed.whole_days else None
        return (
            _with_clock(raw, (wanted, parsed), clock, notes)
            if clock
            else _found(raw, wanted, parsed, notes)
        )
    numeric = _numeric(raw, wanted)
    found = _from_numbers(raw, wanted, numeric, notes) if numeric is not None else None
    if found is None:
        cell = raw.table.column(wanted)[0].as_py()
        raise InputError(
            f"Column {wanted!r} of {raw.source} holds no times: {raw.place(0)} has {cell!r}.",
            hint="Write dates as 2026-01-31 12:00:00, or seconds.",
            file=raw.source,
            column=wanted,
            row=raw.number(0),
        )
    return found


def _dated(raw: RawTable, notes: Notes) -> list[tuple[str, Parsed]]:
    pairs = [(name, _as_dates(raw, name, notes)) for name in raw.names]
    return [(name, parsed) for name, parsed in pairs if parsed is not None]


def _rank(raw: RawTable, name: str, parsed: Parsed) -> tuple[float, bool, bool, int]:
    different = len(np.unique(parsed.micros[parsed.known]))
    named = bool(_NAMED.search(name.lower()))
    return (different, named, not parsed.whole_days, -raw.names.index(name))


def _as_dates(raw: RawTable, name: str, notes: Notes) -> Parsed | None:
    column = raw.table.column(name).combine_chunks()
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _from_arrow(column)
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return parse_dates(compute.cast(column, pa.string()), name, notes)
    return None


def _from_arrow(column: Column) -> Parsed:
    zoned = pa.types.is_timestamp(column.type) and column.type.tz is not None
    micros = compute.cast(
        column, pa.timestamp("us", tz=column.type.tz if zoned else None), safe=False
    )
    known = micros.is_valid().to_numpy(zero_copy_only=False)
    numbers = compute.fill_null(compute.cast(micros, pa.int64()), 0).to_numpy(zero_copy_only=False)
    whole = bool(known.any() and (numbers[known] % _DAY_US == 0).all()) and not zoned
    return Parsed(numbers.astype(np.int64), known, zoned, whole)


def _clock_column(raw: RawTable, date: str) -> tuple[str, Float[np.ndarray, "row"]] | None:
    """Return a column of times of day beside a column of dates."""
    for name in raw.names:
        if name == date:
            continue
        column = raw.table.column(name).combine_chunks()
        if pa.types.is_time(column.type):
            micros = compute.cast(compute.cast(column, pa.time64("us")), pa.int64())
            return name, numbers_of(micros) * _MICRO
        if pa.types.is_string(column.type) and (parsed := parse_clock(column)):
            return name, np.where(parsed[1], parsed[0], np.nan)
        if (part := _part_of(name)) == "hour" or re.fullmatch(r"hhmm|time|tod", name.lower()):
            hours = _numeric(raw, name)
            if hours is not None and part == "hour" and _within(hours, 0, 24):
                return name, hours * 3600
            if hours is not None and _within(hours, 0, 2400) and _within(hours % 100, 0, 59):
                return name, (hours // 100) * 3600 + (hours % 100) * 60
    return None


def _within(values: Float[np.ndarray, "row"], low: float, high: float) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and known.min() >= low and known.max() <= high)


def _with_clock(
    raw: RawTable,
    date: tuple[str, Parsed],
    clock: tuple[str, Float[np.ndarray, "row"]],
    notes: Notes,
) -> Found:
    seconds = clock[1]
    known = date[1].known & np.isfinite(seconds)
    micros = date[1].micros + np.rint(np.nan_to_num(seconds) * 1e6).astype(np.int64)
    parsed = Parsed(micros, known, date[1].zoned, False)
    found = _found(raw, date[0], parsed, notes)
    return Found(found.times, found.rows, (date[0], clock[0]))


def _part_of(name: str) -> str:
    words = [word for word in re.split(r"[^a-z]+", name.lower()) if word]
    first = words[0] if words else ""
    return next((part for part, names in _PARTS.items() if first in names), "")


def _calendar_parts(raw: RawTable) -> dict[str, str]:
    parts: dict[str, str] = {}
    for name in raw.names:
        if (part := _part_of(name)) and part not in parts and _numeric(raw, name) is not None:
            parts[part] = name
    year = _numeric(raw, parts["year"]) if "year" in parts else None
    if year is None or "month" not in parts or not _within(year, 0, 9999):
        return {}
    return parts


def _from_calendar(raw: RawTable, parts: dict[str, str], notes: Notes) -> Found:
    columns = {part: _numeric(raw, name) for part, name in parts.items()}
    micros, known = from_parts({part: c for part, c in columns.items() if c is not None})
    parsed = Parsed(micros, known, zoned=False, whole_days="hour" not in parts)
    notes.add(f"The time was put together from {listing(parts.values())}.")
    found = _found(raw, parts["year"], parsed, notes)
    return Found(found.times, found.rows, tuple(parts.values()))


def _found(raw: RawTable, name: str, parsed: Parsed, notes: Notes) -> Found:
    _judge_unread(raw, name, parsed.known, notes)
    if not parsed.zoned and not parsed.whole_days:
        notes.add(f"The times in {name} state no zone and are taken as UTC.")
    micros = _midnights_moved(parsed.micros[parsed.known], notes)
    origin = int(micros.min())
    offset = (micros - origin) * _MICRO
    return Found(Times(origin * _MICRO, offset, absolute=True), parsed.known, (name,))


def _judge_unread(raw: RawTable, name: str, known: Bool[np.ndarray, "row"], notes: Notes) -> None:
    unread = np.flatnonzero(~known)
    if not unread.size:
        return
    row = int(unread[0])
    cell = raw.table.column(name)[row].as_py()
    shown = "no time" if cell is None else repr(cell)
    if unread.size > _BAD_SHARE * len(known):
        raise InputError(
            f"{unread.size} of {len(known)} rows of {raw.source} have no readable time; "
            f"{raw.place(row)}, column {name!r}, has {shown}.",
            hint="Write all times in one form, e.g. 2026-01-31 12:00:00.",
            file=raw.source,
            column=name,
            row=raw.number(row),
        )
    notes.add(
        f"{unread.size} rows without a readable time were left out "
        f"(first: {raw.place(row)}, {shown})."
    )


def _midnights_moved(micros: Int[np.ndarray, "row"], notes: Notes) -> Int[np.ndarray, "row"]:
    """Midnight written with the day that ends: `01/01 23:45, 01/01 00:00, 02/01 00:15`."""
    gaps = np.diff(micros)
    back = np.flatnonzero(gaps < 0) + 1
    if not back.size or (micros[back] % _DAY_US != 0).any():
        return micros
    moved = micros.copy()
    moved[back] += _DAY_US
    if (np.diff(moved) <= 0).any():
        return micros
    notes.add(
        f"{back.size} rows at 00:00 belong to the end of their day; they were moved to the next."
    )
    return moved


def _numeric(raw: RawTable, name: str) -> Float[np.ndarray, "row"] | None:
    column = raw.table.column(name).combine_chunks()
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return numbers_of(column)
    return None


def _counted(raw: RawTable, notes: Notes) -> Found | None:
    """A clock of numbers: Unix time, spreadsheet days, compact dates, or seconds from the start."""
    for name in raw.names:
        bare, _ = split_unit(name)
        if not _COUNTED.match(re.sub(r"[^a-z]+", "_", bare.lower()).strip("_")):
            continue
        values = _numeric(raw, name)
        if values is not None and (found := _from_numbers(raw, name, values, notes)):
            return found
    return None


def _from_numbers(
    raw: RawTable, name: str, values: Float[np.ndarray, "row"], notes: Notes
) -> Found | None:
    known = np.isfinite(values)
    if known.sum() < 2 or np.ptp(values[known]) == 0:  # noqa: PLR2004
        return None
    low, high = float(values[known].min()), float(values[known].max())
    if compact := _compact(raw, name, low, high, notes):
        return _found(raw, name, compact, notes)
    if dated := _dated_scale(name.lower(), low, high):
        return _scaled(raw, name, values, dated[:2], notes, dated[2])
    return _elapsed(raw, name, values, notes)


def _dated_scale(name: str, low: float, high: float) -> tuple[float, float, str] | None:
    """Return seconds a count, seconds at zero, and words, for a number that means a date."""
    for least, size, word in _EPOCHS:
        if low >= least:
            return size, 0.0, f"{word} since 1970"
    if _UNIX[0] <= low and high <= _UNIX[1]:
        return 1.0, 0.0, "seconds since 1970"
    if re.search("date|stamp", name) and _EXCEL[0] <= low and high <= _EXCEL[1]:
        return 86400.0, _EXCEL_ZERO_DAYS * 86400, "spreadsheet days"
    if name.startswith(("jd", "julian")) and _JULIAN[0] <= low and high <= _JULIAN[1]:
        return 86400.0, -_UNIX_EPOCH_JULIAN * 86400, "Julian days"
    if "year" in name and low >= 1 and high <= 9999:  # noqa: PLR2004
        return _YEAR_S, -1970 * _YEAR_S, "decimal years"
    return None


def _compact(raw: RawTable, name: str, low: float, high: float, notes: Notes) -> Parsed | None:
    """Dates as whole numbers: 192607, 20260131, 20260131120000."""
    months = low >= 180001 and high <= 220012  # noqa: PLR2004
    days = low >= 18000101 and high <= 22001231  # noqa: PLR2004
    seconds = low >= _SECONDS[0] and high <= _SECONDS[1]
    column = raw.table.column(name).combine_chunks()
    if not (months or days or seconds) or not pa.types.is_integer(column.type):
        return None
    return parse_dates(compute.cast(column, pa.string()), name, notes)


def _scaled(
    raw: RawTable,
    name: str,
    values: Float[np.ndarray, "row"],
    scale: tuple[float, float],
    notes: Notes,
    words: str,
) -> Found:
    known = np.isfinite(values)
    _judge_unread(raw, name, known, notes)
    notes.add(f"{name} was read as {words}.")
    kept = values[known]
    origin = float(kept.min())
    times = Times(origin * scale[0] + scale[1], (kept - origin) * scale[0], absolute=True)
    return Found(times, known, (name,))


def _elapsed(
    raw: RawTable, name: str, values: Float[np.ndarray, "row"], notes: Notes
) -> Found | None:
    known = np.isfinite(values)
    kept = values[known]
    if (np.diff(kept) < 0).any():
        return None
    _judge_unread(raw, name, known, notes)
    unit = raw.units.get(name, "") or split_unit(name)[1]
    suffix = _SUFFIX_UNIT.search(name.lower())
    unit = unit or (suffix[1] if suffix else "")
    size = scale_to(unit, "s") if unit else None
    if size is None:
        notes.add(f"{name} states no unit and was read as seconds from the start.")
        size = 1.0
    return Found(Times(0.0, kept * size, absolute=False), known, (name,))
