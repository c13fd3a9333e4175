"""Billing over the real books: a budget under concurrency, and a restart."""

import threading

import pytest

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_jobs import SqlJobStore
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.engines import economy
from industriverse.kernel.context import Context
from industriverse.kernel.errors import InsufficientFundsError
from industriverse.kernel.results import Metering
from industriverse.services.billing import Billing

GRANT = 30_000_000
METERED = Metering(1.0, 0.1, "a test", 1.0, 1.0)


@pytest.fixture
def database(tmp_path):
    database = SqlDatabase.open(f"sqlite:///{tmp_path / 'books.db'}")
    yield database
    database.close()


def billing_on(database):
    clock = SystemClock()
    return Billing(SqlLedgerStore(database, clock), SqlJobStore(database), clock)


def test_clients_at_once_never_spend_more_than_there_is(database):
    billing = billing_on(database)
    billing.welcome("local", GRANT)
    ledger = SqlLedgerStore(database, SystemClock())
    ends: list[str] = []

    def client() -> None:
        for _ in range(6):
            try:
                job = billing.open(Context.fresh(), economy.quote("q", 5.0))
            except InsufficientFundsError:
                ends.append("refused")
                continue
            receipt = billing.receipt(job, METERED, 1.0)
            settling = [
                threading.Thread(target=billing.settle, args=(job, receipt)) for _ in range(2)
            ]
            for thread in settling:
                thread.start()
            for thread in settling:
                thread.join()
            ends.append("settled")

    clients = [threading.Thread(target=client) for _ in range(4)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    settled = ends.count("settled")
    assert len(ends) == 24
    assert settled >= 4
    assert ledger.balances("CEU") == {
        "issuance:CEU": -GRANT,
        "wallet:local": GRANT - settled * 1_000_000,
        "held:local": 0,
        "treasury": settled * 1_000_000,
    }
    assert SqlJobStore(database).unfinished() == []


def test_a_restart_settles_what_is_proven_and_releases_the_rest(database):
    before = billing_on(database)
    before.welcome("local", GRANT)
    proven = before.open(Context.fresh(), economy.quote("q", 5.0))
    before.proven(proven, "prf_1", before.receipt(proven, METERED, 1.0))
    before.open(Context.fresh(), economy.quote("q", 5.0))
    after = billing_on(database)
    done = after.recover(lambda proof: proof == "prf_1")
    assert done.settled == (proven.id,)
    assert len(done.released) == 1
    ledger = SqlLedgerStore(database, SystemClock())
    assert ledger.balance("wallet:local", "CEU") == GRANT - 1_000_000
    assert ledger.balance("held:local", "CEU") == 0
    found = ledger.find(f"bill:{proven.id}")
    assert found is not None
    assert found.posting.kind == "settle"
