"""Parquet files: sizes are checked in the footer before anything is read."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from industriverse.adapters.intake import ArrowType, Column, Foreign, Table, compute, foreign_errors
from industriverse.kernel.errors import InputError

from ._raw import RawTable

_LARGEST = 4 << 30
_MOST_ROWS = 200_000_000
_HINT = "Write the file again; it may be cut short."


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file.

    Raises:
        InputError: Broken, empty, or larger than memory allows.
    """
    with foreign_errors(f"{path.name} is a broken Parquet file", hint=_HINT, file=str(path)):
        file = parquet.ParquetFile(path)
        _refuse_large(file.metadata, path)
        table = file.read()
        table.validate(full=True)
    return RawTable(flat(table), path.name, _units(file.schema_arrow))


def _refuse_large(meta: Foreign, path: Path) -> None:
    size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if size > _LARGEST or meta.num_rows > _MOST_ROWS:
        raise InputError(
            f"{path.name} holds {meta.num_rows} rows, {size >> 20} MiB unpacked; "
            f"at most {_LARGEST >> 20} MiB are read.",
            hint="Keep the newest rows or fewer columns.",
            file=str(path),
        )


def _units(schema: ArrowType) -> dict[str, str]:
    units: dict[str, str] = {}
    for field in schema:
        meta = field.metadata or {}
        unit = next((meta[key] for key in (b"unit", b"units") if key in meta), b"")
        if unit:
            units[field.name] = unit.decode("utf-8", errors="replace")
    return units


def flat(table: Table) -> Table:
    """Return a table without nested, dictionary or exotic text columns, and with unique names."""
    for _ in range(4):
        if not any(pa.types.is_struct(field.type) for field in table.schema):
            break
        table = table.flatten()
    seen: dict[str, int] = {}
    columns: dict[str, Column] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        seen[name] = seen.get(name, 0) + 1
        title = name if seen[name] == 1 else f"{name}.{seen[name]}"
        columns[title] = _plain(column)
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _plain(column: Column) -> Column:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return compute.cast(column, kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return compute.cast(column, pa.string())
    return column
