"""The fakes of `MapStore` and `AtlasCatalog` pass the suites that hold the real ones."""

import pytest

from tests.contracts.atlas_catalog import AtlasCatalogContract
from tests.contracts.map_store import MapStoreContract
from tests.fakes.maps import MemoryAtlasCatalog, MemoryMapStore


class TestMemoryMapStore(MapStoreContract):
    @pytest.fixture
    def store(self):
        return MemoryMapStore()


class TestMemoryAtlasCatalog(AtlasCatalogContract):
    @pytest.fixture
    def catalogue(self):
        return MemoryAtlasCatalog()
