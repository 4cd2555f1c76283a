"""Invitations to sign up, the guided start, and test mails that become tickets

Revision: 0021, after 0020. The new columns have defaults, which the version before leaves alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the columns."""
    _sign_up_invitation()
    _guided_start()
    wanted: sa.Column[bool] = sa.Column(
        "wants_ticket", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("deliverability_check", wanted)
    op.add_column("deliverability_check", sa.Column("ticket_number", NUMBER, nullable=True))


def _sign_up_invitation() -> None:
    op.create_table(
        "sign_up_invitation",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("mailed_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_up_invitation_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_up_invitation_token_hash")),
        sa.UniqueConstraint("mailed_hash", name=op.f("uq_sign_up_invitation_mailed_hash")),
    )
    for column in ("address", "expires_at"):
        op.create_index(op.f(f"ix_sign_up_invitation_{column}"), "sign_up_invitation", [column])


def _guided_start() -> None:
    op.create_table(
        "guided_start",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("mailbox_id", NUMBER, nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("servers", sa.JSON(), nullable=True),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_guided_start_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailbox.id"], name=op.f("fk_guided_start_mailbox_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guided_start")),
        sa.UniqueConstraint("account_id", name=op.f("uq_guided_start_account_id")),
    )
    op.create_index(op.f("ix_guided_start_mailbox_id"), "guided_start", ["mailbox_id"])
