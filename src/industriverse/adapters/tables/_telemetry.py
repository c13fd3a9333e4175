"""From a raw table to signals: clock, layout, roles, units."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from industriverse.adapters.intake import Notes, Readings, signals_from, split_unit
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._layout import wide
from ._raw import RawTable
from ._roles import measured_columns
from ._when import Found, find_times


def telemetry(raw: RawTable, options: ReadOptions, notes: Notes, *, sha256: str) -> ReadResult:
    """Turn a raw table into a `ReadResult`.

    Raises:
        InputError: No clock, no measured column, too few rows.
        NotFoundError: A column that `options` names is not there.
    """
    raw, options = _short_names(raw, options)
    raw, found = _kept(raw, find_times(raw, options.time_column, notes))
    raw, found = wide(raw, found, options, notes)
    used = found.used if found else ()
    columns = measured_columns(raw, used, options.variables, notes)
    values = np.empty((raw.table.num_rows, len(columns)))
    for index, column in enumerate(columns.values()):
        values[:, index] = column
    times = found.times if found else None
    readings = Readings(values, tuple(columns), dict(raw.units), times, raw.source, raw.step_s)
    return signals_from(readings, options, notes, sha256=sha256)


def _kept(raw: RawTable, found: Found | None) -> tuple[RawTable, Found | None]:
    """Drop rows without a time, so that rows and times stay side by side."""
    if found is None or found.rows.all():
        return raw, found
    return raw.with_table(raw.table.filter(pa.array(found.rows))), found


def _short_names(raw: RawTable, options: ReadOptions) -> tuple[RawTable, ReadOptions]:
    """Take units out of the headers; a name that would then repeat stays whole.

    The user may name a column by its whole header or by the short name.
    """
    split = [split_unit(name) for name in raw.names]
    short = [name for name, _ in split]
    names = [
        new if short.count(new) == 1 else old for old, new in zip(raw.names, short, strict=True)
    ]
    stated = {old: unit for old, unit in raw.units.items() if unit}
    units = {
        new: stated.get(old, stated.get(new, unit))
        for old, new, (_, unit) in zip(raw.names, names, split, strict=True)
    }
    table = raw.table.rename_columns(names)
    renamed = dict(zip(raw.names, names, strict=True))
    told = replace(
        options,
        variables=tuple(renamed.get(name, name) for name in options.variables),
        units=tuple((renamed.get(name, name), unit) for name, unit in options.units),
        time_column=renamed.get(options.time_column, options.time_column),
    )
    return replace(raw, table=table, units=units), told
