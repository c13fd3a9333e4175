"""The same suites on a real PostgreSQL server."""

import threading

import pytest
from sqlalchemy import create_engine, text

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_jobs import SqlJobStore
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.adapters.sql_regimes import SqlRegimeStore
from industriverse.adapters.sql_runs import SqlRunStore
from tests.contracts.job_store import JobStoreContract
from tests.contracts.ledger_store import LedgerStoreContract, grant
from tests.contracts.proof_store import ProofStoreContract, a_proof
from tests.contracts.regime_store import RegimeStoreContract
from tests.contracts.run_store import RunStoreContract
from tests.contracts.sql_invariants import SqlInvariants
from tests.postgres import running_server


@pytest.fixture(scope="module")
def server():
    """A server with a database that holds the schema, to be copied for each test."""
    # nothing here survives the server, so it need not wait for a disk
    with running_server("fsync=off") as url:
        SqlDatabase.open(url).close()
        admin = create_engine(
            url.replace("/postgres?", "/template1?"), isolation_level="AUTOCOMMIT"
        )
        yield admin, url
        admin.dispose()


@pytest.fixture
def url(server):
    admin, template = server
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE books TEMPLATE postgres"))
        yield template.replace("/postgres?", "/books?")
        connection.execute(text("DROP DATABASE books WITH (FORCE)"))


@pytest.fixture
def database(url):
    database = SqlDatabase.open(url)
    yield database
    database.close()


class TestSqlLedgerStoreOnPostgres(LedgerStoreContract):
    @pytest.fixture
    def store(self, database):
        return SqlLedgerStore(database, SystemClock())


class TestSqlProofStoreOnPostgres(ProofStoreContract):
    @pytest.fixture
    def store(self, database):
        return SqlProofStore(database, SystemClock())


class TestSqlJobStoreOnPostgres(JobStoreContract):
    @pytest.fixture
    def jobs(self, database):
        return SqlJobStore(database)


class TestSqlRunStoreOnPostgres(RunStoreContract):
    @pytest.fixture
    def store(self, database):
        return SqlRunStore(database)


class TestSqlRegimeStoreOnPostgres(RegimeStoreContract):
    @pytest.fixture
    def store(self, database):
        return SqlRegimeStore(database)


class TestInvariantsOnPostgres(SqlInvariants):
    @pytest.fixture
    def database(self, database):
        return database


def test_two_programs_interleave_without_gap(url, database):
    """A second engine has no lock in common with the first but the database's."""
    other = SqlDatabase.open(url)

    def write(database, name):
        ledger = SqlLedgerStore(database, SystemClock())
        proofs = SqlProofStore(database, SystemClock())
        for number in range(20):
            ledger.post(grant(f"{name}-{number}", "wallet:a", 1))
            proofs.append(a_proof(f"{name}-{number}"))

    threads = [
        threading.Thread(target=write, args=words) for words in ((database, "a"), (other, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    ledger = SqlLedgerStore(database, SystemClock())
    lines = ledger.transactions(after=0, limit=100)
    assert [line.sequence for line in lines] == list(range(1, 41))
    assert ledger.balances("CEU") == {"issuance:CEU": -40, "wallet:a": 40}
    assert SqlProofStore(database, SystemClock()).size() == 40
