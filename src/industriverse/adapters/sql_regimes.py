"""Records whose regimes were followed, in SQL."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, Table, Text, func, insert, select

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import RegimeRecord

from .sql_engine import SqlDatabase, microseconds, moment
from .sql_tables import METADATA, WHOLE

REGIMES = Table(
    "regimes",
    METADATA,
    Column("sequence", WHOLE, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("created_us", WHOLE, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("samples", WHOLE, nullable=False),
    Column("regime", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("anomalies", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
)
_IN_A_LIST = tuple(column for column in REGIMES.c if column.name != "document")


class SqlRegimeStore:
    """Keeps followed records in SQLite or PostgreSQL."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def save(self, record: RegimeRecord) -> RegimeRecord:
        """Write a record and return it with its sequence.

        Raises:
            ConflictError: The id exists.
        """
        with self._database.write() as connection:
            if connection.scalar(select(REGIMES.c.sequence).where(REGIMES.c.id == record.id)):
                raise ConflictError(f"The record {record.id!r} exists.")
            newest = connection.scalar(select(func.max(REGIMES.c.sequence))) or 0
            row = _columns(record) | {"sequence": newest + 1}
            connection.execute(insert(REGIMES), row)
            saved = connection.execute(select(REGIMES).where(REGIMES.c.sequence == newest + 1))
            return _record(saved.one(), record.document)

    def get(self, record_id: str, *, tenant: str) -> RegimeRecord:
        """Return one record of a tenant.

        Raises:
            NotFoundError: No such record.
        """
        query = select(REGIMES).where(REGIMES.c.id == record_id, REGIMES.c.tenant == tenant)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError(f"No followed record {record_id!r} is kept here.")
        return _record(row, bytes(row.document))

    def page(self, *, tenant: str, before: int | None, limit: int) -> list[RegimeRecord]:
        """Return records newest first, with a sequence below `before`; without their documents."""
        query = select(*_IN_A_LIST).where(REGIMES.c.tenant == tenant)
        if before is not None:
            query = query.where(REGIMES.c.sequence < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(REGIMES.c.sequence.desc()).limit(limit))
            return [_record(row, b"") for row in rows]


def _columns(record: RegimeRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "created_us": microseconds(record.created),
        "tenant": record.tenant,
        "name": record.name,
        "samples": record.samples,
        "regime": record.regime,
        "confirmed": record.confirmed,
        "changes": record.changes,
        "anomalies": record.anomalies,
        "action": record.action,
        "risk": record.risk,
        "document": record.document,
    }


def _record(row: Row[*tuple[object, ...]], document: bytes) -> RegimeRecord:
    return RegimeRecord(
        id=row.id,
        created=moment(row.created_us),
        tenant=row.tenant,
        name=row.name,
        samples=row.samples,
        regime=row.regime,
        confirmed=bool(row.confirmed),
        changes=row.changes,
        anomalies=row.anomalies,
        action=row.action,
        risk=row.risk,
        document=document,
        sequence=row.sequence,
    )
