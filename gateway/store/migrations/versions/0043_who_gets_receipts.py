"""Receipts go the way of certificates: one table of whom an erasure is told to, with what could not be sent

Revision: 0043, after 0042. The version before sends no receipt that is asked for from now on; this one does.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns, and bring over who waits for a receipt that is not on its way."""
    with op.batch_alter_table("farewell") as table:
        table.add_column(sa.Column("account_id", NUMBER, nullable=True))
        table.add_column(sa.Column("tried_from", MOMENT, nullable=True))
        table.add_column(sa.Column("failed_at", MOMENT, nullable=True))
        table.add_column(sa.Column("answer", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key(
            op.f("fk_farewell_account_id"), "account", ["account_id"], ["id"], ondelete="CASCADE"
        )
        table.create_index(op.f("ix_farewell_account_id"), ["account_id"])
    _move()
    with op.batch_alter_table("deletion_request") as table:
        table.drop_column("delivery_id")
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, "farewell")


def _move() -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "INSERT INTO farewell"
            " (account_id, erasure_public_id, recipient, locale, tries, next_try_at, answer)"
            " SELECT account_id, erasure, address, locale, 0, created_at, '' FROM deletion_request"
            " WHERE erasure <> '' AND address <> '' AND delivery_id IS NULL"
        )
    )
    # Nothing forgets them here any more: who waits is in the new table, who has it is not needed.
    connection.execute(sa.text("UPDATE deletion_request SET address = '' WHERE erasure <> ''"))
    connection.execute(
        sa.text(
            "INSERT INTO outbox (topic, ref_id, told, due_at, created_at)"
            " SELECT 'certify', id, 0, next_try_at, next_try_at FROM farewell WHERE account_id IS NOT NULL"
        )
    )
    connection.execute(sa.text("DELETE FROM outbox WHERE topic = 'receipt'"))
