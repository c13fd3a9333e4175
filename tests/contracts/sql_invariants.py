"""What the database refuses by itself, whatever program speaks to it."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_jobs import SqlJobStore
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.adapters.sql_regimes import REGIMES
from industriverse.adapters.sql_runs import RUNS
from industriverse.adapters.sql_tables import METADATA
from industriverse.kernel.errors import ConflictError, ContractError
from industriverse.kernel.ports import Job, LogCheckpoint
from tests.contracts.ledger_store import grant
from tests.contracts.proof_store import a_proof


def transaction(sequence: int, lines: int = 2) -> str:
    return (
        "INSERT INTO ledger_transactions (sequence, at_us, key, kind, reference, lines) "
        f"VALUES ({sequence}, 0, 'raw-{sequence}', 'raw', '', {lines})"
    )


def entry(sequence: int, line: int, account: str, amount: int, asset: str = "CEU") -> str:
    return (
        "INSERT INTO ledger_entries (sequence, line, account, asset, amount) "
        f"VALUES ({sequence}, {line}, '{account}', '{asset}', {amount})"
    )


def proof(leaf: int, stage: str = "lawful", parent: str = "") -> str:
    blob = f"CAST('{'x' * 32}' AS BLOB)"
    return (
        "INSERT INTO proofs "
        "(leaf, id, envelope, leaf_hash, stage, passed, domain, parent, at_us) "
        f"VALUES ({leaf}, 'raw-{leaf}', {blob}, {blob}, '{stage}', {{true}}, 'd', '{parent}', 0)"
    )


REFUSED = {
    "no entries": [transaction(2)],
    "one entry of two": [transaction(2), entry(2, 0, "issuance:CEU", -1)],
    "a sum above zero": [
        transaction(2),
        entry(2, 0, "issuance:CEU", -1),
        entry(2, 1, "wallet:b", 2),
    ],
    "sums that cancel across assets": [
        transaction(2),
        entry(2, 0, "issuance:CEU", -1),
        entry(2, 1, "wallet:b", 1, asset="PFT"),
    ],
    "an overdraft": [
        transaction(2),
        entry(2, 1, "wallet:b", 6),
        entry(2, 0, "wallet:a", -6),
    ],
    "a foreign issuance below zero": [
        transaction(2),
        entry(2, 1, "wallet:b", 6, asset="PFT"),
        entry(2, 0, "issuance:CEU", -6, asset="PFT"),
    ],
    "more entries than announced": [
        transaction(2),
        entry(2, 0, "issuance:CEU", -2),
        entry(2, 1, "wallet:b", 2),
        entry(2, 2, "issuance:CEU", -1),
        entry(2, 3, "wallet:b", 1),
    ],
    "an announcement of one": [transaction(2, lines=1), entry(2, 0, "wallet:b", 1)],
    "an entry of zero": [transaction(2), entry(2, 0, "wallet:b", 0), entry(2, 1, "wallet:a", 0)],
    "an entry of no transaction": [entry(9, 0, "wallet:b", 1)],
    "late entries": [entry(1, 2, "issuance:CEU", -1), entry(1, 3, "wallet:b", 1)],
    "a key twice": [
        transaction(2).replace("raw-2", "g"),
        entry(2, 0, "issuance:CEU", -1),
        entry(2, 1, "wallet:b", 1),
    ],
    "a changed amount": ["UPDATE ledger_entries SET amount = amount * 2"],
    "a changed transaction": ["UPDATE ledger_transactions SET key = 'other'"],
    "removed entries": ["DELETE FROM ledger_entries"],
    "the row that would let every sum pass": ["INSERT INTO ledger_never (id) VALUES (1)"],
    "a removed transaction": [
        "DELETE FROM ledger_entries WHERE sequence = 1",
        "DELETE FROM ledger_transactions WHERE sequence = 1",
    ],
    "a balance below zero": ["UPDATE ledger_balances SET amount = -1 WHERE account = 'wallet:a'"],
    "a leaf that leaves a gap": [proof(2)],
    "a leaf that exists": [proof(0)],
    "a stage that is none": [proof(1, stage="settling")],
    "a changed proof": ["UPDATE proofs SET domain = 'other'"],
    "a removed proof": ["DELETE FROM proofs"],
    "a changed checkpoint": ["UPDATE proof_checkpoints SET size = 7"],
    "a removed checkpoint": ["DELETE FROM proof_checkpoints"],
    "a job that comes back": ["UPDATE jobs SET state = 'held'"],
    "a job state that is none": [
        "INSERT INTO jobs (sequence, id, tenant, state, detail) VALUES (2, 'k', 't', 'lost', '{}')"
    ],
}


def helper(change: object) -> bool:
    match change:
        case ("remove_index" | "remove_constraint", *_):
            return True
        case ("remove_table", table):
            return str(table) in {"ledger_never", "ledger_open_lines", "ledger_open_sums"}
        case _:
            return False


class SqlInvariants:
    @pytest.fixture
    def database(self) -> SqlDatabase:
        raise NotImplementedError

    @pytest.fixture
    def filled(self, database):
        clock = SystemClock()
        SqlLedgerStore(database, clock).post(grant("g", "wallet:a", 5))
        proofs = SqlProofStore(database, clock)
        proofs.append(a_proof("a"))
        proofs.save_checkpoint(LogCheckpoint(1, b"r" * 32, b"{}"))
        jobs = SqlJobStore(database)
        jobs.open(Job("job", "local", "held", {}))
        jobs.advance("job", "settled", {})
        return database

    def image(self, database) -> dict[str, list[tuple[object, ...]]]:
        with database.read() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(table.select())]
                for table in METADATA.sorted_tables
            }

    def run(self, database, statements) -> None:
        postgres = database.engine.dialect.name == "postgresql"
        with database.write() as connection:
            for statement in statements:
                words = statement.replace("{true}", "true" if postgres else "1")
                connection.execute(
                    text(words.replace("AS BLOB", "AS BYTEA") if postgres else words)
                )

    def test_a_lawful_raw_transaction_is_taken(self, filled):
        self.run(
            filled,
            [transaction(2), entry(2, 1, "wallet:b", 2), entry(2, 0, "wallet:a", -2), proof(1)],
        )
        ledger = SqlLedgerStore(filled, SystemClock())
        assert ledger.balances("CEU") == {"issuance:CEU": -5, "wallet:a": 3, "wallet:b": 2}
        assert ledger.replay("CEU") == ledger.balances("CEU")

    @pytest.mark.parametrize("case", REFUSED)
    def test_refuses(self, filled, case):
        before = self.image(filled)
        with pytest.raises(ContractError, match="The database refused"):
            self.run(filled, REFUSED[case])
        assert self.image(filled) == before

    def test_migrating_again_changes_nothing(self, filled):
        before = self.image(filled)
        assert filled.migrate() == filled.version()
        assert self.image(filled) == before

    def test_down_to_nothing_and_up_again(self, filled):
        head = filled.version()
        assert filled.downgrade("base") == ""
        left = set(inspect(filled.engine).get_table_names())
        assert left == {"alembic_version"}
        assert filled.migrate() == head
        SqlLedgerStore(filled, SystemClock()).post(grant("g", "wallet:a", 5))

    def test_one_version_down_keeps_the_books(self, filled):
        filled.downgrade("0001")
        ledger = SqlLedgerStore(filled, SystemClock())
        assert ledger.balances("CEU") == {"issuance:CEU": -5, "wallet:a": 5}
        filled.migrate()

    def test_queries_and_migrations_agree_on_the_schema(self, database):
        with database.read() as connection:
            context = MigrationContext.configure(connection)
            differences = compare_metadata(context, METADATA)
        # indexes and helper tables belong to the migrations alone; queries never name them
        assert {RUNS.name, REGIMES.name} <= set(METADATA.tables)
        seen = [change for change in differences if not helper(change)]
        assert seen == []

    def test_a_schema_from_the_future_is_refused(self, database):
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(ConflictError, match="9999") as told:
            database.migrate()
        assert "as new as" in told.value.hint
