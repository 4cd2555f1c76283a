"""The operator's account, what other accounts may use, who is shut out, and what the operator tells everybody

Revision: 0037, after 0036. The version before lets everybody in and knows neither bounds nor the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns, and the index that keeps the operator's account the only one."""
    op.add_column(
        "account", sa.Column("is_operators", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("account", sa.Column("suspended_at", MOMENT, nullable=True))
    for name in ("most_staff", "most_bytes", "most_mails_day", "kept_bytes"):
        op.add_column("account", sa.Column(name, NUMBER, nullable=False, server_default="0"))
    is_the_one = sa.text("is_operators")
    op.create_index(
        "ix_account_operators",
        "account",
        ["is_operators"],
        unique=True,
        sqlite_where=is_the_one,
        postgresql_where=is_the_one,
    )
    op.create_table(
        "legal_text",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("document", sa.String(length=10), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_de", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_text")),
        sa.UniqueConstraint("document", "number", name=op.f("uq_legal_text_document_number")),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_de", sa.Text(), nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("public_id", name=op.f("uq_broadcast_public_id")),
    )
    # Without a rowid rows lie by their key, a hash: nothing counts up, no order tells what came when.
    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_suggestion_day"), "suggestion", ["day"])
