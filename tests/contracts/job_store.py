"""The contract of `JobStore`."""

import pytest

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Job, JobStore


def job(number: int) -> Job:
    return Job(f"job-{number}", "local", "held", {"quote": "q", "held_micro_ceu": number})


class JobStoreContract:
    @pytest.fixture
    def jobs(self) -> JobStore:
        raise NotImplementedError

    def test_gives_back_what_was_opened(self, jobs: JobStore):
        jobs.open(job(1))
        assert jobs.get("job-1") == job(1)
        assert jobs.unfinished() == [job(1)]

    def test_an_id_is_opened_once(self, jobs: JobStore):
        jobs.open(job(1))
        with pytest.raises(ConflictError, match="job-1"):
            jobs.open(job(1))

    def test_an_unknown_job_is_not_found(self, jobs: JobStore):
        with pytest.raises(NotFoundError, match="job-9"):
            jobs.get("job-9")
        with pytest.raises(NotFoundError, match="job-9"):
            jobs.advance("job-9", "settled", {})

    def test_detail_is_merged_on_the_way(self, jobs: JobStore):
        jobs.open(job(1))
        moved = jobs.advance("job-1", "proven", {"proof": "p", "held_micro_ceu": 2})
        assert moved == Job(
            "job-1", "local", "proven", {"quote": "q", "held_micro_ceu": 2, "proof": "p"}
        )
        assert jobs.get("job-1") == moved

    def test_a_job_never_goes_back(self, jobs: JobStore):
        jobs.open(job(1))
        jobs.advance("job-1", "proven", {})
        with pytest.raises(ConflictError, match="cannot become held"):
            jobs.advance("job-1", "held", {})

    @pytest.mark.parametrize("end", ["settled", "released"])
    @pytest.mark.parametrize("state", ["held", "proven", "settled", "released"])
    def test_an_end_is_final(self, jobs: JobStore, end, state):
        jobs.open(job(1))
        jobs.advance("job-1", end, {})
        with pytest.raises(ConflictError, match=end):
            jobs.advance("job-1", state, {})

    def test_unfinished_are_oldest_first(self, jobs: JobStore):
        for number in (3, 1, 2, 4):
            jobs.open(job(number))
        jobs.advance("job-1", "settled", {})
        jobs.advance("job-2", "proven", {})
        jobs.advance("job-4", "released", {})
        assert [found.id for found in jobs.unfinished()] == ["job-3", "job-2"]
