"""Holds a statement to the schema, for a server that would take any name and any value."""

from collections.abc import Generator, Mapping
from itertools import pairwise

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Row
from industriverse.kernel.ports.graph import Parameter, Value

from .graph_patterns import Element, Statement, Token
from .graph_schema import Schema, Table

_WRITES = frozenset({"CREATE", "MERGE"})
_OUTSIDE = frozenset({"REMOVE", "FOREACH", "LOAD", "USE", "TRANSACTIONS"})
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "STRING": str,
    "INT64": int,
    "DOUBLE": (int, float),
    "BOOL": bool,
    "STRING[]": list,
    "INT64[]": list,
}
_Bound = dict[str, frozenset[str]]


def fitted(
    statement: Statement, schema: Schema, parameters: Mapping[str, Parameter]
) -> dict[str, Parameter]:
    """Check a statement; return its parameters in the types of the properties they go to.

    Raises:
        ContractError: A name is not in the schema, a node would have no key, a relation would
            join the wrong labels, a parameter is of another type than its property, or the
            statement uses what only one server understands.
    """
    rules = _Rules(statement, schema, parameters)
    rules.check_dialect()
    rules.check_names()
    rules.check_writes()
    return rules.typed()


class _Rules:
    """One statement, one schema, one set of parameters."""

    def __init__(
        self, statement: Statement, schema: Schema, parameters: Mapping[str, Parameter]
    ) -> None:
        self._statement = statement
        self._schema = schema
        self._parameters = parameters
        self._rows = {name: _rows(parameters.get(of)) for name, of in statement.unwound.items()}
        self._bound: _Bound = {}
        for element in statement.elements:
            if element.variable and element.names:
                known = self._bound.get(element.variable, frozenset())
                self._bound[element.variable] = known | frozenset(element.names)
        self._found = statement.aliases | {
            element.variable for element in statement.elements if element.clause not in _WRITES
        }

    def check_dialect(self) -> None:
        words = self._statement.words
        if found := _OUTSIDE.intersection(words):
            raise ContractError(f"{min(found)} is not in the graph's dialect.")
        if "CALL" in words and not any(pair in _SUBQUERIES for pair in pairwise(words)):
            raise ContractError("Procedures are not in the graph's dialect.")
        if self._statement.loose:
            raise ContractError(
                "A label stands outside a pattern.", hint="Write it in brackets: `(n:Label)`."
            )
        if any(not assignment.name for assignment in self._statement.assignments):
            raise ContractError(
                "Only properties can be set, one by one.", hint="Write `SET n.name = value`."
            )

    def check_names(self) -> None:
        for element in self._statement.elements:
            tables = self._tables(element)
            for name in element.names:
                if name not in tables:
                    raise ContractError(
                        f"{name} is no {'label' if element.ends is None else 'relation'} of the "
                        f"graph's schema.",
                        hint=f"There are {', '.join(sorted(tables))}.",
                    )
            for name, _ in element.entries:
                self._require_property(self._held(element), name)
        for variable, name in self._statement.reads:
            if variable not in self._rows:
                self._require_property(self._owners(variable), name)
            elif not any(name in row for row in self._rows[variable][:1]):
                raise ContractError(f"The rows that {variable} stands for have no {name}.")

    def check_writes(self) -> None:
        for element in self._statement.elements:
            if element.clause not in _WRITES:
                continue
            if element.ends is not None:
                self._check_relation(element, element.ends)
            elif element.names or not element.variable or element.variable not in self._known():
                self._check_node(element)
        for assignment in self._statement.assignments:
            if any(t.key == assignment.name for t in self._owners(assignment.variable)):
                raise ContractError(
                    f"{assignment.name} is a key, which does not change.",
                    hint="Delete the node and make another.",
                )

    def typed(self) -> dict[str, Parameter]:
        result = dict(self._parameters)
        for tokens, of in self._uses():
            token, *rest = tokens
            if rest:
                if cell := self._cell(tokens):
                    name, key = cell
                    rows = [row | {key: _as(row[key], of, key)} for row in _rows(result[name])]
                    result[name] = rows
                continue
            known, value = _constant(token, self._parameters)
            if known and token.kind == "parameter":
                result[token.text[1:]] = _as(value, of, token.text)
            elif known:
                _as(value, of, token.text)
        return result

    def _cell(self, tokens: tuple[Token, ...]) -> tuple[str, str] | None:
        """Return parameter and key where a value is one cell of a row."""
        match [token.text for token in tokens]:
            case [variable, ".", key] if variable in self._rows:
                return self._statement.unwound[variable], key
            case _:
                return None

    def _known(self) -> frozenset[str]:
        """Return the variables that need no label where they are written with."""
        return self._found | frozenset(self._bound)

    def _check_node(self, element: Element) -> None:
        if len(element.names) != 1:
            raise ContractError(
                f"A node to be written has one label; {element.variable or 'one'} has "
                f"{len(element.names)}."
            )
        label = element.names[0]
        key = self._schema.labels[label].key
        value = dict(element.entries).get(key, ())
        if not value or (len(value) == 1 and _constant(value[0], self._parameters) == (True, None)):
            raise ContractError(f"A node {label} needs its key {key}.")

    def _check_relation(self, element: Element, ends: tuple[Element, Element]) -> None:
        if len(element.names) != 1 or not element.directed:
            raise ContractError("A relation to be written has one name and a direction.")
        name = element.names[0]
        start, end = (node.names or self._bound.get(node.variable, ()) for node in ends)
        pairs = self._schema.relations[name].ends
        if start and end and not any(a in start and b in end for a, b in pairs):
            raise ContractError(
                f"{name} does not lead from {'|'.join(sorted(start))} to {'|'.join(sorted(end))}.",
                hint=f"It leads {', '.join(f'from {a} to {b}' for a, b in sorted(pairs))}.",
            )

    def _uses(self) -> Generator[tuple[tuple[Token, ...], str]]:
        """Yield each value that goes into a property, as its tokens, and the property's type."""
        for element in self._statement.elements:
            if element.clause in _WRITES:
                for name, value in element.entries:
                    yield from _use(value, self._held(element), name)
        for assignment in self._statement.assignments:
            tables = self._owners(assignment.variable)
            if assignment.variable in self._bound:
                yield from _use(assignment.value, tables, assignment.name)

    def _tables(self, element: Element) -> dict[str, Table]:
        return self._schema.labels if element.ends is None else self._schema.relations

    def _held(self, element: Element) -> list[Table]:
        """Return what an element can be; all of its kind where nothing tells."""
        tables = self._tables(element)
        names = element.names or self._bound.get(element.variable, frozenset[str]())
        return [tables[name] for name in names if name in tables] or list(tables.values())

    def _owners(self, variable: str) -> list[Table]:
        every = {**self._schema.labels, **self._schema.relations}
        names = self._bound.get(variable, frozenset[str]())
        return [every[name] for name in names if name in every] or list(every.values())

    def _require_property(self, tables: list[Table], name: str) -> None:
        if not any(name in table.columns for table in tables):
            known = sorted({column for table in tables for column in table.columns})
            raise ContractError(
                f"There is no property {name} where the statement asks for it.",
                hint=f"There are {', '.join(known)}." if len(tables) == 1 else "",
            )


_SUBQUERIES = (("CALL", "MATCH"), ("CALL", "WITH"), ("CALL", "OPTIONAL"), ("CALL", "UNWIND"))


def _use(
    value: tuple[Token, ...], tables: list[Table], name: str
) -> Generator[tuple[tuple[Token, ...], str]]:
    if value:
        for of in {table.columns[name] for table in tables if name in table.columns}:
            yield value, of


def _rows(value: Parameter) -> list[Row]:
    """Return the rows that a parameter holds; none where it holds something else."""
    if not isinstance(value, list):
        return []
    return [row for row in value if isinstance(row, dict)]


def _as(value: Parameter, of: str, words: str) -> Value:
    """Return a value as a property of that type holds it.

    Raises:
        ContractError: It is of another type.
    """
    if value is None:
        return None
    if not isinstance(value, _TYPES[of]) or isinstance(value, bool) != (of == "BOOL"):
        raise ContractError(f"{words} is {value!r}; its property holds {of}.", hint="Convert it.")
    if of == "DOUBLE" and isinstance(value, int):
        return float(value)
    return value  # pyright: ignore[reportReturnType]


def _constant(token: Token, parameters: Mapping[str, Parameter]) -> tuple[bool, Parameter]:
    """Return whether a token's value is known, and the value."""
    match token.kind, token.text.upper():
        case "parameter", _:
            return True, parameters.get(token.text[1:])
        case "text", _:
            return True, token.text[1:-1]
        case "number", digits:
            return True, int(digits) if digits.isdigit() else float(digits)
        case "word", ("TRUE" | "FALSE" | "NULL") as word:
            return True, {"TRUE": True, "FALSE": False, "NULL": None}[word]
        case _:
            return False, None
