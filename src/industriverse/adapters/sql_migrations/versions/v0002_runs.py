"""Answered predictions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table of runs."""
    op.create_table(
        "runs",
        sa.Column("sequence", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("trace_id", sa.Text, nullable=False, unique=True),
        sa.Column("created_us", _WHOLE, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("regime", sa.Text, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("proof_id", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("embedding", sa.LargeBinary, nullable=False),
        sa.Column("request_key", sa.Text),
        sa.Column("request_sha256", sa.Text, nullable=False),
        sa.UniqueConstraint("tenant", "request_key", name="runs_one_answer_a_key"),
    )
    op.create_index("runs_by_name", "runs", ["tenant", "name", "sequence"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("runs")
