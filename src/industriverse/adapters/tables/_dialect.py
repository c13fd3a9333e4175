"""How a delimited text is laid out: delimiter, decimal sign, header, units row, comments."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from industriverse.adapters.intake import Notes, known_unit, plain_name
from industriverse.kernel.errors import InputError

from ._dates import looks_like_date
from ._numbers import MISSING, is_number

BLANKS = " "
_DELIMITERS = (",", ";", "\t", "|", BLANKS)
_COMMENTS = ("#", "%", "//", "!")
_SAMPLE_LINES = 400
_SAMPLE_BYTES = 1 << 20
_LONGEST_LINE = 1 << 20
_DECIMAL_COMMA = re.compile(r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+(?:[eE][+-]?\d+)?$")
_DECIMAL_POINT = re.compile(r"^[+-]?\d*\.\d+(?:[eE][+-]?\d+)?$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_WHOLE = re.compile(r"^\d+$")
_MOST_PREAMBLE = 60
_SHARE = 0.6
_ALIKE = 0.9
_FEWEST_ROWS = 5
_HEADER_ROWS = 2


@dataclass(frozen=True, slots=True)
class Dialect:
    """The layout of a delimited text.

    Attributes:
        delimiter: One character; a blank means runs of blanks.
        decimal: `.` or `,`.
        names: Header, one a column.
        units: Unit by column name, from a row under the header.
        skip: Lines before the first row of data.
        comment: Prefix of comment lines, or "".
    """

    delimiter: str
    decimal: str
    names: tuple[str, ...]
    units: dict[str, str]
    skip: int
    comment: str


def fields(line: str, delimiter: str) -> list[str]:
    """Split one line; quotes protect delimiters."""
    if delimiter == BLANKS and '"' not in line:
        return line.split()
    if delimiter not in line and '"' not in line:
        return [line.strip()]
    text = line.strip() if delimiter == BLANKS else line
    try:
        row = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return line.split(delimiter)
    return [cell.strip() for cell in row]


def sniff(data: bytes, path: Path, notes: Notes) -> Dialect:
    """Find the layout of a text from its beginning.

    Raises:
        InputError: No table can be seen in it.
    """
    lines = _first_lines(data, path)
    comment = _comment_mark(lines)
    body = [(i, line) for i, line in enumerate(lines) if line.strip()]
    plain = [(i, line) for i, line in body if not (comment and line.startswith(comment))]
    if not plain:
        raise InputError(
            f"{path.name} holds no rows, only comments or blank lines.",
            hint="Check that the export finished.",
            file=str(path),
        )
    delimiter, width = _delimiter([line for _, line in plain])
    table = _from_first_row(plain, delimiter, width, notes)
    rows = [fields(line, delimiter) for _, line in table]
    if above := _lines_above_block(rows):
        notes.add(f"{above} lines above the table (up to line {table[above][0]}) were left out.")
        table, rows = table[above:], rows[above:]
    remarks = [
        line.lstrip("#%/! ") for i, line in body if i < table[0][0] and (i, line) not in plain
    ]
    names, used = _header(rows, width, delimiter, remarks)
    units: dict[str, str] = {}
    after = rows[used:]
    if used and _is_units_row(after):
        units = {name: cell.strip("[]() ") for name, cell in zip(names, after[0], strict=False)}
        used += 1
    elif used and _is_second_header(after, comment):
        notes.add(f"Line {table[used][0] + 1} is neither units nor data and was left out.")
        used += 1
    units = {name: unit for name, unit in units.items() if unit not in {"", "#"}}
    skip = table[used][0] if used < len(table) else len(lines)
    return Dialect(delimiter, _decimal(rows[used:], delimiter), names, units, skip, comment)


def _first_lines(data: bytes, path: Path) -> list[str]:
    head = data[:_SAMPLE_BYTES]
    lines = head.decode("utf-8", errors="replace").splitlines()
    if len(data) > _SAMPLE_BYTES and len(lines) > 1:
        lines = lines[:-1]
    if max(map(len, lines), default=0) >= _LONGEST_LINE:
        raise InputError(
            f"A line of {path.name} is longer than {_LONGEST_LINE} characters.",
            hint="One row belongs on one line; check the line ends.",
            file=str(path),
        )
    return lines[:_SAMPLE_LINES]


def _comment_mark(lines: list[str]) -> str:
    first = next((line.lstrip() for line in lines if line.strip()), "")
    return next((mark for mark in _COMMENTS if first.startswith(mark)), "")


def _delimiter(lines: list[str]) -> tuple[str, int]:
    """Return the delimiter whose column count is the most constant, and that count."""
    best: tuple[float, int, str, int] | None = None
    for rank, delimiter in enumerate(_DELIMITERS):
        counts = Counter(len(fields(line, delimiter)) for line in lines)
        width, hits = counts.most_common(1)[0]
        if width == 1:
            continue
        share = hits / len(lines)
        if delimiter == "," and (_is_decimal_comma_only(lines) or _commas_are_decimal(lines)):
            continue
        if delimiter == BLANKS:
            share *= _blank_doubt(lines)
        candidate = (round(share, 2), -rank, delimiter, width)
        best = candidate if best is None or candidate > best else best
    return (best[2], best[3]) if best and best[0] >= _SHARE / 2 else (",", 1)


def _is_decimal_comma_only(lines: list[str]) -> bool:
    """One column of `1,5` has commas, but they delimit nothing."""
    body = lines[1:] or lines
    hits = [line for line in body if _DECIMAL_COMMA.match(line.strip())]
    short = all(len(line.strip().split(",")[0]) >= 1 for line in hits)
    return len(hits) == len(body) and short and "," not in lines[0]


def _commas_are_decimal(lines: list[str]) -> bool:
    """Say whether another delimiter parts nearly all lines alike and leaves commas in numbers.

    Two readings such as `20,1;19,8` have as many commas as columns in every row.
    """
    for delimiter in (";", "\t", "|"):
        rows = [fields(line, delimiter) for line in lines]
        width, hits = Counter(map(len, rows)).most_common(1)[0]
        held = [cell for row in rows[1:] for cell in row if "," in cell]
        if width > 1 and hits >= _ALIKE * len(rows) and held:
            return all(map(_DECIMAL_COMMA.match, held)) and "," not in lines[0]
    return False


def _blank_doubt(lines: list[str]) -> float:
    """A blank inside `2014-01-01 00:00` or a sentence delimits nothing if others do better."""
    others = sum(any(mark in line for mark in ",;\t|") for line in lines)
    return 1.0 if others == 0 else 0.5


def _from_first_row(
    lines: list[tuple[int, str]], delimiter: str, width: int, notes: Notes
) -> list[tuple[int, str]]:
    """Drop titles above the header."""
    for start, (number, line) in enumerate(lines[:_MOST_PREAMBLE]):
        count = len(fields(line, delimiter))
        if count >= width - 1 and (count > 1 or width == 1):
            if start:
                notes.add(f"{start} lines above the table (up to line {number}) were left out.")
            return lines[start:]
    return lines


def _lines_above_block(rows: list[list[str]]) -> int:
    """Return how many rows of remarks, as wide as the table, stand above its header."""
    half = rows[len(rows) // 2 :]
    if len(half) < _FEWEST_ROWS:
        return 0
    width = min(len(row) for row in half)
    numeric = [i for i in range(width) if sum(_is_value(row[i]) for row in half) >= 0.9 * len(half)]
    texts = [
        sum(i < len(row) and not _is_value(row[i]) and row[i] not in MISSING for i in numeric)
        for row in rows[:_MOST_PREAMBLE]
    ]
    last = max((i for i, count in enumerate(texts) if 2 * count > len(numeric)), default=0)
    return last if last > _HEADER_ROWS else 0


def _is_value(cell: str) -> bool:
    return is_number(cell) or looks_like_date(cell)


def _header(
    rows: list[list[str]], width: int, delimiter: str, remarks: list[str]
) -> tuple[tuple[str, ...], int]:
    """Return column names and the number of rows that they take."""
    width = max(width, len(rows[0])) if len(rows) < 3 else width  # noqa: PLR2004
    if not _first_is_header(rows):
        last = fields(remarks[-1], delimiter) if remarks else []
        if len(last) == width > 1 and not any(is_number(cell) for cell in last):
            return _unique(last, width), 0
        return tuple(f"c{i + 1}" for i in range(width)), 0
    cells = rows[0]
    if len(cells) == width - 1:
        trailing = all(row and row[-1] == "" for row in rows[1:6])
        cells = [*cells, ""] if trailing else ["", *cells]
    return _unique(cells, width), 1


def _unique(cells: list[str], width: int) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    names: list[str] = []
    for index in range(width):
        name = plain_name(cells[index]) if index < len(cells) else ""
        name = name or f"c{index + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return tuple(names)


def _first_is_header(rows: list[list[str]]) -> bool:
    first, body = rows[0], rows[1:]
    if not body:
        return not any(_is_value(cell) for cell in first)
    if _numbered_header(first, body):
        return True
    shift = max(0, len(body[-1]) - len(first))
    for index, cell in enumerate(first):
        if _is_value(cell) or cell in MISSING:
            continue
        below = [row[index + shift] for row in body if len(row) > index + shift]
        below = [value for value in below if value not in MISSING]
        if below and sum(map(_is_value, below)) >= _SHARE * len(below):
            return True
    texts = [cell for cell in first if not _is_value(cell) and cell not in MISSING]
    return len(texts) == len(first) and len(set(first)) == len(first) and first not in body


def _numbered_header(first: list[str], body: list[list[str]]) -> bool:
    """Sensors named by whole numbers above readings with decimals."""
    if len(first) < 3 or not all(_WHOLE.match(cell) for cell in first):  # noqa: PLR2004
        return False
    decimals = sum(any(_DECIMAL_POINT.match(cell) for cell in row) for row in body)
    return len(set(first)) == len(first) and decimals > _SHARE * len(body)


def _is_units_row(rows: list[list[str]]) -> bool:
    if len(rows) < 2 or any(is_number(cell) for cell in rows[0]):  # noqa: PLR2004
        return False
    cells = [cell.strip("[]() ") for cell in rows[0]]
    cells = [cell for cell in cells if cell not in MISSING or cell == "-"]
    return bool(cells) and sum(map(known_unit, cells)) >= max(1, 0.5 * (len(cells) - 1))


def _is_second_header(rows: list[list[str]], comment: str) -> bool:
    if len(rows) < 3 or comment:  # noqa: PLR2004
        return False
    texts = [not _is_value(cell) and cell not in MISSING for cell in rows[0]]
    below = [sum(map(_is_value, column)) for column in zip(*rows[1:], strict=False)]
    turns = [t and b >= 0.9 * (len(rows) - 1) for t, b in zip(texts, below, strict=False)]
    return sum(turns) >= 2 or (len(turns) == 1 and all(turns))  # noqa: PLR2004


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    cells = [cell for row in rows for cell in row]
    commas = [cell for cell in cells if _DECIMAL_COMMA.match(cell)]
    if not commas or any(_DECIMAL_POINT.match(cell) for cell in cells):
        return "."
    if delimiter == "," and all(_THOUSANDS.match(cell) for cell in commas):
        return "."
    return ","
