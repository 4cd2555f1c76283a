"""What people are told of

Revision: 0029, after 0028. The version before knows nothing of the table, and tells nobody.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LINKS = ("account", "staff", "ticket", "article")


def upgrade() -> None:
    """Add the table."""
    links = [
        sa.ForeignKeyConstraint(
            [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_notification_{name}_id"), ondelete="CASCADE"
        )
        for name in LINKS
    ]
    op.create_table(
        "notification",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(f"{name}_id", NUMBER, nullable=name == "article") for name in LINKS),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *links,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    for columns in (["account_id"], ["article_id"], ["ticket_id"], ["at"], ["staff_id", "id"]):
        op.create_index(op.f(f"ix_notification_{'_'.join(columns)}"), "notification", columns)
    op.create_index("ix_notification_staff_id_is_read", "notification", ["staff_id", "is_read"])
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, "notification")
