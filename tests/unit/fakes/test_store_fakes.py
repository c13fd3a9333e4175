"""The in-memory fakes keep the contracts of the ports they stand in for."""

import pytest

from industriverse.kernel.ports import BlobStore, Clock
from tests.contracts.blob_store import BlobStoreContract
from tests.contracts.clock import ClockContract
from tests.contracts.energy_meter import EnergyMeterContract
from tests.contracts.job_store import JobStoreContract
from tests.contracts.ledger_store import LedgerStoreContract
from tests.contracts.vector_store import VectorStoreContract
from tests.fakes.blobs import MemoryBlobStore
from tests.fakes.clock import HandClock
from tests.fakes.jobs import MemoryJobStore
from tests.fakes.ledger import MemoryLedgerStore
from tests.fakes.meter import SetMeter
from tests.fakes.vectors import MemoryVectorStore


class TestMemoryLedgerStore(LedgerStoreContract):
    @pytest.fixture
    def store(self):
        return MemoryLedgerStore()


class TestMemoryJobStore(JobStoreContract):
    @pytest.fixture
    def jobs(self):
        return MemoryJobStore()


class TestMemoryBlobStore(BlobStoreContract):
    @pytest.fixture
    def blobs(self):
        return MemoryBlobStore()

    def damage(self, blobs: BlobStore, digest: str) -> None:
        assert isinstance(blobs, MemoryBlobStore)
        blobs.kept[digest] = b"x" + blobs.kept[digest][1:]


class TestHandClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return HandClock()

    def pass_time(self, clock: Clock) -> None:
        assert isinstance(clock, HandClock)
        clock.move(0.01)


class TestSetMeter(EnergyMeterContract):
    @pytest.fixture
    def meter(self):
        return SetMeter()


class TestMemoryVectorStore(VectorStoreContract):
    @pytest.fixture
    def vectors(self):
        return MemoryVectorStore()
