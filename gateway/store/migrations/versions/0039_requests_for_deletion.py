"""Requests for deletion that came by mail, and which mailboxes are the address for privacy

Revision: 0039, after 0038. The version before knows neither, and takes such mail as any other.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "deletion_request",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("intake_id", NUMBER, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("because", sa.String(length=10), nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("asked_at", "confirmed_at", "doubted_at")),
        sa.Column("erasure", sa.String(length=32), nullable=False),
        sa.Column("delivery_id", NUMBER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_deletion_request_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_deletion_request_ticket_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion_request")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_deletion_request_ticket_id")),
    )
    for name in ("account_id", "erasure"):
        op.create_index(op.f(f"ix_deletion_request_{name}"), "deletion_request", [name])
    op.add_column("mailbox", sa.Column("is_privacy", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, "deletion_request")
