"""The one SQL engine that ledger, proofs and jobs share: SQLite by default, PostgreSQL by URL."""

import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError

from industriverse.kernel.errors import ConflictError, ContractError, UnavailableError

_BUSY_S = 30
_WRITER_LOCK = 0x1D057  # PostgreSQL advisory lock: one writer at a time, as in SQLite
# a server may be set to answer before its log is on disk; what we acknowledge must be there
_BE_THE_WRITER = text(
    "SELECT set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock(:lock)"
)
_REFUSALS = ("22", "23")  # SQLSTATE classes: data exception, integrity violation
_MIGRATIONS = Path(__file__).parent / "sql_migrations"


class SqlDatabase:
    """Connections to one database, with one writer at a time.

    A single writer makes sequence numbers gapless in commit order, so cursors never skip a row.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite's busy handler polls and is unfair to threads, and SQLite before 3.51.3 can
        # corrupt a WAL that two connections write and checkpoint at one instant.
        self._writer = threading.Lock()

    @classmethod
    def open(cls, url: str) -> "SqlDatabase":
        """Open a database and bring its schema up to date.

        Args:
            url: A SQLAlchemy URL, e.g. `sqlite:////var/lib/x/books.db` or
                `postgresql+pg8000://user@host/name`.

        Raises:
            ContractError: The URL names no engine that we speak.
            UnavailableError: The database does not answer or is damaged.
            ConflictError: A later version of the program has upgraded the schema.
        """
        database = cls(_engine(url))
        try:
            database.migrate()
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Give a connection in a read transaction."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Give the only writing connection; what it wrote is on disk when the block ends."""
        with _translated(), self._writer, self.engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                if self.engine.dialect.name == "postgresql":
                    connection.execute(_BE_THE_WRITER, {"lock": _WRITER_LOCK})
                yield connection

    def migrate(self, revision: str = "head") -> str:
        """Upgrade to a schema version, as often as wanted; return the version that is reached."""
        return self._migrated(command.upgrade, revision)

    def downgrade(self, revision: str) -> str:
        """Go back to a schema version; `base` removes every table."""
        return self._migrated(command.downgrade, revision)

    def version(self) -> str:
        """Return the schema's version, "" for an empty database."""
        with self.read() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def _migrated(self, change: Callable[[Config, str], None], revision: str) -> str:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        try:
            with self.write() as connection:
                config.attributes["connection"] = connection
                change(config, revision)
        except CommandError as error:
            raise ConflictError(
                f"The database's schema version is unknown to this program: {error}.",
                hint="Run a version of the program at least as new as the one that wrote it.",
            ) from error
        return self.version()


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since the Unix epoch, exactly."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def moment(at_us: int) -> datetime:
    """Return microseconds since the Unix epoch as a moment in UTC."""
    seconds, rest = divmod(at_us, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ContractError(  # its text may hold a password
            "The database URL cannot be read.", hint="For example `sqlite:///books.db`."
        ) from error
    shown = parsed.render_as_string(hide_password=True)
    try:
        match parsed.get_backend_name():
            case "sqlite":
                return _sqlite(parsed)
            case "postgresql":
                return create_engine(parsed, pool_pre_ping=True, pool_size=16)
            case _:
                raise ContractError(
                    f"{shown!r} names no database that we speak.", hint="SQLite or PostgreSQL."
                )
    except (ImportError, NoSuchModuleError) as error:
        raise UnavailableError(
            f"The driver for {shown!r} is not installed.",
            hint="Install `industriverse[postgres]` and use `postgresql+pg8000://`.",
        ) from error


def _sqlite(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise ContractError("A database in memory keeps nothing.", hint="Name a file.")
    engine = create_engine(url, connect_args={"timeout": _BUSY_S}, pool_size=16)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions of its own
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000}")


def _on_sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    # IMMEDIATE takes the write lock now: a later upgrade from reading could only fail as busy.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        state, words = _said(error)
        if isinstance(error, IntegrityError | DataError) or state[:2] in _REFUSALS:
            raise ContractError(f"The database refused the change: {words}.") from error
        raise UnavailableError(
            f"The database did not answer: {words}.",
            hint="Check that its disk has room and that no other program holds it.",
        ) from error


def _said(error: DBAPIError) -> tuple[str, str]:
    """Return SQLSTATE and sentence; pg8000 gives a mapping and one class for every error."""
    told = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    if isinstance(told, dict):
        return str(told.get("C", "")), str(told.get("M", told))
    return "", str(error.orig)
