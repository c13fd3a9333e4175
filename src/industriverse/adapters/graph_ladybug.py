"""The property graph in an embedded Cypher engine: one file, one writing process."""

import contextlib
import re
import threading
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import ladybug

from industriverse.kernel.errors import ConflictError, ContractError, UnavailableError
from industriverse.kernel.ports import Row
from industriverse.kernel.ports.graph import Parameter

from .graph_schema import UNIQUES, VERSION_TABLE, VERSION_TABLE_STATEMENT, VERSIONS
from .graph_statement import require_statement, row

_WRITING = re.compile(r"\b(CREATE|MERGE|SET)\b", re.IGNORECASE)
_BUFFER_BYTES = 256 << 20
_ADDRESS_BYTES = 1 << 38  # the engine reserves addresses, not memory; its own choice is 8 TiB
_OUT_OF_REACH = (
    "IO exception",
    "Buffer manager",
    "Checkpoint",
    "Storage",
    "Transaction",
    "Interrupt",
)


class LadybugGraphStore:
    """Holds the graph in one file; statements of all threads run one after the other.

    The engine allows one write transaction at a time and refuses, not waits; and it does not see
    a second opening by the same process, which could damage the file. Hence the lock and the
    register of open files.

    Args:
        path: The file, made where there is none; its folder must exist.

    Raises:
        UnavailableError: Another process, or this one, holds the file; or it is damaged.
    """

    _open: ClassVar[set[Path]] = set()
    _register: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._lock = threading.Lock()
        with self._register:
            if self._path in self._open:
                raise UnavailableError(
                    f"The graph {path} is open in this process.", hint="Share the store."
                )
            self._database = _opened(self._path)
            self._open.add(self._path)
        self._connection: ladybug.Connection | None = ladybug.Connection(self._database)

    def run(self, cypher: str, parameters: Mapping[str, Parameter] | None = None) -> list[Row]:
        """Run one read or write statement and return its rows by column name.

        Raises:
            ContractError: The statement does not parse, breaks the schema, or is not one
                reading or writing statement.
            UnavailableError: The store is closed or its disk does not answer.
        """
        require_statement(cypher, parameters or {})
        with self._lock:
            unique = _unique_in(cypher)
            return (
                self._guarded(cypher, parameters, unique)
                if unique
                else self._execute(cypher, parameters)
            )

    def migrate(self) -> int:
        """Bring the schema up to date, as often as wanted; return its version.

        Raises:
            ConflictError: The file was written by a later version of the program.
        """
        with self._lock:
            version = self._version()
            if version > len(VERSIONS):
                raise ConflictError(
                    f"The graph {self._path.name} has schema {version}; this program knows "
                    f"{len(VERSIONS)}.",
                    hint="Run a version of the program at least as new as the one that wrote it.",
                )
            for number, statements in enumerate(VERSIONS[version:], start=version + 1):
                self._upgrade(number, statements)
            return len(VERSIONS)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, self._register:
            if self._connection is not None:
                self._connection.close()
                self._database.close()
                self._connection = None
                self._open.discard(self._path)

    def _guarded(
        self,
        cypher: str,
        parameters: Mapping[str, Parameter] | None,
        unique: tuple[tuple[str, str], ...],
    ) -> list[Row]:
        """Run a statement that may give two nodes one value, and undo it where it did.

        The engine itself keeps keys apart only.
        """
        with self._transaction():
            rows = self._execute(cypher, parameters)
            for label, name in unique:
                twice = self._execute(
                    f"MATCH (n:{label}) WHERE n.{name} IS NOT NULL WITH n.{name} AS value, "
                    "count(*) AS nodes WHERE nodes > 1 RETURN value LIMIT 1"
                )
                if twice:
                    raise ContractError(
                        f"Two nodes {label} would have the {name} {twice[0]['value']!r}."
                    )
            return rows

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        self._execute("BEGIN TRANSACTION")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            with contextlib.suppress(ContractError, UnavailableError):
                self._execute("ROLLBACK")  # an engine that failed may have done it already
            raise

    def _version(self) -> int:
        tables = self._execute("CALL show_tables() RETURN name")
        if {"name": VERSION_TABLE} not in tables:
            return 0
        rows = self._execute(f"MATCH (v:{VERSION_TABLE}) RETURN max(v.version) AS version")
        version = rows[0]["version"]
        return version if isinstance(version, int) else 0

    def _upgrade(self, number: int, statements: tuple[str, ...]) -> None:
        """Run one version's statements in one transaction, so that a crash leaves none of them."""
        first = (VERSION_TABLE_STATEMENT,) if number == 1 else ()
        with self._transaction():
            for statement in (*first, *statements):
                self._execute(statement)
            self._execute(
                f"CREATE (:{VERSION_TABLE} {{version: $version, statements: $statements}})",
                {"version": number, "statements": len(statements)},
            )

    def _execute(self, cypher: str, parameters: Mapping[str, Parameter] | None = None) -> list[Row]:
        if self._connection is None:
            raise UnavailableError(f"The graph {self._path.name} is closed.")
        try:
            result = self._connection.execute(cypher, dict(parameters or {}))
            if isinstance(result, list):
                raise ContractError("The graph runs one statement at a time.")
            with result:
                names = result.get_column_names()
                return [row(names, _cells(values)) for values in result.get_all()]
        except RuntimeError as error:
            raise _told(error) from error


def _unique_in(cypher: str) -> tuple[tuple[str, str], ...]:
    """Return label and name of the unique properties that a statement may write."""
    if _WRITING.search(cypher) is None:
        return ()
    every = (pair for version in UNIQUES for pair in version)
    return tuple(pair for pair in every if re.search(rf"\b{pair[1]}\b", cypher))


def _opened(path: Path) -> ladybug.Database:
    try:
        return ladybug.Database(
            str(path), buffer_pool_size=_BUFFER_BYTES, max_db_size=_ADDRESS_BYTES
        )
    except RuntimeError as error:
        if "Could not set lock" in str(error):
            raise UnavailableError(
                f"Another process holds the graph {path}.",
                hint="Stop the other process, or send writes through its event stream.",
            ) from error
        raise UnavailableError(
            f"The graph {path} cannot be opened: {error}.", hint="Restore it from a backup."
        ) from error


def _cells(values: object) -> Iterable[object]:
    return values.values() if isinstance(values, dict) else list(values)  # pyright: ignore


def _told(error: RuntimeError) -> ContractError | UnavailableError:
    words = str(error).splitlines()[0] if str(error) else "no reason given"
    if words.startswith(_OUT_OF_REACH) or "write transaction" in words:
        return UnavailableError(
            f"The graph did not answer: {words}.", hint="Check disk and memory."
        )
    return ContractError(f"The graph refused the statement: {words}.")
