"""Remote sessions: who was asked for what, who was there and how it ended

Revision: 0033, after 0032. The version before knows nothing of the tables, and makes no session.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SESSION, VISIT, PASS = "remote_session", "remote_visit", "remote_pass"


def upgrade() -> None:
    """Add the tables."""
    _add(
        SESSION,
        {"account_id": "CASCADE", "ticket_id": "CASCADE", "made_by_id": "SET NULL"},
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("granted", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("host_key_hash", sa.String(length=64), nullable=True),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", MOMENT, nullable=True),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("relay_url", sa.String(length=300), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        *(sa.Column(f"{name}_at", MOMENT, nullable=True) for name in ("opened", "consented", "ended")),
        sa.Column("why", sa.String(length=12), nullable=True),
        *_unique(SESSION, "public_id", "token_hash", "code_hash"),
    )
    _add(
        VISIT,
        {
            "account_id": "CASCADE",
            "session_id": "CASCADE",
            "staff_id": "SET NULL",
            "web_session_id": "SET NULL",
        },
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("controlled", sa.Boolean(), nullable=False),
    )
    _add(
        PASS,
        dict.fromkeys(("account_id", "session_id", "staff_id", "web_session_id"), "CASCADE"),
        sa.Column("pass_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        *_unique(PASS, "pass_hash"),
    )
    op.create_index("ix_remote_session_state_expires_at", SESSION, ["state", "expires_at"])
    op.create_index(op.f("ix_remote_pass_expires_at"), PASS, ["expires_at"])
    for table in (SESSION, VISIT, PASS):
        if op.get_bind().dialect.name == "postgresql":
            rowlocks.lock(op.execute, table)


def _add(table: str, links: dict[str, str], *parts: sa.Column[Any] | sa.UniqueConstraint) -> None:
    """A table with its key, its references (what happens to them when those go) and an index on each."""
    targets = {"session_id": SESSION, "made_by_id": "staff"}
    op.create_table(
        table,
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, NUMBER, nullable=gone == "SET NULL") for name, gone in links.items()),
        *parts,
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{targets.get(name, name.removesuffix('_id'))}.id"],
                name=op.f(f"fk_{table}_{name}"),
                ondelete=gone,
            )
            for name, gone in links.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name in links:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])


def _unique(table: str, *names: str) -> list[sa.UniqueConstraint]:
    return [sa.UniqueConstraint(name, name=op.f(f"uq_{table}_{name}")) for name in names]
