import pytest

from tests.contracts.run_store import RunStoreContract
from tests.fakes.runs import MemoryRunStore


class TestMemoryRunStore(RunStoreContract):
    @pytest.fixture
    def store(self):
        return MemoryRunStore()
