"""Installed systems: which are whose, where they are, codes by which they enrol, sessions made for one

Revision: 0034, after 0033. The version before makes sessions by link alone, without the new columns.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SYSTEM, CODE, SESSION = "remote_system", "remote_enrol_code", "remote_session"


def upgrade() -> None:
    """Add the tables and the columns."""
    _add(
        SYSTEM,
        "SET NULL",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("sign_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("box_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unattended", sa.JSON(), nullable=False),
        sa.Column("relay_url", sa.String(length=300), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("enrolled_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{SYSTEM}_public_id")),
    )
    _add(
        CODE,
        "CASCADE",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.UniqueConstraint("code_hash", name=op.f(f"uq_{CODE}_code_hash")),
    )
    op.create_index(op.f(f"ix_{CODE}_expires_at"), CODE, ["expires_at"])
    op.add_column(SESSION, sa.Column("system_id", NUMBER, nullable=True))
    op.add_column(SESSION, sa.Column("sealed_call", sa.LargeBinary(), nullable=True))
    op.create_index(f"ix_{SESSION}_system_id_state", SESSION, ["system_id", "state"])


def _add(table: str, gone: str, *parts: sa.Column[Any] | sa.UniqueConstraint) -> None:
    """A table of an account, and of a customer (what happens when that goes), with its policy."""
    links = {"account_id": "CASCADE", "customer_id": gone}
    op.create_table(
        table,
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, NUMBER, nullable=then == "SET NULL") for name, then in links.items()),
        *parts,
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{name.removesuffix('_id')}.id"],
                name=op.f(f"fk_{table}_{name}"),
                ondelete=then,
            )
            for name, then in links.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name in links:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, table)
