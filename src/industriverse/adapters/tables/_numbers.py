"""Texts that are numbers, and the many ways to write none."""

import re

import pyarrow as pa

from industriverse.adapters.intake import Column, Notes, compute
from industriverse.kernel.errors import InputError

from ._raw import RawTable

MISSING = frozenset(
    [
        "",
        "NA",
        "N/A",
        "n/a",
        "na",
        "NaN",
        "nan",
        "NAN",
        "-nan",
        "null",
        "NULL",
        "Null",
        "None",
        "none",
        "NONE",
        "?",
        "-",
        "--",
        "---",
        ".",
        "*",
        "#N/A",
        "#NA",
        "#VALUE!",
        "#DIV/0!",
        "<NA>",
        "nil",
        "missing",
        "Missing",
        "NoData",
        "No Data",
        "no data",
        "M",
    ]
)
_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?$")
_DOTTED = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+,\d+$")
_ARROW_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_MOSTLY = 0.9
_INFINITE = r"(?i)^[+-]?inf(inity)?$"


def is_number(cell: str) -> bool:
    """Say whether a cell reads as a number, with a decimal point or comma."""
    return bool(_NUMBER.match(cell.replace(",", ".", 1)) or _DOTTED.match(cell))


def as_numbers(raw: RawTable, name: str, notes: Notes, *, insist: bool) -> Column | None:
    """Return a column as float64 with nulls, or None when it holds text.

    Args:
        raw: The table.
        name: The column.
        notes: Where stray texts are counted.
        insist: Whether the user asked for this column; then text is an error.

    Raises:
        InputError: A wanted column holds text.
    """
    column = raw.table.column(name).combine_chunks()
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return compute.cast(column, pa.float64(), safe=False)
    if pa.types.is_boolean(kind):
        return compute.cast(column, pa.float64()) if insist else None
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return _refuse(raw, name, str(kind)) if insist else None
    return _from_text(raw, name, column, notes, insist=insist)


def _refuse(raw: RawTable, name: str, text: str, row: int = 0) -> None:
    raise InputError(
        f"Column {name!r} of {raw.source} holds no numbers: {raw.place(row)} has {text!r}.",
        hint="Choose a measured column.",
        file=raw.source,
        column=name,
        row=raw.number(row),
    )


def _from_text(
    raw: RawTable, name: str, column: Column, notes: Notes, *, insist: bool
) -> Column | None:
    text = compute.utf8_trim_whitespace(column)
    text = compute.if_else(
        compute.is_in(text, value_set=pa.array(sorted(MISSING), text.type)), None, text
    )
    plain = _without_dots(text)
    grouped = compute.fill_null(
        compute.match_substring_regex(plain, r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"), False
    )
    plain = compute.if_else(grouped, compute.replace_substring(plain, ",", ""), plain)
    plain = compute.if_else(
        compute.fill_null(compute.match_substring_regex(plain, r"^[+-]?\d+,\d+$"), False),
        compute.replace_substring(plain, ",", "."),
        plain,
    )
    endless = compute.fill_null(compute.match_substring_regex(plain, _INFINITE), False)
    good = compute.or_(
        compute.fill_null(compute.match_substring_regex(plain, _ARROW_NUMBER), False), endless
    )
    given = compute.sum(compute.is_valid(plain)).as_py() or 0
    numbers = compute.sum(good).as_py() or 0
    if given == 0 or numbers < _MOSTLY * given:
        if not insist:
            return None
        first = compute.index(
            compute.and_(compute.is_valid(plain), compute.invert(good)), True
        ).as_py()
        row = max(first, 0)
        _refuse(raw, name, str(column[row].as_py()), row)
    if numbers < given:
        _note_stray(raw, name, column, plain, good, notes)
    kept = compute.if_else(compute.and_(good, compute.invert(endless)), plain, None)
    return compute.cast(compute.cast(kept, pa.string()), pa.float64())


def _without_dots(text: Column) -> Column:
    """Take the thousands' dots out of a column that has readings such as `1.234,5`."""
    if not compute.any(compute.match_substring_regex(text, _DOTTED.pattern)).as_py():
        return text
    dotted = compute.match_substring_regex(text, r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$")
    return compute.if_else(
        compute.fill_null(dotted, False), compute.replace_substring(text, ".", ""), text
    )


def _note_stray(
    raw: RawTable, name: str, column: Column, plain: Column, good: Column, notes: Notes
) -> None:
    stray = compute.and_(compute.is_valid(plain), compute.invert(good))
    row = compute.index(stray, True).as_py()
    notes.add(
        f"{name}: {compute.sum(stray).as_py()} cells hold text (first in {raw.place(row)}: "
        f"{column[row].as_py()!r}) and are taken as missing."
    )
