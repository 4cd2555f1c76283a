"""A budget of outgoing mail

Revision: 0008, after 0007. The new columns may be missing in what the version before writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tallies, and what deliveries and accounts remember."""
    op.add_column("delivery", sa.Column("claims", NUMBER, nullable=False, server_default="0"))
    op.add_column("account", sa.Column("held_told_at", MOMENT, nullable=True))
    op.create_table(
        "outgoing_tally",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("bound", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("window_at", MOMENT, nullable=False),
        sa.Column("mails", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_outgoing_tally_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_tally")),
        sa.UniqueConstraint(
            "account_id", "bound", "recipient", "window_at", name=op.f("uq_outgoing_tally_window")
        ),
    )
    op.create_index("ix_outgoing_tally_window_at", "outgoing_tally", ["window_at"], unique=False)
