"""Answered predictions in SQL."""

import json

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Run

from .sql_engine import SqlDatabase, microseconds, moment
from .sql_tables import METADATA, WHOLE

RUNS = Table(
    "runs",
    METADATA,
    Column("sequence", WHOLE, primary_key=True, autoincrement=False),
    Column("trace_id", Text, nullable=False, unique=True),
    Column("created_us", WHOLE, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("regime", Text, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("abstained", Boolean, nullable=False),
    Column("proof_id", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("files", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("request_key", Text),
    Column("request_sha256", Text, nullable=False),
)


class SqlRunStore:
    """Keeps runs in SQLite or PostgreSQL."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def save(self, run: Run) -> Run:
        """Write a run and return it with its sequence.

        Raises:
            ConflictError: The trace id, or the tenant's request key, exists.
        """
        with self._database.write() as connection:
            _refuse_known(connection, run)
            newest = connection.scalar(select(func.max(RUNS.c.sequence))) or 0
            row = _columns(run) | {"sequence": newest + 1}
            connection.execute(insert(RUNS), row)
            saved = connection.execute(select(RUNS).where(RUNS.c.sequence == newest + 1)).one()
            return _run(saved)

    def get(self, trace_id: str, *, tenant: str) -> Run:
        """Return one run of a tenant.

        Raises:
            NotFoundError: No such run.
        """
        query = select(RUNS).where(RUNS.c.trace_id == trace_id, RUNS.c.tenant == tenant)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no run {trace_id!r}.")
        return _run(row)

    def find(self, request_key: str, *, tenant: str) -> Run | None:
        """Return the run that answered an idempotency key, if there is one."""
        query = select(RUNS).where(RUNS.c.request_key == request_key, RUNS.c.tenant == tenant)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _run(row)

    def page(self, *, tenant: str, before: int | None, limit: int) -> list[Run]:
        """Return runs newest first, with a sequence below `before`."""
        query = select(RUNS).where(RUNS.c.tenant == tenant)
        if before is not None:
            query = query.where(RUNS.c.sequence < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(RUNS.c.sequence.desc()).limit(limit))
            return [_run(row) for row in rows]

    def after(self, sequence: int, *, limit: int) -> list[Run]:
        """Return every tenant's runs with a sequence above that, oldest first."""
        query = select(RUNS).where(RUNS.c.sequence > sequence)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(RUNS.c.sequence).limit(limit))
            return [_run(row) for row in rows]

    def prune(self, name: str, *, tenant: str, keep: int) -> int:
        """Forget the oldest runs of that name beyond the newest `keep`; return how many.

        The newest run of all is never forgotten, so that sequence numbers are not used twice.
        """
        mine = (RUNS.c.name == name, RUNS.c.tenant == tenant)
        newest = select(RUNS.c.sequence).where(*mine).order_by(RUNS.c.sequence.desc())
        with self._database.write() as connection:
            kept = connection.scalars(newest.limit(max(keep, 1))).all()
            if not kept:
                return 0
            gone = connection.execute(delete(RUNS).where(*mine, RUNS.c.sequence < kept[-1]))
            return gone.rowcount


def _refuse_known(connection: Connection, run: Run) -> None:
    if connection.scalar(select(RUNS.c.sequence).where(RUNS.c.trace_id == run.trace_id)):
        raise ConflictError(f"Run {run.trace_id!r} exists.")
    same_key = (RUNS.c.request_key == run.request_key, RUNS.c.tenant == run.tenant)
    if run.request_key and connection.scalar(select(RUNS.c.sequence).where(*same_key)):
        raise ConflictError(f"The key {run.request_key!r} has been answered.")


def _columns(run: Run) -> dict[str, object]:
    return {
        "trace_id": run.trace_id,
        "created_us": microseconds(run.created),
        "tenant": run.tenant,
        "name": run.name,
        "kind": run.kind,
        "domain": run.domain,
        "regime": run.regime,
        "passed": run.passed,
        "abstained": run.abstained,
        "proof_id": run.proof_id,
        "document": run.document,
        "files": json.dumps(dict(run.files), sort_keys=True),
        "embedding": run.embedding,
        "request_key": run.request_key or None,
        "request_sha256": run.request_sha256,
    }


def _run(row: Row[*tuple[object, ...]]) -> Run:
    return Run(
        trace_id=row.trace_id,
        created=moment(row.created_us),
        tenant=row.tenant,
        name=row.name,
        kind=row.kind,
        domain=row.domain,
        regime=row.regime,
        passed=bool(row.passed),
        abstained=bool(row.abstained),
        proof_id=row.proof_id,
        document=bytes(row.document),
        files=tuple(sorted(json.loads(row.files).items())),
        embedding=bytes(row.embedding),
        request_key=row.request_key or "",
        request_sha256=row.request_sha256,
        sequence=row.sequence,
    )
