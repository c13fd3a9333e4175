import pytest

from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_runs import SqlRunStore
from tests.contracts.run_store import RunStoreContract


class TestSqlRunStoreOnSqlite(RunStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        database = SqlDatabase.open(f"sqlite:///{tmp_path / 'runs.db'}")
        yield SqlRunStore(database)
        database.close()
