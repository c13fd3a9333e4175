"""The catalogue of energy maps."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NUMBER = sa.Float(53)
_RANGES = ("energy", "entropy", "time_s")
_ORDERS = ("number", *_RANGES)


def upgrade() -> None:
    """Add the tables of maps and of their sequences' parameters."""
    op.create_table(
        "atlas_maps",
        sa.Column("number", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("newest", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.Text, nullable=False),
        sa.Column("frame", sa.Integer, nullable=False),
        sa.Column("time_s", _NUMBER, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("regime", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("energy", _NUMBER, nullable=False),
        sa.Column("mean", _NUMBER, nullable=False),
        sa.Column("variance", _NUMBER, nullable=False),
        sa.Column("entropy", _NUMBER, nullable=False),
        sa.Column("evenness", _NUMBER, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("checksum", sa.Text, nullable=False),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("created_us", _WHOLE, nullable=False),
        sa.UniqueConstraint("id", "version", name="atlas_one_version_a_map"),
    )
    for order in _ORDERS:
        # What ranges ask for stands in the index, so that no row is read to be left out.
        others = [name for name in _RANGES if name != order]
        last = [*others, "sequence"] if order == "number" else ["number", *others]
        op.create_index(f"atlas_by_{order}", "atlas_maps", ["newest", order, *last])
        op.create_index(
            f"atlas_by_domain_{order}", "atlas_maps", ["newest", "domain", order, *last]
        )
    op.create_index("atlas_by_regime", "atlas_maps", ["newest", "domain", "regime", "number"])
    op.create_index("atlas_by_sequence", "atlas_maps", ["sequence", "newest", "number"])
    op.create_table(
        "atlas_parameters",
        sa.Column("sequence", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", _NUMBER, nullable=False),
    )
    op.create_index("atlas_by_parameter", "atlas_parameters", ["name", "value", "sequence"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("atlas_parameters")
    op.drop_table("atlas_maps")
