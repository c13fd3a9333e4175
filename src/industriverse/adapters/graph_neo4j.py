"""The property graph on a server that speaks Bolt: Neo4j, or one that understands its clients."""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import (
    ClientError,
    ConfigurationError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
)
from neo4j.time import Date, DateTime, Time

from industriverse.kernel.errors import ConflictError, ContractError, UnavailableError
from industriverse.kernel.ports import Row
from industriverse.kernel.ports.graph import Parameter

from .graph_patterns import read_statement
from .graph_rules import fitted
from .graph_schema import INDEXES, UNIQUES, VERSION_TABLE, VERSIONS, Schema, schema_of
from .graph_statement import require_statement, row

_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_CONNECT_S = 5.0
_RETRY_S = 10.0
_REFUSALS = ("Statement", "Schema", "Procedure")  # kinds of `Neo.ClientError` that a caller causes
_NAMED_REFUSALS = ("DeleteConnectedNode",)  # ArcadeDB gives openCypher's name in place of a code
_TRIES = 5  # of a schema that another process changes at the same time


class Neo4jGraphStore:
    """Holds the graph on a server, which any number of processes may use at the same time.

    Neo4j takes any label, relation and property. What the embedded engine refuses by its typed
    tables is therefore checked here before a statement leaves. What it cannot see is the type of
    a computed value: there the server keeps what it is given.

    Args:
        url: E.g. `bolt://127.0.0.1:7687`, or `neo4j+s://host` for a cluster and TLS.
        user: Who signs in.
        password: With what.

    Raises:
        ContractError: The URL is no address of such a server.
        UnavailableError: The server does not answer, or refuses the user.
    """

    def __init__(self, url: str, *, user: str, password: str) -> None:
        self._place = _place(url)
        self._migrating = threading.Lock()
        self._schema: Schema | None = None
        with self._told():
            driver = neo4j.GraphDatabase.driver(
                url,
                auth=(user, password),
                user_agent="industriverse",
                connection_timeout=_CONNECT_S,
                connection_acquisition_timeout=_CONNECT_S + _RETRY_S,
                max_transaction_retry_time=_RETRY_S,
                notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
                telemetry_disabled=True,
            )
            try:
                driver.verify_connectivity()
            except BaseException:
                driver.close()
                raise
        self._driver: neo4j.Driver | None = driver

    def run(self, cypher: str, parameters: Mapping[str, Parameter] | None = None) -> list[Row]:
        """Run one read or write statement and return its rows by column name.

        A statement that a deadlock or a lost connection broke off before its end is run again.

        Raises:
            ContractError: The statement does not parse, breaks the schema, or is not one
                reading or writing statement.
            UnavailableError: The store is closed or the server does not answer.
        """
        given = parameters or {}
        require_statement(cypher, given)
        return self._execute(cypher, fitted(read_statement(cypher), self._known(), given))

    def migrate(self) -> int:
        """Bring the schema up to date, as often as wanted; return its version.

        Raises:
            ConflictError: The graph was written by a later version of the program.
        """
        with self._migrating:
            version = self._version()
            if version > len(VERSIONS):
                raise ConflictError(
                    f"The graph at {self._place} has schema {version}; this program knows "
                    f"{len(VERSIONS)}.",
                    hint="Run a version of the program at least as new as the one that wrote it.",
                )
            for number in range(version + 1, len(VERSIONS) + 1):
                self._upgrade(number)
            self._schema = schema_of(len(VERSIONS))
            return len(VERSIONS)

    def close(self) -> None:
        """Let go of every connection."""
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _known(self) -> Schema:
        """Return what the graph may hold; nothing before it was migrated."""
        if self._schema is None:
            version = min(self._version(), len(VERSIONS))
            if version == 0:
                return schema_of(0)
            self._schema = schema_of(version)
        return self._schema

    def _version(self) -> int:
        rows = self._execute(f"MATCH (v:{VERSION_TABLE}) RETURN max(v.version) AS version", {})
        version = rows[0]["version"]
        return version if isinstance(version, int) else 0

    def _upgrade(self, number: int) -> None:
        """Make one version's constraints and indexes, and at last note the version.

        A server changes schema and data in separate transactions. Each step may be repeated, so
        whoever finds the version not noted does all of them again.
        """
        for statement in _schema_statements(number):
            self._change_schema(statement)
        self._execute(
            f"MERGE (v:{VERSION_TABLE} {{version: $version}}) "
            "ON CREATE SET v.statements = $statements",
            {"version": number, "statements": len(VERSIONS[number - 1])},
        )

    def _change_schema(self, statement: str) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._execute(statement, {})
            except ContractError:
                if not left:
                    raise
            else:
                return

    def _execute(self, cypher: str, parameters: Mapping[str, Parameter]) -> list[Row]:
        if self._driver is None:
            raise UnavailableError(f"The graph at {self._place} is closed.")

        def work(transaction: neo4j.ManagedTransaction) -> list[Row]:
            # the driver asks for literal text; ours is checked, and values travel apart from it
            result = transaction.run(cypher, dict(parameters))  # pyright: ignore[reportArgumentType]
            names = result.keys()
            return [row(names, map(_plain, record.values())) for record in result]

        with self._told(), self._driver.session() as session:
            return session.execute_write(work)

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except IncompleteCommit as error:
            raise UnavailableError(
                f"The graph at {self._place} broke off while it wrote.",
                hint="What was to be written may be there or not; `MERGE` may be repeated.",
            ) from error
        except Neo4jError as error:
            raise self._refusal(error) from error
        except ConfigurationError as error:
            raise ContractError(
                f"The graph's URL cannot be used: {_first_line(str(error))}."
            ) from error
        except DriverError as error:
            raise UnavailableError(
                f"The graph at {self._place} does not answer: {_first_line(str(error))}.",
                hint="Check INDUSTRIVERSE_GRAPH_URL and that the server runs.",
            ) from error

    def _refusal(self, error: Neo4jError) -> ContractError | UnavailableError:
        kind = (error.code or "").split(".")[2:3]
        words = _first_line(error.message or "no reason given")
        if kind == ["Security"]:
            return UnavailableError(
                f"The graph at {self._place} refuses the user: {words}",
                hint="Check INDUSTRIVERSE_GRAPH_USER and INDUSTRIVERSE_GRAPH_PASSWORD.",
            )
        caused = isinstance(error, ClientError) and kind and kind[0] in _REFUSALS
        if caused or words.startswith(_NAMED_REFUSALS):
            return ContractError(f"The graph refused the statement: {words}.")
        return UnavailableError(
            f"The graph at {self._place} did not answer: {words}.", hint="Read the server's log."
        )


def _place(url: str) -> str:
    """Return host and port of a server's URL."""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ContractError(
            "The graph's URL names no server that we speak with.",  # it may hold a password
            hint="For example `bolt://127.0.0.1:7687`.",
        )
    if parts.username is not None:
        raise ContractError(
            "The graph's URL holds a user.",
            hint="Give INDUSTRIVERSE_GRAPH_USER and INDUSTRIVERSE_GRAPH_PASSWORD.",
        )
    return parts.netloc


def _schema_statements(number: int) -> Generator[str]:
    """Yield what a version adds: a constraint for each new key, the indexes, what else is unique.

    A constraint brings its own index and bears no other beside it: an older version's index makes
    way, and is not made where there is none yet.
    """
    before, after = schema_of(number - 1), schema_of(number)
    for label, table in after.labels.items():
        if label not in before.labels:
            yield (
                f"CREATE CONSTRAINT {label}_{table.key} IF NOT EXISTS "
                f"FOR (n:{label}) REQUIRE n.{table.key} IS UNIQUE"
            )
    unique = {pair for version in UNIQUES for pair in version}
    for label, name in INDEXES[number - 1]:
        if (label, name) not in unique:
            yield f"CREATE INDEX {label}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.{name})"
    for label, name in UNIQUES[number - 1]:
        yield f"DROP INDEX {label}_{name} IF EXISTS"
        yield (
            f"CREATE CONSTRAINT {label}_{name}_unique IF NOT EXISTS "
            f"FOR (n:{label}) REQUIRE n.{name} IS UNIQUE"
        )


def _plain(cell: object) -> object:
    """Return a moment as text, anything else as it is."""
    if isinstance(cell, Date | DateTime | Time):
        return cell.iso_format()
    return cell


def _first_line(words: str) -> str:
    return words.partition("\n")[0].rstrip(".: ")
