"""The queue, unread marks, priorities, sleep, links, saved views and acts that can be undone

Revision: 0024, after 0023. The new columns have defaults, which the version before leaves alone: what it
files while this one starts stands at the end of the queue until somebody touches it.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ANSWERED, DONE = "9998-12-31 00:00:00.000000", "9999-12-31 00:00:00.000000"
NEWEST = "SELECT coalesce(max(article.id), 0) FROM article WHERE article."


def upgrade() -> None:
    """Add the columns and the tables; every open ticket whose newest mail is the customer's waits."""
    zone = "+00" if op.get_bind().dialect.name == "postgresql" else ""
    _add_columns(f"{DONE}{zone}")
    op.execute(f"UPDATE ticket SET last_article_id = ({NEWEST}ticket_id = ticket.id)")  # noqa: S608 - no value in it
    op.execute(f"UPDATE staff SET reads_from = ({NEWEST}account_id = staff.account_id)")  # noqa: S608
    op.execute(
        "UPDATE ticket SET queue_at = CASE WHEN EXISTS (SELECT 1 FROM article "  # noqa: S608
        "WHERE article.id = ticket.last_article_id AND article.kind = 'inbound') "
        f"THEN updated_at ELSE '{ANSWERED}{zone}' END WHERE status IN ('new', 'open')"
    )
    op.create_index("ix_ticket_queue", "ticket", ["account_id", "queue_at", "id"])
    op.create_index(op.f("ix_ticket_wake_at"), "ticket", ["wake_at"])
    for make in (_ticket_link, _ticket_seen, _saved_view, _act, _act_item):
        table = make()
        if op.get_bind().dialect.name == "postgresql":
            rowlocks.lock(op.execute, table)


def _add_columns(done: str) -> None:
    op.add_column("ticket", sa.Column("priority", sa.SmallInteger(), server_default="1", nullable=False))
    op.add_column("ticket", sa.Column("last_article_id", NUMBER, server_default="0", nullable=False))
    op.add_column("ticket", sa.Column("queue_at", MOMENT, server_default=done, nullable=False))
    op.add_column("ticket", sa.Column("wake_at", MOMENT, nullable=True))
    op.add_column("staff", sa.Column("reads_from", NUMBER, server_default="0", nullable=False))


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def _ticket_link() -> str:
    op.create_table(
        "ticket_link",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("other_id", NUMBER, nullable=False),
        _link("ticket_link", "account_id", "account"),
        _link("ticket_link", "ticket_id", "ticket"),
        _link("ticket_link", "other_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint("ticket_id", "other_id", name=op.f("uq_ticket_link_ticket_id_other_id")),
    )
    op.create_index(op.f("ix_ticket_link_other_id"), "ticket_link", ["other_id"])
    return "ticket_link"


def _ticket_seen() -> str:
    op.create_table(
        "ticket_seen",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("article_id", NUMBER, nullable=False),
        _link("ticket_seen", "account_id", "account"),
        _link("ticket_seen", "staff_id", "staff"),
        _link("ticket_seen", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_seen")),
        sa.UniqueConstraint("staff_id", "ticket_id", name=op.f("uq_ticket_seen_staff_id_ticket_id")),
    )
    op.create_index(op.f("ix_ticket_seen_ticket_id"), "ticket_seen", ["ticket_id"])
    return "ticket_seen"


def _saved_view() -> str:
    op.create_table(
        "saved_view",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("order", sa.String(length=20), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _link("saved_view", "account_id", "account"),
        _link("saved_view", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_view_public_id")),
    )
    for column in ("account_id", "staff_id"):
        op.create_index(op.f(f"ix_saved_view_{column}"), "saved_view", [column])
    return "saved_view"


def _act() -> str:
    op.create_table(
        "act",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _link("act", "account_id", "account"),
        _link("act", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sa.UniqueConstraint("public_id", name=op.f("uq_act_public_id")),
    )
    for column in ("staff_id", "at"):
        op.create_index(op.f(f"ix_act_{column}"), "act", [column])
    return "act"


def _act_item() -> str:
    op.create_table(
        "act_item",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("act_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        _link("act_item", "account_id", "account"),
        _link("act_item", "act_id", "act"),
        _link("act_item", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_item")),
    )
    op.create_index("ix_act_item_act", "act_item", ["act_id", "id"])
    op.create_index(op.f("ix_act_item_ticket_id"), "act_item", ["ticket_id"])
    return "act_item"
