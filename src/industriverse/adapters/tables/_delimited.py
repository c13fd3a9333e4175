"""Delimited text to columns, through Arrow's parser."""

import re
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from industriverse.adapters.intake import ArrowType, Foreign, Notes, Table, foreign_errors
from industriverse.kernel.errors import InputError

from ._dialect import BLANKS, Dialect, sniff
from ._numbers import MISSING
from ._raw import RawTable

_ONE_BLOCK = 1 << 30
_WIDEST = 20_000
_TORN_SHARE = 0.01
_LONG_ROW = 30


def read_delimited(data: bytes, path: Path, notes: Notes) -> RawTable:
    """Parse a text whose layout has to be found.

    Args:
        data: UTF-8 text.
        path: For its name.
        notes: What was decided.

    Raises:
        InputError: No table, rows of different length, or no rows under the header.
    """
    data = _unix_lines(data)
    dialect = sniff(data, path, notes)
    body = _body(data, dialect)
    if not body or body.isspace():
        raise InputError(
            f"{path.name} has a header ({', '.join(dialect.names[:6])}) and no rows.",
            hint="Check that the export finished.",
            file=str(path),
        )
    _refuse_width(dialect, path)
    body, clean = _without_comments(body, dialect)
    delimiter = dialect.delimiter
    if delimiter == BLANKS:
        body, delimiter = _single_tabs(body), "\t"
    if turned := _one_long_row(body, delimiter, dialect):
        notes.add("The file is one row of numbers; it was read as one channel.")
        return RawTable(turned, path.name)
    torn: list[Foreign] = []
    table = _parsed(body, delimiter, dialect, path, torn)
    first_line = dialect.skip + 1 if clean else 0
    if torn:
        _judge_torn(torn, table.num_rows, body, first_line, path, notes)
    return RawTable(table, path.name, dict(dialect.units), first_line)


def _unix_lines(data: bytes) -> bytes:
    if b"\r" in data and b"\n" not in data:
        return data.replace(b"\r", b"\n")
    return data


def _refuse_width(dialect: Dialect, path: Path) -> None:
    if len(dialect.names) > _WIDEST:
        raise InputError(
            f"{path.name} has {len(dialect.names)} columns; at most {_WIDEST} are read.",
            hint="Turn the table round if its rows are channels.",
            file=str(path),
        )


def _body(data: bytes, dialect: Dialect) -> bytes:
    position = 0
    for _ in range(dialect.skip):
        end = data.find(b"\n", position)
        if end < 0:
            return b""
        position = end + 1
    return data[position:]


def _without_comments(body: bytes, dialect: Dialect) -> tuple[bytes, bool]:
    """Drop comment lines; say whether the lines kept their numbers."""
    mark = dialect.comment.encode()
    if not mark or not (body.startswith(mark) or b"\n" + mark in body):
        return body, True
    kept = [line for line in body.split(b"\n") if not line.startswith(mark)]
    return b"\n".join(kept), False


def _single_tabs(body: bytes) -> bytes:
    body = re.sub(rb"(?m)^[ \t]+|[ \t\r]+$", b"", body)
    return re.sub(rb"[ \t]+", b"\t", body)


def _one_long_row(body: bytes, delimiter: str, dialect: Dialect) -> Table | None:
    if len(dialect.names) < _LONG_ROW or body.strip().count(b"\n"):
        return None
    cells = body.decode().strip().split(delimiter)
    try:
        values = [float(cell) for cell in cells if cell.strip()]
    except ValueError:
        return None
    return pa.table({"c1": pa.array(values, pa.float64())})


def _parsed(
    body: bytes, delimiter: str, dialect: Dialect, path: Path, torn: list[Foreign]
) -> Table:
    first = dict[str, ArrowType]()
    try:
        return _arrow(body, delimiter, dialect, torn, first)
    except pa.ArrowInvalid as error:
        torn.clear()
        if "conversion error" not in str(error):
            raise _unparsed(error, path) from error
    every = {name: pa.string() for name in dialect.names}
    with foreign_errors(f"{path.name} cannot be parsed", hint=_HINT, file=str(path)):
        return _arrow(body, delimiter, dialect, torn, every)


_HINT = "Check quotes and delimiters; save the table as plain CSV in UTF-8."


def _unparsed(error: Exception, path: Path) -> InputError:
    reason = " ".join(str(error).split())
    return InputError(f"{path.name} cannot be parsed: {reason[:200]}", hint=_HINT, file=str(path))


def _arrow(
    body: bytes,
    delimiter: str,
    dialect: Dialect,
    torn: list[Foreign],
    types: dict[str, ArrowType],
) -> Table:
    def keep_torn(row: Foreign) -> str:
        torn.append(row)
        return "skip"

    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            column_names=list(dialect.names),
            block_size=min(len(body) + 1024, _ONE_BLOCK),
            use_threads=True,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, invalid_row_handler=keep_torn, newlines_in_values=b'"' in body
        ),
        convert_options=arrow_csv.ConvertOptions(
            null_values=sorted(MISSING),
            strings_can_be_null=True,
            decimal_point=dialect.decimal,
            column_types=types,
            true_values=["true", "True", "TRUE"],
            false_values=["false", "False", "FALSE"],
        ),
    )


def _judge_torn(
    torn: list[Foreign],
    rows: int,
    body: bytes,
    first_line: int,
    path: Path,
    notes: Notes,
) -> None:
    """Rows of another length: the last one may be cut, a few are noted, many are an error."""
    first = torn[0]
    line = _line_of(first, body, first_line)
    where = f"line {line}" if line else "a row"
    sentence = (
        f"{where} has {first.actual_columns} cells where the header has {first.expected_columns}"
    )
    if len(torn) > max(1, _TORN_SHARE * rows):
        raise InputError(
            f"{len(torn)} rows of {path.name} have the wrong number of cells; {sentence}.",
            hint="Quote cells that hold the delimiter, or repair the rows.",
            file=str(path),
            row=line,
        )
    notes.add(f"{len(torn)} torn rows were left out: {sentence}.")


def _line_of(row: Foreign, body: bytes, first_line: int) -> int:
    if not first_line:
        return 0
    where = body.find(row.text.encode())
    return first_line + body.count(b"\n", 0, where) if where >= 0 else 0
