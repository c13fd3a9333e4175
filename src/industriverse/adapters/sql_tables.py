"""The SQL tables, as queries see them; `sql_migrations` makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()
WHOLE = BigInteger().with_variant(Integer, "sqlite")

TRANSACTIONS = Table(
    "ledger_transactions",
    METADATA,
    Column("sequence", WHOLE, primary_key=True, autoincrement=False),
    Column("at_us", WHOLE, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("lines", Integer, nullable=False),
)

ENTRIES = Table(
    "ledger_entries",
    METADATA,
    Column("sequence", WHOLE, ForeignKey("ledger_transactions.sequence"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("amount", WHOLE, nullable=False),
)

BALANCES = Table(
    "ledger_balances",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("asset", Text, primary_key=True),
    Column("amount", WHOLE, nullable=False),
)

PROOFS = Table(
    "proofs",
    METADATA,
    Column("leaf", WHOLE, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("stage", Text, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("domain", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("at_us", WHOLE, nullable=False),
)

CHECKPOINTS = Table(
    "proof_checkpoints",
    METADATA,
    Column("size", WHOLE, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

JOBS = Table(
    "jobs",
    METADATA,
    Column("sequence", WHOLE, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("tenant", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
