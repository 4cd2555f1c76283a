"""Drafts of answers and notes, kept while they are written

Revision: 0025, after 0024. The version before knows nothing of the table.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    links = [
        sa.ForeignKeyConstraint(
            [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_draft_{name}_id"), ondelete="CASCADE"
        )
        for name in ("account", "ticket", "staff")
    ]
    op.create_table(
        "draft",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("forward_of", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("cc", sa.Text(), nullable=False),
        sa.Column("bcc", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        *links,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint(
            "ticket_id", "staff_id", "forward_of", name=op.f("uq_draft_ticket_id_staff_id_forward_of")
        ),
    )
    op.create_index(op.f("ix_draft_staff_id"), "draft", ["staff_id"])
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, "draft")
