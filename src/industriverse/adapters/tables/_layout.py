"""From long to wide: one row a reading becomes one column a channel."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
from jaxtyping import Float, Int

from industriverse.adapters.intake import (
    ArrowType,
    Column,
    Notes,
    Table,
    Times,
    compute,
    listing,
    numbers_of,
)
from industriverse.kernel.errors import InputError
from industriverse.kernel.ports import ReadOptions

from ._numbers import as_numbers
from ._raw import RawTable
from ._roles import is_measured
from ._when import Found

_KEY = re.compile(
    r"channel|sensor|tag|signal|variable|parameter|metric|measure|point|series|item|name|station|"
    r"origin|source|device|unit_?id|ticker|symbol|site|location|machine|asset|id$"
)
_KEY_ALONE = re.compile(r"^(?:channel|sensor|tag|signal|variable|parameter|metric|point|series).*$")
_UNIT = re.compile(r"^(?:units?|uom|einheit)$")
_MOST_CHANNELS = 512
_ROWS_A_KEY = 2


def wide(
    raw: RawTable, found: Found | None, options: ReadOptions, notes: Notes
) -> tuple[RawTable, Found | None]:
    """Return the table with one column a channel; a wide table comes back as it is.

    A table is long when a text column tells apart the rows that share a time stamp.

    Raises:
        InputError: One channel has two values at one time, or there are absurdly many channels.
    """
    if found is None:
        return raw, found
    micros = np.rint(found.times.offset_s * 1e6).astype(np.int64)
    ticks, row_tick = np.unique(micros, return_inverse=True)
    key = _key(raw, found, row_tick, len(ticks))
    if not key:
        return raw, found
    names, row_key = _coded(raw, key)
    values = _value_columns(raw, found, key, options, notes)
    if not values:
        return raw, found
    _refuse_many(raw, key, len(names) * len(values))
    table, units = _pivoted(raw, names, row_key, row_tick, (len(ticks), key), values)
    notes.add(
        f"The table is long: {key} names {len(names)} channels ({listing(names)}); "
        "each became a column" + ("." if len(values) == 1 else f" for each of {listing(values)}.")
    )
    times = Times(found.times.origin_s, ticks * 1e-6, found.times.absolute)
    rows = np.ones(len(ticks), bool)
    wider = replace(raw, table=table, units=units, first_line=0)
    return wider, Found(times, rows, ())


def _key(raw: RawTable, found: Found, row_tick: Int[np.ndarray, "row"], ticks: int) -> str:
    """Return the text column that tells rows of one time apart, or ""."""
    rows = raw.table.num_rows
    repeats = ticks < rows
    best = ""
    for name in raw.names:
        if name in found.used or not _is_text(raw.table.schema.field(name).type):
            continue
        lower = name.lower()
        if not repeats and not _KEY_ALONE.match(lower):
            continue
        names, codes = _coded(raw, name)
        if not 1 < len(names) <= max(2, rows // _ROWS_A_KEY) or (codes < 0).any():
            continue
        pairs = len(np.unique(row_tick.astype(np.int64) * len(names) + codes))
        tells_apart = pairs - ticks > 0.5 * (rows - ticks)
        if repeats and not tells_apart:
            continue
        if _KEY.search(lower) and not best:
            best = name
    return best


def _is_text(kind: ArrowType) -> bool:
    return (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)
    )


def _coded(raw: RawTable, name: str) -> tuple[list[str], Int[np.ndarray, "row"]]:
    column = raw.table.column(name).combine_chunks()
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = compute.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return [str(word) for word in coded.dictionary.to_pylist()], codes


def _value_columns(
    raw: RawTable, found: Found, key: str, options: ReadOptions, notes: Notes
) -> dict[str, Float[np.ndarray, "row"]]:
    values: dict[str, Float[np.ndarray, "row"]] = {}
    apart: list[str] = []
    for name in raw.names:
        if name == key or name in found.used:
            continue
        array = as_numbers(raw, name, notes, insist=False)
        column = None if array is None else numbers_of(array)
        if column is not None and (name in options.variables or is_measured(raw, name, column)):
            values[name] = column
        else:
            apart.append(name)
    if apart and values:
        notes.add(f"Set apart, not forecast: {listing(apart)}.")
    return values


def _refuse_many(raw: RawTable, key: str, count: int) -> None:
    if count > _MOST_CHANNELS:
        raise InputError(
            f"{key} of {raw.source} would make {count} channels; at most {_MOST_CHANNELS} fit.",
            hint="Cut out the channels you need.",
            file=raw.source,
            column=key,
        )


def _pivoted(
    raw: RawTable,
    names: list[str],
    row_key: Int[np.ndarray, "row"],
    row_tick: Int[np.ndarray, "row"],
    shape: tuple[int, str],
    values: dict[str, Float[np.ndarray, "row"]],
) -> tuple[Table, dict[str, str]]:
    ticks, _ = shape
    unit_of_key = _unit_by_key(raw, names, row_key)
    cell = row_tick.astype(np.int64) * len(names) + row_key
    columns: dict[str, Column] = {}
    units: dict[str, str] = {}
    for value, column in values.items():
        grid = _averaged_cells(cell, column, ticks * len(names)).reshape(ticks, len(names))
        for index, name in enumerate(names):
            title = name if len(values) == 1 else f"{name} {value}"
            columns[title] = pa.array(grid[:, index])
            units[title] = unit_of_key.get(name) or raw.units.get(value, "")
    return pa.table(columns), units


def _averaged_cells(
    cell: Int[np.ndarray, "row"], column: Float[np.ndarray, "row"], size: int
) -> Float[np.ndarray, "cell"]:
    known = np.isfinite(column)
    total = np.bincount(cell[known], weights=column[known], minlength=size)
    count = np.bincount(cell[known], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan)


def _unit_by_key(
    raw: RawTable, names: list[str], row_key: Int[np.ndarray, "row"]
) -> dict[str, str]:
    column = next((name for name in raw.names if _UNIT.match(name.lower())), "")
    if not column or not _is_text(raw.table.schema.field(column).type):
        return {}
    words, codes = _coded(raw, column)
    found: dict[str, str] = {}
    for index, name in enumerate(names):
        first = codes[np.argmax(row_key == index)]
        found[name] = words[first] if first >= 0 else ""
    return found
