"""Work in progress, so that a crash can be put right at the next start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

JobState = Literal["held", "proven", "settled", "released"]


@dataclass(frozen=True, slots=True)
class Job:
    """One prediction on its way: hold, then proof, then settlement.

    Attributes:
        id: UUIDv7.
        tenant: Whose.
        state: How far it has come; `settled` and `released` are ends.
        detail: Small JSON-able facts (quote id, proof id, micro-CEU).
    """

    id: str
    tenant: str
    state: JobState
    detail: Mapping[str, str | int]


@runtime_checkable
class JobStore(Protocol):
    """Keeps jobs, durably before each call returns.

    Contract suite: `tests/contracts/job_store.py`.
    """

    def open(self, job: Job) -> None:
        """Write a new job.

        Raises:
            ConflictError: The id exists.
        """
        ...

    def advance(self, job_id: str, state: JobState, detail: Mapping[str, str | int]) -> Job:
        """Move a job forward, merging `detail`; return it.

        Raises:
            NotFoundError: No such job.
            ConflictError: It already ended.
        """
        ...

    def get(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            NotFoundError: No such job.
        """
        ...

    def unfinished(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first."""
        ...
