"""Erasures: what is being erased, and the receipts of what was

Revision: 0038, after 0037. The version before knows nothing of the tables, and erases nothing.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "erasure",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=True),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("begin_at", MOMENT, nullable=True),
        sa.Column("end_at", MOMENT, nullable=True),
        sa.Column("statuses", sa.JSON(), nullable=False),
        sa.Column("quoted", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("again_from", MOMENT, nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_erasure_{name}_id"), ondelete="SET NULL"
            )
            for name in ("account", "staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("public_id", name=op.f("uq_erasure_public_id")),
    )
    for name in ("account_id", "staff_id"):
        op.create_index(op.f(f"ix_erasure_{name}"), "erasure", [name])
    op.create_table(
        "erasure_item",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("erasure_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("row_id", NUMBER, nullable=False),
        sa.Column("ref", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.id"], name=op.f("fk_erasure_item_erasure_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_item")),
        sa.UniqueConstraint(
            "erasure_id", "kind", "row_id", "ref", name=op.f("uq_erasure_item_erasure_id_kind_row_id_ref")
        ),
    )
    op.create_index("ix_erasure_item_ref", "erasure_item", ["kind", "ref"])
    if op.get_bind().dialect.name == "postgresql":
        for name in ("erasure", "erasure_item"):
            rowlocks.lock(op.execute, name)
