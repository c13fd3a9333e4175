"""Work in progress in SQL."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, Row, func, insert, select, update

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Job
from industriverse.kernel.ports.jobs import JobState

from .sql_engine import SqlDatabase
from .sql_tables import JOBS

_ENDS = ("settled", "released")


class SqlJobStore:
    """Keeps jobs in SQLite or PostgreSQL."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def open(self, job: Job) -> None:
        """Write a new job.

        Raises:
            ConflictError: The id exists.
        """
        with self._database.write() as connection:
            if _find(connection, job.id) is not None:
                raise ConflictError(f"Job {job.id!r} exists.")
            newest = connection.scalar(select(func.max(JOBS.c.sequence))) or 0
            connection.execute(
                insert(JOBS),
                {
                    "sequence": newest + 1,
                    "id": job.id,
                    "tenant": job.tenant,
                    "state": job.state,
                    "detail": json.dumps(dict(job.detail), sort_keys=True),
                },
            )

    def advance(self, job_id: str, state: JobState, detail: Mapping[str, str | int]) -> Job:
        """Move a job forward, merging `detail`; return it.

        Raises:
            NotFoundError: No such job.
            ConflictError: It already ended, or the state lies behind it.
        """
        with self._database.write() as connection:
            job = _require(_find(connection, job_id), job_id)
            if job.state in _ENDS or (job.state, state) == ("proven", "held"):
                raise ConflictError(f"Job {job_id!r} is {job.state}; it cannot become {state}.")
            moved = Job(job.id, job.tenant, state, {**job.detail, **detail})
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id)
                .values(state=state, detail=json.dumps(dict(moved.detail), sort_keys=True))
            )
            return moved

    def get(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            NotFoundError: No such job.
        """
        with self._database.read() as connection:
            return _require(_find(connection, job_id), job_id)

    def unfinished(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first."""
        query = select(JOBS).where(JOBS.c.state.in_(("held", "proven"))).order_by(JOBS.c.sequence)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(query)]


def _job(row: Row[*tuple[object, ...]]) -> Job:
    return Job(row.id, row.tenant, row.state, json.loads(row.detail))


def _find(connection: Connection, job_id: str) -> Job | None:
    row = connection.execute(select(JOBS).where(JOBS.c.id == job_id)).one_or_none()
    return None if row is None else _job(row)


def _require(job: Job | None, job_id: str) -> Job:
    if job is None:
        raise NotFoundError(f"No job {job_id!r} is kept here.")
    return job
