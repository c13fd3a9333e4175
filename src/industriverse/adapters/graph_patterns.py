"""Reads of a Cypher statement which labels, relations and properties it names, and how.

Not a parser of the language: the server is that. It finds patterns, assignments and properties, so
that a server which takes any name can be held to the schema.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

_TOKEN = re.compile(
    r"""(?P<quiet>\s+|/\*.*?\*/|//[^\n]*)
    |(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    |(?P<parameter>\$\w+)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<quoted>`[^`]*`)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_CLAUSES = frozenset(
    {"MATCH", "OPTIONAL", "CREATE", "MERGE", "ON", "SET", "DELETE", "DETACH", "UNWIND", "WITH"}
    | {"WHERE", "RETURN", "ORDER", "SKIP", "LIMIT", "UNION", "CALL"}
)
_BEFORE_PATTERN = _CLAUSES | frozenset({"AND", "OR", "XOR", "NOT", "EXISTS"})
_OPEN, _CLOSE = "([{", ")]}"
_BETWEEN_NAMES = frozenset(":|&")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or literal."""

    kind: str
    text: str

    @property
    def is_name(self) -> bool:
        """Whether it can name something."""
        return self.kind in {"word", "quoted"}

    @property
    def clause(self) -> str:
        """The clause it begins, "" for none."""
        word = self.text.upper() if self.kind == "word" else ""
        return word if word in _CLAUSES else ""


Entry = tuple[str, tuple[Token, ...]]
"""A property in a map, and the tokens of its value."""


@dataclass(frozen=True, slots=True)
class Element:
    """A node or a relation in a pattern.

    Attributes:
        variable: Its name in the statement, "" for none.
        names: Labels, or kinds of relation.
        entries: Values by property, each as its tokens.
        clause: The clause that it stands in.
        ends: Of a relation, the nodes that it leads from and to.
        directed: Whether a relation has an arrow.
    """

    variable: str
    names: tuple[str, ...]
    entries: tuple[Entry, ...]
    clause: str = ""
    ends: tuple["Element", "Element"] | None = None
    directed: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """`variable.name = value` after `SET`; no name where something else is set."""

    variable: str
    name: str
    value: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement names, in the order of its text.

    Attributes:
        elements: Nodes and relations.
        reads: Variable and property; the variable is "" where an expression stands.
        assignments: What is set.
        aliases: Names given by `AS`.
        words: Every word, in capitals.
        loose: Whether a colon stands outside patterns and maps.
        unwound: Parameter by the name that `UNWIND $parameter AS name` gives its members.
    """

    elements: tuple[Element, ...]
    reads: tuple[tuple[str, str], ...]
    assignments: tuple[Assignment, ...]
    aliases: frozenset[str]
    words: tuple[str, ...]
    loose: bool
    unwound: Mapping[str, str]


@lru_cache(maxsize=512)
def read_statement(cypher: str) -> Statement:
    """Read a statement.

    Examples:
        >>> read = read_statement("MATCH (m:EnergyMap {map_id: $id}) SET m.title = 'x'")
        >>> read.elements[0].names, read.elements[0].entries[0][0]
        (('EnergyMap',), 'map_id')
        >>> read.assignments[0].name
        'title'
    """
    tokens = tuple(_tokens(cypher))
    patterns = _Patterns(tokens)
    patterns.find()
    return Statement(
        elements=tuple(patterns.elements),
        reads=tuple(_reads(tokens)),
        assignments=tuple(_assignments(tokens)),
        aliases=frozenset(
            after.text for token, after in pairwise(tokens) if token.text.upper() == "AS"
        ),
        words=tuple(token.text.upper() for token in tokens if token.kind == "word"),
        loose=any(
            token.text == ":" and at not in patterns.colons and not _is_key(tokens, at)
            for at, token in enumerate(tokens)
        ),
        unwound=MappingProxyType(dict(_unwound(tokens))),
    )


def _tokens(cypher: str) -> Generator[Token]:
    for found in _TOKEN.finditer(cypher):
        kind = str(found.lastgroup)
        if kind != "quiet":
            yield Token(kind, found.group().strip("`") if kind == "quoted" else found.group())
    yield from (Token("end", "") for _ in range(4))


class _Patterns:
    """Walks over tokens and collects nodes and relations."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.elements: list[Element] = []
        self.colons: set[int] = set()
        self._clause = ""

    def find(self) -> None:
        at = 0
        while at < len(self.tokens):
            before = self.tokens[at - 1].text.upper() if at else ""
            if self.tokens[at].clause and before not in {"ON", "."}:
                self._clause = self.tokens[at].clause
            # a name and a bracket are a call
            named = at > 0 and self.tokens[at - 1].is_name and before not in _BEFORE_PATTERN
            at = (self._path(at) if not named else None) or at + 1

    def _path(self, at: int) -> int | None:
        """Read nodes joined by relations; return where they end, None where there are none."""
        read = self._body(at, "(", ")")
        if read is None:
            return None
        node, at = read
        self.elements.append(node)
        while (found := self._relation(node, at)) is not None:
            relation, other, at = found
            self.elements += [relation, other]
            node = other
        return at

    def _relation(self, left: Element, at: int) -> tuple[Element, Element, int] | None:
        backward = self.tokens[at].text == "<"
        at += backward
        if self.tokens[at].text != "-":
            return None
        body, at = self._body(at + 1, "[", "]") or (Element("", (), (), self._clause), at + 1)
        if self.tokens[at].text != "-":
            return None
        forward = self.tokens[at + 1].text == ">"
        read = self._body(at + 1 + forward, "(", ")")
        if read is None:
            return None
        right, at = read
        relation = Element(
            body.variable,
            body.names,
            body.entries,
            self._clause,
            (right, left) if backward else (left, right),
            backward != forward,
        )
        return relation, right, at

    def _body(self, at: int, opened: str, closed: str) -> tuple[Element, int] | None:
        """Read what stands between brackets: variable, names, steps, map; all may be missing."""
        if self.tokens[at].text != opened:
            return None
        at, variable, entries = at + 1, "", list[Entry]()
        if self.tokens[at].is_name:
            variable, at = self.tokens[at].text, at + 1
        first = at
        names, at = self._names(at)
        last = at
        if self.tokens[at].text == "*" and opened == "[":
            while self.tokens[at].text not in {closed, "{", ""}:
                at += 1
        if self.tokens[at].text == "{":
            entries, at = _entries(self.tokens, at)
        if self.tokens[at].text != closed:
            return None
        self.colons.update(range(first, last))
        return Element(variable, tuple(names), tuple(entries), self._clause), at + 1

    def _names(self, at: int) -> tuple[list[str], int]:
        """Read `:A`, `:A|B`, `:A|:B` or `:A:B`."""
        names: list[str] = []
        while self.tokens[at].text in _BETWEEN_NAMES:
            after = at + 1 + (self.tokens[at + 1].text == ":")
            if not self.tokens[after].is_name:
                break
            names.append(self.tokens[after].text)
            at = after + 1
        return names, at


def _entries(tokens: tuple[Token, ...], at: int) -> tuple[list[Entry], int]:
    """Read a map from its bracket on."""
    entries: list[Entry] = []
    at += 1
    while tokens[at].is_name and tokens[at + 1].text == ":":
        start = at + 2
        end = _value_end(tokens, start)
        entries.append((tokens[at].text, tokens[start:end]))
        at = end + (tokens[end].text == ",")
    return entries, at + (tokens[at].text == "}")


def _value_end(tokens: tuple[Token, ...], at: int) -> int:
    """Return where a value ends: at a comma, a closing bracket, a clause or the end."""
    depth = 0
    while tokens[at].kind != "end":
        token = tokens[at]
        sign = token.kind == "sign"
        if depth == 0 and (token.clause or (sign and token.text in {",", *_CLOSE})):
            break
        depth += sign and token.text in _OPEN
        depth -= sign and token.text in _CLOSE
        at += 1
    return at


def _reads(tokens: tuple[Token, ...]) -> Generator[tuple[str, str]]:
    for at, token in enumerate(tokens):
        if token.text != "." or token.kind != "sign" or not tokens[at + 1].is_name:
            continue
        if tokens[at - 1].text == "}":
            continue  # a map's entry
        end = at + 2
        while tokens[end].text == "." and tokens[end + 1].is_name:
            end += 2
        if tokens[end].text == "(":
            continue  # a function in a name space
        yield (tokens[at - 1].text if tokens[at - 1].is_name else "", tokens[at + 1].text)


def _unwound(tokens: tuple[Token, ...]) -> Generator[tuple[str, str]]:
    for at, token in enumerate(tokens):
        if token.clause != "UNWIND" or tokens[at + 1].kind != "parameter":
            continue
        if tokens[at + 2].text.upper() == "AS":
            yield tokens[at + 3].text, tokens[at + 1].text[1:]


def _assignments(tokens: tuple[Token, ...]) -> Generator[Assignment]:
    for at, token in enumerate(tokens):
        if token.clause != "SET" or tokens[at - 1].text == ".":
            continue
        start = at + 1
        while start:
            name = tokens[start + 2] if tokens[start + 1].text == "." else None
            is_one = name is not None and tokens[start + 3].text == "="
            end = _value_end(tokens, start)
            value = tokens[start + 4 : end] if is_one else ()
            shown = name.text if name is not None and is_one else ""
            yield Assignment(tokens[start].text, shown, value)
            start = end + 1 if tokens[end].text == "," else 0


def _is_key(tokens: tuple[Token, ...], at: int) -> bool:
    return tokens[at - 1].is_name and tokens[at - 2].text in {"{", ","}
