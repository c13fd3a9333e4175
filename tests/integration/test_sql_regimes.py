import pytest

from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_regimes import SqlRegimeStore
from tests.contracts.regime_store import RegimeStoreContract


class TestSqlRegimeStoreOnSqlite(RegimeStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        database = SqlDatabase.open(f"sqlite:///{tmp_path / 'regimes.db'}")
        yield SqlRegimeStore(database)
        database.close()
