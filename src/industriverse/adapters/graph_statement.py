"""What every graph store asks of a statement, its parameters and its rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Row
from industriverse.kernel.ports.graph import Parameter, Value

_QUOTED = re.compile(
    r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|/\*.*?\*/|//[^\n]*", re.DOTALL
)
_PARAMETER = re.compile(r"\$(\w+)")
_FIRST_WORDS = frozenset(
    {"MATCH", "OPTIONAL", "MERGE", "CREATE", "UNWIND", "RETURN", "WITH", "CALL"}
)
_LARGEST = 1 << 63  # both engines count in 64 bits


def require_statement(cypher: str, parameters: Mapping[str, Parameter]) -> None:
    """Check that a text is one reading or writing statement and has its parameters.

    Raises:
        ContractError: It is not, or a parameter is missing or of no kind that a store holds.
    """
    bare = _QUOTED.sub(" ", cypher).strip().rstrip(";").rstrip()
    words = bare.split(maxsplit=2)
    if ";" in bare:
        raise ContractError("The graph runs one statement at a time.", hint="Split at the `;`.")
    if not words or words[0].upper().partition("(")[0] not in _FIRST_WORDS:
        raise ContractError(
            f"{cypher[:60]!r} does not read or write nodes and relations.",
            hint=f"Begin with one of {', '.join(sorted(_FIRST_WORDS))}.",
        )
    if re.match(r"CREATE\s+\w", bare, re.IGNORECASE):
        raise ContractError("The schema changes by `migrate` only.")
    # an engine may take a parameter that was not given for null
    if missing := set(_PARAMETER.findall(bare)) - set(parameters):
        raise ContractError(f"The statement's parameters {sorted(missing)} are not given.")
    for name, value in parameters.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _require_rows(name, value)
        else:
            _require_value(name, value)


def row(names: Iterable[str], cells: Iterable[object]) -> Row:
    """Return a row of values by column name.

    Raises:
        ContractError: A cell is not a value but a node, a relation, a map or the like.
    """
    return {name: _value(name, cell) for name, cell in zip(names, cells, strict=True)}


def _require_rows(name: str, rows: Sequence[object]) -> None:
    first: dict[str, object] = rows[0]  # pyright: ignore[reportAssignmentType]
    kinds = {key: type(cell) for key, cell in first.items()}
    for row in rows:
        if not isinstance(row, dict) or list(row) != list(kinds):  # pyright: ignore[reportUnknownArgumentType]
            raise ContractError(f"The rows of {name!r} have different keys, or an order of them.")
        cells: dict[str, object] = row
        for key, cell in cells.items():
            if cell is None or type(cell) is not kinds[key]:
                raise ContractError(
                    f"{key!r} in the rows of {name!r} is {cell!r}, and a {kinds[key].__name__} "
                    "before.",
                    hint="Give rows without some value to a statement of their own.",
                )
            _require_value(f"{name}.{key}", cell)


def _require_value(name: str, value: object) -> None:
    members: list[object] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
    for member in members:
        if not isinstance(member, bool | int | float | str | None):
            raise ContractError(
                f"Parameter {name!r} holds a {type(member).__name__}.",
                hint="Give text, numbers, truth values, or a list of them.",
            )
        if isinstance(member, int) and not -_LARGEST <= member < _LARGEST:
            raise ContractError(f"Parameter {name!r} holds {member}, which needs over 64 bits.")


def _value(name: str, cell: object) -> Value:
    if isinstance(cell, date):
        return cell.isoformat()
    members: list[object] = cell if isinstance(cell, list) else [cell]  # pyright: ignore[reportUnknownVariableType]
    for member in members:
        if not isinstance(member, bool | int | float | str | None):
            raise ContractError(
                f"Column {name!r} holds a {type(member).__name__}.",
                hint="Return properties, not whole nodes or relations.",
            )
    return cell  # pyright: ignore[reportReturnType]
