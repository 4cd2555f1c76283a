"""Groups of customers

Revision: 0014, after 0013. New tables, which the version before does not know.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Add the groups and who is in them."""
    op.create_table(
        "customer_group",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _link("customer_group", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_group")),
        sa.UniqueConstraint("public_id", name=op.f("uq_customer_group_public_id")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_customer_group_account_id_name_key")),
    )
    op.create_table(
        "customer_group_member",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("customer_id", NUMBER, nullable=False),
        _link("customer_group_member", "account_id", "account"),
        _link("customer_group_member", "group_id", "customer_group"),
        _link("customer_group_member", "customer_id", "customer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_group_member")),
        sa.UniqueConstraint(
            "group_id", "customer_id", name=op.f("uq_customer_group_member_group_id_customer_id")
        ),
    )
    for column in ("account_id", "customer_id"):
        op.create_index(op.f(f"ix_customer_group_member_{column}"), "customer_group_member", [column])
