"""Books, proofs and jobs on SQLite."""

import threading

import pytest
from sqlalchemy import text

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_jobs import SqlJobStore
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.kernel.errors import ContractError, UnavailableError
from tests.contracts.job_store import JobStoreContract
from tests.contracts.ledger_store import LedgerStoreContract, grant
from tests.contracts.proof_store import ProofStoreContract
from tests.contracts.sql_invariants import SqlInvariants


@pytest.fixture
def database(tmp_path):
    database = SqlDatabase.open(f"sqlite:///{tmp_path / 'books.db'}")
    yield database
    database.close()


class TestSqlLedgerStoreOnSqlite(LedgerStoreContract):
    @pytest.fixture
    def store(self, database):
        return SqlLedgerStore(database, SystemClock())


class TestSqlProofStoreOnSqlite(ProofStoreContract):
    @pytest.fixture
    def store(self, database):
        return SqlProofStore(database, SystemClock())


class TestSqlJobStoreOnSqlite(JobStoreContract):
    @pytest.fixture
    def jobs(self, database):
        return SqlJobStore(database)


class TestInvariantsOnSqlite(SqlInvariants):
    @pytest.fixture
    def database(self, database):
        return database


def test_every_connection_is_durable_and_checks_references(database):
    with database.read() as first, database.read() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("no url", "cannot be read"),
        ("mysql://u:geheim@h/d", "no database that we speak"),
        ("sqlite://", "keeps nothing"),
        ("sqlite:///:memory:", "keeps nothing"),
    ],
)
def test_a_url_that_is_none_is_refused_without_its_password(url, words):
    with pytest.raises(ContractError, match=words) as told:
        SqlDatabase.open(url)
    assert "geheim" not in str(told.value) + told.value.hint


def test_a_missing_driver_is_told():
    with pytest.raises(UnavailableError, match="driver") as told:
        SqlDatabase.open("postgresql+none://u:geheim@h/d")
    assert "geheim" not in told.value.message
    assert "industriverse[postgres]" in told.value.hint


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "books.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(UnavailableError, match="not a database"):
        SqlDatabase.open(f"sqlite:///{tmp_path / 'books.db'}")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UnavailableError, match="unable to open"):
        SqlDatabase.open(f"sqlite:///{tmp_path / 'none' / 'books.db'}")


def test_two_programs_interleave_without_gap(tmp_path, database):
    other = SqlDatabase.open(f"sqlite:///{tmp_path / 'books.db'}")

    def write(database, name):
        ledger = SqlLedgerStore(database, SystemClock())
        for number in range(20):
            ledger.post(grant(f"{name}-{number}", "wallet:a", 1))

    threads = [
        threading.Thread(target=write, args=words) for words in ((database, "a"), (other, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    lines = SqlLedgerStore(database, SystemClock()).transactions(after=0, limit=100)
    assert [line.sequence for line in lines] == list(range(1, 41))


def test_a_reader_sees_the_past_while_a_writer_works(database):
    ledger = SqlLedgerStore(database, SystemClock())
    ledger.post(grant("g", "wallet:a", 1))
    with database.write() as connection:
        connection.execute(text("UPDATE ledger_balances SET amount = 2 WHERE account = 'wallet:a'"))
        assert ledger.balance("wallet:a", "CEU") == 1
        connection.rollback()
