"""Books, proofs and jobs, with their invariants held by the database itself.

A balanced, complete transaction can only be judged at commit, and SQLite has no deferred trigger;
deferred foreign keys exist on both engines. So the triggers keep a row in `ledger_open_lines`
while entries are missing and in `ledger_open_sums` while an asset's sum is not zero. Both refer
to `ledger_never`, which stays empty: a row that is left there makes the commit fail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite knows 64-bit integers by this name only, and its row ids too.
_WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TABLES = (
    "jobs",
    "proof_checkpoints",
    "proofs",
    "ledger_balances",
    "ledger_open_sums",
    "ledger_open_lines",
    "ledger_entries",
    "ledger_transactions",
    "ledger_never",
)
_FROZEN = ("ledger_transactions", "ledger_entries", "proofs", "proof_checkpoints")

_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER ledger_transactions_open AFTER INSERT ON ledger_transactions BEGIN
      INSERT INTO ledger_open_lines (sequence, missing, never)
        VALUES (NEW.sequence, NEW.lines, 1);
    END
    """,
    """
    CREATE TRIGGER ledger_entries_sealed BEFORE INSERT ON ledger_entries
    WHEN NOT EXISTS (SELECT 1 FROM ledger_open_lines WHERE sequence = NEW.sequence) BEGIN
      SELECT RAISE(ABORT, 'ledger: the transaction is complete');
    END
    """,
    """
    CREATE TRIGGER ledger_entries_count AFTER INSERT ON ledger_entries BEGIN
      UPDATE ledger_open_lines SET missing = missing - 1 WHERE sequence = NEW.sequence;
      DELETE FROM ledger_open_lines WHERE sequence = NEW.sequence AND missing = 0;
      INSERT INTO ledger_open_sums (sequence, asset, total, never)
        VALUES (NEW.sequence, NEW.asset, NEW.amount, 1)
        ON CONFLICT (sequence, asset) DO UPDATE SET total = total + excluded.total;
      DELETE FROM ledger_open_sums
        WHERE sequence = NEW.sequence AND asset = NEW.asset AND total = 0;
      INSERT OR IGNORE INTO ledger_balances (account, asset, amount)
        VALUES (NEW.account, NEW.asset, 0);
      UPDATE ledger_balances SET amount = amount + NEW.amount
        WHERE account = NEW.account AND asset = NEW.asset;
    END
    """,
    """
    CREATE TRIGGER proofs_gapless BEFORE INSERT ON proofs
    WHEN NEW.leaf <> (SELECT COALESCE(MAX(leaf) + 1, 0) FROM proofs) BEGIN
      SELECT RAISE(ABORT, 'proofs: the leaf is not the next one');
    END
    """,
    """
    CREATE TRIGGER jobs_ended BEFORE UPDATE ON jobs
    WHEN OLD.state IN ('settled', 'released') OR NEW.id <> OLD.id BEGIN
      SELECT RAISE(ABORT, 'jobs: the job has ended');
    END
    """,
)

_POSTGRES_TRIGGERS = (
    """
    CREATE FUNCTION ledger_transactions_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO ledger_open_lines (sequence, missing, never)
        VALUES (NEW.sequence, NEW.lines, 1);
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_transactions_open AFTER INSERT ON ledger_transactions
      FOR EACH ROW EXECUTE FUNCTION ledger_transactions_open()
    """,
    """
    CREATE FUNCTION ledger_entries_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NOT EXISTS (SELECT 1 FROM ledger_open_lines WHERE sequence = NEW.sequence) THEN
        RAISE EXCEPTION 'ledger: the transaction is complete' USING ERRCODE = '23514';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_entries_sealed BEFORE INSERT ON ledger_entries
      FOR EACH ROW EXECUTE FUNCTION ledger_entries_sealed()
    """,
    """
    CREATE FUNCTION ledger_entries_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE ledger_open_lines SET missing = missing - 1 WHERE sequence = NEW.sequence;
      DELETE FROM ledger_open_lines WHERE sequence = NEW.sequence AND missing = 0;
      INSERT INTO ledger_open_sums AS held (sequence, asset, total, never)
        VALUES (NEW.sequence, NEW.asset, NEW.amount, 1)
        ON CONFLICT (sequence, asset) DO UPDATE SET total = held.total + excluded.total;
      DELETE FROM ledger_open_sums
        WHERE sequence = NEW.sequence AND asset = NEW.asset AND total = 0;
      INSERT INTO ledger_balances (account, asset, amount)
        VALUES (NEW.account, NEW.asset, 0) ON CONFLICT DO NOTHING;
      UPDATE ledger_balances SET amount = amount + NEW.amount
        WHERE account = NEW.account AND asset = NEW.asset;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_entries_count AFTER INSERT ON ledger_entries
      FOR EACH ROW EXECUTE FUNCTION ledger_entries_count()
    """,
    """
    CREATE FUNCTION proofs_gapless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.leaf <> (SELECT COALESCE(MAX(leaf) + 1, 0) FROM proofs) THEN
        RAISE EXCEPTION 'proofs: the leaf is not the next one' USING ERRCODE = '23514';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER proofs_gapless BEFORE INSERT ON proofs
      FOR EACH ROW EXECUTE FUNCTION proofs_gapless()
    """,
    """
    CREATE FUNCTION jobs_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF OLD.state IN ('settled', 'released') OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'jobs: the job has ended' USING ERRCODE = '23514';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER jobs_ended BEFORE UPDATE ON jobs
      FOR EACH ROW EXECUTE FUNCTION jobs_ended()
    """,
    """
    CREATE FUNCTION industriverse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION '%: rows never change', TG_TABLE_NAME USING ERRCODE = '23514';
    END $$
    """,
)
_POSTGRES_FUNCTIONS = (
    "ledger_transactions_open",
    "ledger_entries_sealed",
    "ledger_entries_count",
    "proofs_gapless",
    "jobs_ended",
    "industriverse_frozen",
)


def _create_ledger() -> None:
    op.create_table(
        "ledger_never",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.CheckConstraint("1 = 0", name="ledger_never_a_row"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_transactions",
        sa.Column("sequence", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("at_us", _WHOLE, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.CheckConstraint("lines >= 2", name="ledger_transactions_lines"),
        sa.CheckConstraint("key <> ''", name="ledger_transactions_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_entries",
        sa.Column(
            "sequence",
            _WHOLE,
            sa.ForeignKey("ledger_transactions.sequence"),
            primary_key=True,
        ),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.CheckConstraint("amount <> 0", name="ledger_entries_amount"),
        sqlite_strict=True,
    )
    op.create_index("ledger_entries_account", "ledger_entries", ["account", "sequence"])
    op.create_table(
        "ledger_balances",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("asset", sa.Text, primary_key=True),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.CheckConstraint(
            "amount >= 0 OR account = 'issuance:' || asset", name="ledger_balances_floor"
        ),
        sqlite_strict=True,
    )
    _create_open_tables()


def _create_open_tables() -> None:
    def never() -> sa.Column[int]:
        return sa.Column(
            "never",
            sa.Integer,
            sa.ForeignKey("ledger_never.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        )

    op.create_table(
        "ledger_open_lines",
        sa.Column("sequence", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("missing", sa.Integer, nullable=False),
        never(),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_open_sums",
        sa.Column("sequence", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("asset", sa.Text, primary_key=True),
        sa.Column("total", _WHOLE, nullable=False),
        never(),
        sqlite_strict=True,
    )


def _create_proofs() -> None:
    op.create_table(
        "proofs",
        sa.Column("leaf", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("at_us", _WHOLE, nullable=False),
        sa.CheckConstraint("length(leaf_hash) = 32", name="proofs_leaf_hash"),
        sa.CheckConstraint("stage IN ('lawful', 'settled')", name="proofs_stage"),
    )
    op.create_index(  # a lawful record is settled once
        "proofs_parent",
        "proofs",
        ["parent"],
        unique=True,
        sqlite_where=sa.text("parent <> ''"),
        postgresql_where=sa.text("parent <> ''"),
    )
    op.create_index("proofs_domain", "proofs", ["domain", "leaf"])
    op.create_table(
        "proof_checkpoints",
        sa.Column("size", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(root) = 32", name="proof_checkpoints_root"),
        sa.CheckConstraint("size >= 0", name="proof_checkpoints_size"),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("sequence", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('held', 'proven', 'settled', 'released')", name="jobs_state"),
    )
    op.create_index(
        "jobs_unfinished",
        "jobs",
        ["sequence"],
        sqlite_where=sa.text("state IN ('held', 'proven')"),
        postgresql_where=sa.text("state IN ('held', 'proven')"),
    )


def _freeze(table: str, dialect: str) -> None:
    if dialect == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION industriverse_frozen()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{table}: rows never change'); END"
        )


def upgrade() -> None:
    """Make tables and triggers."""
    dialect = op.get_context().dialect.name
    _create_ledger()
    _create_proofs()
    _create_jobs()
    for statement in _POSTGRES_TRIGGERS if dialect == "postgresql" else _SQLITE_TRIGGERS:
        op.execute(statement)
    for table in _FROZEN:
        _freeze(table, dialect)


def downgrade() -> None:
    """Remove everything, triggers first, since they forbid what a drop would do."""
    for table in _TABLES:
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for name in _POSTGRES_FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
