"""Which columns are measured, and which are labels, identifiers, constants or parts of the date."""

import re

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from industriverse.adapters.intake import Notes, listing, numbers_of, suggestion
from industriverse.kernel.errors import InputError, NotFoundError

from ._numbers import as_numbers
from ._raw import RawTable

_IDENTIFIER = re.compile(
    r"^(?:unnamed.*|index|idx|row|rownames?|rowid|no|nr|id|uid|uuid|seq|record|.*[_ ]id|id[_ ].*)$"
)
_LABEL = re.compile(
    r"label|class$|target|anomal|fault|failure|status|flag|state$|event|alarm|detection|regime|"
    r"^mode$|is_|quality|changepoint"
)
_CALENDAR = re.compile(
    r"^(?:year|yr|month|mon|day|weekday|day_?of_?(?:week|year)|dow|doy|week|hour|hr|minute|quarter)$"
)
_FEW = 12
_LARGEST_PART = 9999


def measured_columns(
    raw: RawTable, used: tuple[str, ...], variables: tuple[str, ...], notes: Notes
) -> dict[str, Float[np.ndarray, "row"]]:
    """Return the measured columns as numbers and note what was set apart and why.

    Args:
        raw: The table.
        used: Columns that made the clock.
        variables: Columns that the user asked for; they are kept whatever they look like.
        notes: Where the set-apart columns are listed.

    Raises:
        InputError: A wanted column holds text, or no column is measured.
        NotFoundError: A wanted column is not there.
    """
    _refuse_unknown(raw, variables)
    columns: dict[str, Float[np.ndarray, "row"]] = {}
    apart: dict[str, list[str]] = {}
    for name in (name for name in raw.names if name not in used):
        wanted = name in variables
        array = as_numbers(raw, name, notes, insist=wanted)
        values = None if array is None else numbers_of(array)
        reason = "" if wanted else _reason(raw, name, values)
        if values is not None and not reason:
            columns[name] = values
        else:
            apart.setdefault(reason or "text", []).append(name)
    for reason, names in apart.items():
        notes.add(f"Set apart, not forecast ({reason}): {listing(names)}.")
    if not columns:
        _refuse_empty(raw, apart)
    return columns


def _refuse_unknown(raw: RawTable, variables: tuple[str, ...]) -> None:
    for name in variables:
        if name not in raw.names:
            raise NotFoundError(
                f"{raw.source} has no column {name!r}.",
                hint=suggestion(name, raw.names),
                variable=name,
            )


def _refuse_empty(raw: RawTable, apart: dict[str, list[str]]) -> None:
    found = "; ".join(f"{reason}: {listing(names)}" for reason, names in apart.items())
    raise InputError(
        f"{raw.source} has no measured column ({found or 'only a time'}).",
        hint="Choose one with --variable, or check the delimiter and the decimal sign.",
        file=raw.source,
    )


def _reason(raw: RawTable, name: str, values: Float[np.ndarray, "row"] | None) -> str:
    """Return why a column is not measured, or ""."""
    kind = raw.table.schema.field(name).type
    kinds = (
        ("empty", pa.types.is_null),
        ("two-state", pa.types.is_boolean),
        ("another date", pa.types.is_temporal),
    )
    found = next((reason for reason, test in kinds if test(kind)), "")
    if found or values is None:
        return found or "text"
    return _reason_of_numbers(name, values)


def _reason_of_numbers(name: str, values: Float[np.ndarray, "row"]) -> str:
    low = np.fmin.reduce(values, initial=np.nan)
    high = np.fmax.reduce(values, initial=np.nan)
    plain = name.lower().strip()
    if np.isnan(low) or low == high:
        return "empty" if np.isnan(low) else "constant"
    if _is_row_number(plain, values):
        return "identifier"
    named = bool(_CALENDAR.match(plain)), bool(_LABEL.search(plain))
    ends = bool(((values == low) | (values == high) | np.isnan(values)).all())
    if not (any(named) or ends) or not _whole(values):
        return ""
    if named[0] and _fits_calendar(plain, low, high):
        return "part of the date"
    if ends:
        return "two-state"
    return "label" if named[1] and len(np.unique(values)) <= _FEW else ""


def _fits_calendar(name: str, low: float, high: float) -> bool:
    most = 24 if name.startswith("h") else _LARGEST_PART if name.startswith("y") else 366
    return bool(low >= 0 and high <= most)


def _whole(values: Float[np.ndarray, "row"]) -> bool:
    known = values[np.isfinite(values)]
    return bool((known == np.rint(known)).all())


def _is_row_number(name: str, values: Float[np.ndarray, "row"]) -> bool:
    steps = np.diff(values)
    counts = bool(len(steps) and (steps == 1).all())
    return (counts or bool(_IDENTIFIER.match(name))) and _whole(values)


def is_measured(raw: RawTable, name: str, values: Float[np.ndarray, "row"]) -> bool:
    """Say whether a column of numbers is a measured one."""
    return not _reason(raw, name, values)
