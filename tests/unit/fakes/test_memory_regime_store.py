import pytest

from tests.contracts.regime_store import RegimeStoreContract
from tests.fakes.regimes import MemoryRegimeStore


class TestMemoryRegimeStore(RegimeStoreContract):
    @pytest.fixture
    def store(self):
        return MemoryRegimeStore()
