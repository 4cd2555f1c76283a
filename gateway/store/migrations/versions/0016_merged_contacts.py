"""Merged contacts, and a customer's contacts at one look

Revision: 0016, after 0015. The new column may be missing in what the version before writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add where a merged contact leads, and what is needed for the way back."""
    op.add_column("contact", sa.Column("merged_into_id", NUMBER, nullable=True))
    op.create_index(op.f("ix_contact_merged_into_id"), "contact", ["merged_into_id"])
    op.create_index("ix_contact_of_customer", "contact", ["account_id", "customer_id"])
    op.create_table(
        "contact_merge",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("source_id", NUMBER, nullable=False),
        sa.Column("target_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("led", sa.JSON(), nullable=False),
        sa.Column("note_before", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        _link("account_id", "account", "CASCADE"),
        _link("source_id", "contact", "CASCADE"),
        _link("target_id", "contact", "CASCADE"),
        _link("staff_id", "staff", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_merge_public_id")),
    )
    for column in ("account_id", "source_id", "target_id"):
        op.create_index(op.f(f"ix_contact_merge_{column}"), "contact_merge", [column])


def _link(column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_contact_merge_{column}"), ondelete=ondelete
    )
