"""Keys that sign outgoing mail, and the looks whether it arrives

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two new tables."""
    _dkim_key()
    _deliverability_check()


def _dkim_key() -> None:
    op.create_table(
        "dkim_key",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("selector", sa.String(length=63), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.String(length=10), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_dkim_key_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dkim_key")),
        sa.UniqueConstraint(
            "account_id", "domain", "selector", name=op.f("uq_dkim_key_account_id_domain_selector")
        ),
    )


def _deliverability_check() -> None:
    table = "deliverability_check"
    op.create_table(
        table,
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("mailbox_id", NUMBER, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("back_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{target}_id"], [f"{target}.id"], name=op.f(f"fk_{table}_{target}_id"), ondelete="CASCADE"
            )
            for target in ("account", "mailbox")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
        sa.UniqueConstraint("mailbox_id", name=op.f(f"uq_{table}_mailbox_id")),
    )
