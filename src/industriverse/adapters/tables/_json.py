"""JSON lines, a JSON list of records, or a JSON object of columns."""

import json
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from pyarrow import json as arrow_json

from industriverse.adapters.intake import Column, Foreign, Notes, Table, listing
from industriverse.kernel.errors import InputError

from ._parquet import flat
from ._raw import RawTable

_ONE_BLOCK = 1 << 30
_LARGEST_DOCUMENT = 256 << 20


def read_json(data: bytes, path: Path, notes: Notes) -> RawTable:
    """Read JSON records.

    Raises:
        InputError: Not JSON, with the line; or no table in it.
    """
    if _is_lines(data):
        return _lines(data, path)
    if len(data) > _LARGEST_DOCUMENT:
        raise InputError(
            f"{path.name} is one JSON document of {len(data) >> 20} MiB.",
            hint="Write one record a line (JSON lines), or Parquet.",
            file=str(path),
        )
    document = _loaded(data, path)
    return RawTable(flat(_tabled(document, path, notes)), path.name)


def _is_lines(data: bytes) -> bool:
    first, _, rest = data.strip().partition(b"\n")
    first = first.strip()
    if not first.startswith(b"{") or not first.endswith(b"}"):
        return False
    return bool(rest.strip())


def _lines(data: bytes, path: Path) -> RawTable:
    try:
        table = arrow_json.read_json(
            pa.BufferReader(data),
            read_options=arrow_json.ReadOptions(block_size=min(len(data) + 1024, _ONE_BLOCK)),
        )
    except (pa.ArrowException, ValueError) as error:
        table = _mixed(data, path, error)
    return RawTable(flat(table), path.name, first_line=1)


def _mixed(data: bytes, path: Path, error: Exception) -> Table:
    """A field may be a number on one line and text on another; or a line may be broken."""
    records: list[dict[str, Any]] = []
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            records.append(_record(line, number, path))
    if not records:
        raise InputError(
            f"{path.name} holds no records: {error}.", hint="Check the file.", file=str(path)
        )
    return _from_records(records)


def _record(line: bytes, number: int, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"Line {number} of {path.name} is not JSON: {error}.",
            hint="Write one complete object a line; the last line may be cut short.",
            file=str(path),
            row=number,
        ) from error
    if not isinstance(record, dict):
        raise InputError(
            f"Line {number} of {path.name} is not a JSON object.",
            hint='Write records such as {"time": "2026-01-31T12:00:00Z", "flow": 1.5}.',
            file=str(path),
            row=number,
        )
    return cast("dict[str, Any]", record)


def _loaded(data: bytes, path: Path) -> Foreign:
    try:
        return json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        row = getattr(error, "lineno", 1)
        raise InputError(
            f"{path.name} is not JSON: {error}.",
            hint="Check the file with a JSON tool; it may be cut short.",
            file=str(path),
            row=int(row),
        ) from error


def _tabled(document: Foreign, path: Path, notes: Notes) -> Table:
    if isinstance(document, dict):
        document = _of_object(cast("dict[str, Any]", document), path, notes)
        if isinstance(document, pa.Table):
            return document
    items = cast("list[Any]", document) if isinstance(document, list) else []
    if items and all(isinstance(item, dict) for item in items):
        return _from_records(cast("list[dict[str, Any]]", items))
    if items and all(isinstance(item, (int, float)) or item is None for item in items):
        return pa.table({"c1": _column(items)})
    raise InputError(
        f"{path.name} holds no table: its JSON is {type(document).__name__}.",
        hint="Write one record a line, or a list of records.",
        file=str(path),
    )


def _of_object(document: dict[str, Any], path: Path, notes: Notes) -> Foreign:
    lists = {key: value for key, value in document.items() if isinstance(value, list) and value}
    lengths = {len(cast("list[Any]", value)) for value in lists.values()}
    scalars = [k for k, v in lists.items() if not isinstance(v[0], (dict, list))]
    if lists and len(lengths) == 1 and len(scalars) == len(lists):
        return pa.table({key: _column(cast("list[Any]", value)) for key, value in lists.items()})
    records = [key for key, value in lists.items() if isinstance(value[0], dict)]
    if len(records) == 1:
        notes.add(f"The records were read from {records[0]!r}.")
        return lists[records[0]]
    raise InputError(
        f"{path.name} is a JSON object with {listing(document)}; none of them is a table.",
        hint="Write one record a line, or a list of records.",
        file=str(path),
    )


def _from_records(records: list[dict[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    columns: dict[str, list[Any]] = {
        name: [record.get(name) for record in records] for name in names
    }
    nested = [n for n, column in columns.items() if any(isinstance(v, dict) for v in column)]
    for name in nested:
        parts = [v if isinstance(v, dict) else {} for v in columns.pop(name)]
        for key in dict.fromkeys(key for part in parts for key in part):
            columns[f"{name}.{key}"] = [part.get(key) for part in parts]
    return pa.table({name: _column(column) for name, column in columns.items()})


def _column(cells: list[Any]) -> Column:
    """Return a column of one kind: numbers where all are, else text."""
    known = [cell for cell in cells if cell is not None]
    if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in known):
        return pa.array([None if cell is None else _float(cell) for cell in cells], pa.float64())
    if all(isinstance(cell, bool) for cell in known):
        return pa.array(cells, pa.bool_())
    return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())


def _float(cell: float) -> float:
    try:
        return float(cell)
    except OverflowError:
        return float("inf")
