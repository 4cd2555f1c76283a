"""Exports: what somebody asked to take along

Revision: 0036, after 0035. The version before knows nothing of the table, and makes no export.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "export",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("with_notes", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("tries", "done", "total", "size_bytes")),
        sa.Column("lease_token", sa.String(length=32), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_export_{name}_id"), ondelete="CASCADE"
            )
            for name in ("account", "staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_export_public_id")),
    )
    for name in ("account_id", "staff_id", "expires_at"):
        op.create_index(op.f(f"ix_export_{name}"), "export", [name])
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, "export")
