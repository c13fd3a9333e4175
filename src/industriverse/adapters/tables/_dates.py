"""Dates in the many forms people write them, decided over the whole column."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int

from industriverse.adapters.intake import Column, Notes, compute

_TIME = (
    r"(?:(?:[T\s_,:.\-]|\s+at\s+)\s*(?P<H>\d{1,2})"
    r"(?:[:.hH](?P<M>\d{2})(?:[:.m](?P<S>\d{2}(?:[.,:]\d{1,9})?))?)?"
    r"\s*(?P<P>[AaPp]\.?[Mm]\.?)?)?"
    r"\s*(?P<Z>[A-Za-z]{1,5}|[+\-]\d{2}:?\d{2}|[+\-]\d{2})?\s*"
)
_FORMS = {
    "year first": r"(?P<y>\d{4})[\-/.](?P<m>\d{1,2})(?:[\-/.](?P<d>\d{1,2})" + _TIME + ")?",
    "day or month first": r"(?P<a>\d{1,2})[\-/.](?P<b>\d{1,2})[\-/.](?P<y>\d{4}|\d{2})" + _TIME,
    "day and month name": (
        r"(?:[A-Za-z]{3,9},?\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th)?[\-\s./]*"
        r"(?P<n>[A-Za-z]{3,9})\.?,?[\-\s/]*(?P<y>\d{4}|\d{2})" + _TIME
    ),
    "month name and day": (
        r"(?:[A-Za-z]{3,9},?\s+)?(?P<n>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+"
        r"(?P<y>\d{4})" + _TIME
    ),
    "month name": r"(?P<n>[A-Za-z]{3,9})[\-\s](?P<y>\d{4})",
    "compact": (
        r"(?P<y>(?:1[89]|20)\d{2})(?P<m>0[1-9]|1[0-2])"
        r"(?:(?P<d>[0-3]\d)(?:[T _]?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?(?P<Z>Z)?)?"
    ),
    "quarter": r"(?P<y>\d{4})[\- ]?[Qq](?P<q>[1-4])",
}
_COMPILED = {form: re.compile(pattern + r"\Z") for form, pattern in _FORMS.items()}
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\Z")
_CLOCK_FORM = (
    r"^\s*(?P<H>\d{1,2})[:.h](?P<M>\d{2})(?:[:.](?P<S>\d{2}(?:[.,]\d{1,9})?))?"
    r"\s*(?P<P>[AaPp]\.?[Mm]\.?)?\s*$"
)
_MONTHS = (
    ("jan", "ene"), ("feb", "fev", "fév"), ("mar", "mrz", "mär"), ("apr", "avr", "abr"),
    ("may", "mai", "mei"), ("jun", "jui"), ("jul",), ("aug", "aou", "ago"), ("sep", "set"),
    ("oct", "okt", "out"), ("nov",), ("dec", "dez", "dic", "déc"),
)  # fmt: skip
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "CET": 1, "BST": 1, "WEST": 1, "MEZ": 1, "CEST": 2,
    "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_SAMPLE = 200
_MOSTLY = 0.9
_CENTURY = 69
_LAST_YEAR, _MONTHS_A_YEAR, _LONGEST_MONTH = 9999, 12, 31
_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True, slots=True)
class Parsed:
    """Dates read from a column.

    Attributes:
        micros: `(row,)` microseconds since the Unix epoch; 0 where not known.
        known: `(row,)` whether the cell was read.
        zoned: Whether the texts state a time zone.
        whole_days: Whether no text has a time of day.
    """

    micros: Int[np.ndarray, "row"]
    known: Bool[np.ndarray, "row"]
    zoned: bool
    whole_days: bool


def looks_like_date(cell: str) -> bool:
    """Say whether a text is a date, a date with time, or a time of day."""
    text = cell.strip()
    if not text or not text[-1].isalnum() or len(text) > 40:  # noqa: PLR2004
        return False
    if _CLOCK.match(text) and ":" in text:
        return True
    found = any(p.match(text) for f, p in _COMPILED.items() if f != "compact")
    return found and (text[0].isdigit() or form_of([text]) != "")


def form_of(texts: list[str]) -> str:
    """Return the form that at least nine in ten texts have, or ""."""
    if not texts:
        return ""
    for form, pattern in _COMPILED.items():
        hits = [found for text in texts if (found := pattern.match(text.strip()))]
        if len(hits) >= _MOSTLY * len(texts) and _months_are_real(hits):
            return form
    return ""


def _months_are_real(hits: list[re.Match[str]]) -> bool:
    names = [found.groupdict().get("n") for found in hits]
    return all(name is None or _month_of(name) for name in names)


def _month_of(name: str) -> int:
    short = name.lower()[:3]
    return next((i for i, names in enumerate(_MONTHS, 1) if short in names), 0)


def sample_of(column: Column) -> list[str]:
    """Return up to two hundred texts spread over a column."""
    known = column.drop_null()
    if len(known) == 0:
        return []
    step = max(1, len(known) // _SAMPLE)
    return [str(t) for t in known.take(pa.array(range(0, len(known), step))).to_pylist()]


def parse_dates(column: Column, name: str, notes: Notes) -> Parsed | None:
    """Return the dates of a column of text, or None when it holds none."""
    form = form_of(sample_of(column))
    if not form:
        return None
    found = compute.extract_regex(column, pattern=r"^\s*" + _FORMS[form] + "$")
    groups = {f.name: found.field(i) for i, f in enumerate(found.type)}
    matched = found.is_valid().to_numpy(zero_copy_only=False)
    year = _number(groups["y"])
    year = _full_year(year)
    clock, clock_ok = _seconds_of_day(groups)
    month, day = _month_and_day(groups, year, clock, name, notes)
    days, real = _civil_days(year, month, day)
    offset, zone_ok, zoned = _zone_seconds(groups)
    known = matched & real & clock_ok & zone_ok
    seconds = np.where(known, days * _DAY + clock - offset, 0.0)
    whole = not (np.isfinite(_number(groups["H"])).any() if "H" in groups else False)
    micros = np.rint(np.where(known, clock % 1, 0.0) * 1e6) + 0.0
    total = np.floor(seconds).astype(np.int64) * 1_000_000 + micros.astype(np.int64)
    return Parsed(total, known, zoned, whole)


def parse_clock(
    column: Column,
) -> tuple[Float[np.ndarray, "row"], Bool[np.ndarray, "row"]] | None:
    """Return seconds of the day for a column of times such as `18.00.00` or `6:30 pm`."""
    texts = sample_of(column)
    hits = sum(bool(_CLOCK.match(text.strip())) for text in texts)
    if not texts or hits < _MOSTLY * len(texts):
        return None
    found = compute.extract_regex(column, pattern=_CLOCK_FORM)
    groups = {f.name: found.field(i) for i, f in enumerate(found.type)}
    seconds, good = _seconds_of_day(groups)
    known = good & found.is_valid().to_numpy(zero_copy_only=False)
    return np.where(known, seconds, 0.0), known


def _number(texts: Column) -> Float[np.ndarray, "row"]:
    filled = compute.if_else(
        compute.equal(texts, ""), None, compute.replace_substring(texts, ",", ".")
    )
    filled = compute.replace_substring(filled, ":", ".")
    return compute.cast(filled, pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)


def _seconds_of_day(
    groups: dict[str, Column],
) -> tuple[Float[np.ndarray, "row"], Bool[np.ndarray, "row"]]:
    rows = len(next(iter(groups.values())))
    if "H" not in groups:
        return np.zeros(rows), np.ones(rows, bool)
    hour, minute, second = (np.nan_to_num(_number(groups[part])) for part in "HMS")
    good = (hour <= 24) & (minute < 60) & (second < 61)  # noqa: PLR2004
    good &= (hour < 24) | ((minute == 0) & (second == 0))  # noqa: PLR2004
    if "P" in groups:
        half = compute.utf8_slice_codeunits(compute.utf8_lower(groups["P"]), 0, 1)
        afternoon = _equal(half, "p")
        morning = _equal(half, "a")
        good &= ~(afternoon | morning) | ((hour >= 1) & (hour <= 12))  # noqa: PLR2004
        hour = np.where(afternoon & (hour < 12), hour + 12, hour)  # noqa: PLR2004
        hour = np.where(morning & (hour == 12), 0, hour)  # noqa: PLR2004
    return hour * _HOUR + minute * 60 + second, good


def _equal(texts: Column, value: str) -> Bool[np.ndarray, "row"]:
    return compute.fill_null(compute.equal(texts, value), False).to_numpy(zero_copy_only=False)


def _zone_seconds(
    groups: dict[str, Column],
) -> tuple[Float[np.ndarray, "row"], Bool[np.ndarray, "row"], bool]:
    rows = len(next(iter(groups.values())))
    if "Z" not in groups:
        return np.zeros(rows), np.ones(rows, bool), False
    coded = groups["Z"].dictionary_encode()
    words = [str(word or "") for word in coded.dictionary.to_pylist()]
    shifts = np.array([_zone_shift(word) for word in words] or [0.0], np.float64)
    index = compute.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)
    seconds = shifts[index]
    return np.nan_to_num(seconds), np.isfinite(seconds), any(words)


def _zone_shift(word: str) -> float:
    """Return seconds east of UTC; NaN for letters that name no zone."""
    if not word:
        return 0.0
    if word[0] in "+-":
        digits = word[1:].replace(":", "").ljust(4, "0")
        sign = -1.0 if word[0] == "-" else 1.0
        return sign * (int(digits[:2]) * _HOUR + int(digits[2:]) * 60)
    return float(_ZONES.get(word.upper(), float("nan"))) * _HOUR


def _month_and_day(
    groups: dict[str, Column],
    year: Float[np.ndarray, "row"],
    clock: Float[np.ndarray, "row"],
    name: str,
    notes: Notes,
) -> tuple[Float[np.ndarray, "row"], Float[np.ndarray, "row"]]:
    if "a" in groups:
        return _day_or_month_first(groups, year, clock, name, notes)
    if "q" in groups:
        return 3 * _number(groups["q"]) - 2, np.ones(len(year))
    day = _number(groups["d"]) if "d" in groups else np.ones(len(year))
    if "n" in groups:
        coded = groups["n"].dictionary_encode()
        months = np.array([_month_of(str(n or "")) for n in coded.dictionary.to_pylist()] or [0.0])
        index = compute.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)
        return months[index].astype(np.float64), day
    return _number(groups["m"]), np.where(np.isfinite(day), day, 1.0)


def _day_or_month_first(
    groups: dict[str, Column],
    year: Float[np.ndarray, "row"],
    clock: Float[np.ndarray, "row"],
    name: str,
    notes: Notes,
) -> tuple[Float[np.ndarray, "row"], Float[np.ndarray, "row"]]:
    first, second = _number(groups["a"]), _number(groups["b"])
    above_first = np.count_nonzero(first > 12)  # noqa: PLR2004
    above_second = np.count_nonzero(second > 12)  # noqa: PLR2004
    if above_first and above_first >= above_second:
        return second, first
    if above_second:
        return first, second
    day_first = _disorder(year, second, first, clock) <= _disorder(year, first, second, clock)
    order = "day first" if day_first else "month first"
    notes.add(
        f"{name}: no date shows whether day or month comes first; they were read {order}, which "
        "gives the steadier clock."
    )
    return (second, first) if day_first else (first, second)


def _disorder(
    year: Float[np.ndarray, "row"],
    month: Float[np.ndarray, "row"],
    day: Float[np.ndarray, "row"],
    clock: Float[np.ndarray, "row"],
) -> int:
    """Count steps that differ from the usual step."""
    days, real = _civil_days(year, month, day)
    gaps = np.diff((days * _DAY + clock)[real])
    return int(np.count_nonzero(gaps != np.median(gaps))) if gaps.size else 0


def _civil_days(
    year: Float[np.ndarray, "row"], month: Float[np.ndarray, "row"], day: Float[np.ndarray, "row"]
) -> tuple[Float[np.ndarray, "row"], Bool[np.ndarray, "row"]]:
    """Return days since 1970-01-01 and whether such a day exists."""
    with np.errstate(invalid="ignore"):
        sane = (year >= 1) & (year <= _LAST_YEAR) & (month >= 1) & (month <= _MONTHS_A_YEAR)
        sane &= (day >= 1) & (day <= _LONGEST_MONTH)
    y, m, d = (np.where(sane, part, 1).astype(np.int64) for part in (year, month, day))
    months = ((y - 1970) * 12 + m - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (d - 1)
    real = sane & (dates.astype("datetime64[M]") == months)
    return dates.astype(np.int64).astype(np.float64), real


def from_parts(
    parts: dict[str, Float[np.ndarray, "row"]],
) -> tuple[Int[np.ndarray, "row"], Bool[np.ndarray, "row"]]:
    """Return microseconds since the epoch from columns year, month, day, hour, minute, second."""
    one, zero = np.ones_like(parts["year"]), np.zeros_like(parts["year"])
    year = _full_year(parts["year"])
    days, real = _civil_days(year, parts.get("month", one), parts.get("day", one))
    clock = (
        _HOUR * parts.get("hour", zero) + 60 * parts.get("minute", zero) + parts.get("second", zero)
    )
    known = real & np.isfinite(clock)
    seconds = np.where(known, days * _DAY + np.nan_to_num(clock), 0.0)
    return np.rint(seconds * 1e6).astype(np.int64), known


def _full_year(year: Float[np.ndarray, "row"]) -> Float[np.ndarray, "row"]:
    """Two digits mean 1969 to 2068."""
    near = np.where(year < _CENTURY, 2000 + year, 1900 + year)
    return np.where(year < 100, near, year)  # noqa: PLR2004
