"""Jobs in memory."""

from collections.abc import Mapping

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Job
from industriverse.kernel.ports.jobs import JobState


class MemoryJobStore:
    def __init__(self):
        self._jobs: dict[str, Job] = {}

    def open(self, job: Job) -> None:
        if job.id in self._jobs:
            raise ConflictError(f"Job {job.id!r} exists.")
        self._jobs[job.id] = job

    def advance(self, job_id: str, state: JobState, detail: Mapping[str, str | int]) -> Job:
        job = self.get(job_id)
        if job.state in {"settled", "released"} or (job.state, state) == ("proven", "held"):
            raise ConflictError(f"Job {job_id!r} is {job.state}; it cannot become {state}.")
        moved = Job(job.id, job.tenant, state, {**job.detail, **detail})
        self._jobs[job_id] = moved
        return moved

    def get(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise NotFoundError(f"No job {job_id!r} is kept here.")
        return self._jobs[job_id]

    def unfinished(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.state in {"held", "proven"}]
