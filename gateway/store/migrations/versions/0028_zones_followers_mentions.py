"""A time zone per person, who follows a ticket, whom a note calls

Revision: 0028, after 0027. The version before knows nothing of the tables, and leaves the zone as it is.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("staff", sa.Column("zone", sa.String(length=64), server_default="", nullable=False))
    _add("ticket_follower", "ticket", sa.Column("has_left", sa.Boolean(), nullable=False))
    _add("mention", "article", sa.Column("is_seen", sa.Boolean(), nullable=False))
    op.create_index(op.f("ix_ticket_follower_staff_id"), "ticket_follower", ["staff_id"])
    op.create_index("ix_mention_staff_id_is_seen", "mention", ["staff_id", "is_seen"])


def _add(table: str, of: str, column: sa.Column[object]) -> None:
    """A table that ties people to rows of another one."""
    links = [
        sa.ForeignKeyConstraint(
            [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_{table}_{name}_id"), ondelete="CASCADE"
        )
        for name in ("account", of, "staff")
    ]
    op.create_table(
        table,
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(f"{name}_id", NUMBER, nullable=False) for name in ("account", of, "staff")),
        column,
        *links,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(f"{of}_id", "staff_id", name=op.f(f"uq_{table}_{of}_id_staff_id")),
    )
    op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, table)
