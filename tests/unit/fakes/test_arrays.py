import pytest

from tests.contracts.array_cache import ArrayCacheContract
from tests.fakes.arrays import MemoryArrayCache


class TestMemoryArrayCache(ArrayCacheContract):
    @pytest.fixture
    def cache(self):
        return MemoryArrayCache()
