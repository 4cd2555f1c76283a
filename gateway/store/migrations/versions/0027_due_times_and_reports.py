"""Due times, what reports count, reminders and the reports themselves

Revision: 0027, after 0026. The new columns have defaults, which the version before leaves alone: what it
files while this one starts has no due time until somebody touches it.
"""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from gateway.rules import worktime
from gateway.rules.hours import Hours
from gateway.store import rowlocks
from gateway.store.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NOT_DUE, DONE = "9998-12-31 00:00:00.000000", "9999-12-31 00:00:00.000000"
STEP = 1000
TICKET = sa.table(
    "ticket",
    sa.column("id", sa.Integer),
    sa.column("mailbox_id", sa.Integer),
    sa.column("created_at", UtcDateTime()),
    sa.column("closed_at", UtcDateTime()),
    sa.column("first_answered_at", UtcDateTime()),
    sa.column("answer_seconds", sa.Integer),
    sa.column("resolution_seconds", sa.Integer),
)
MAILBOX = sa.table("mailbox", sa.column("id", sa.Integer), sa.column("hours", sa.JSON)).c
FIRST_ANSWER = """
    SELECT min(answer.created_at) FROM article answer
    WHERE answer.ticket_id = ticket.id AND answer.kind = 'outbound' AND answer.forward_of = ''
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.article_id = answer.id AND state = 'withdrawn')
    AND EXISTS (SELECT 1 FROM article mail WHERE mail.ticket_id = ticket.id AND mail.kind = 'inbound'
        AND mail.created_at <= answer.created_at)
"""


def upgrade() -> None:
    """Add what is new, and to the tickets that there are what is known of them."""
    zone = "+00" if op.get_bind().dialect.name == "postgresql" else ""
    _add_columns(f"{DONE}{zone}")
    open_ones = f"UPDATE ticket SET due_at = '{NOT_DUE}{zone}' WHERE status IN ('new', 'open')"  # noqa: S608
    op.execute(f"{open_ones} AND merged_into_id IS NULL")
    op.execute(
        "UPDATE ticket SET rests_since = coalesce(closed_at, updated_at) WHERE status NOT IN ('new', 'open')"
    )
    op.execute(f"UPDATE ticket SET first_answered_at = ({FIRST_ANSWER})")  # noqa: S608 - no value in it
    _measure()
    op.create_index("ix_ticket_due", "ticket", ["account_id", "due_at", "id"])
    op.create_index(op.f("ix_ticket_remind_at"), "ticket", ["remind_at"])
    counted = ["kind", "auto", "is_folded", "forward_of", "staff_id", "ticket_id"]
    op.drop_index("ix_article_ticket", "article")
    op.create_index("ix_article_ticket", "article", ["ticket_id", "account_id", "id"])
    op.create_index("ix_article_times", "article", ["account_id", "created_at", *counted])
    for make in (_reminder, _report):
        table = make()
        if op.get_bind().dialect.name == "postgresql":
            rowlocks.lock(op.execute, table)


def _add_columns(done: str) -> None:
    op.add_column("ticket", sa.Column("due_at", MOMENT, server_default=done, nullable=False))
    op.add_column("ticket", sa.Column("due_for", sa.String(length=12), server_default="", nullable=False))
    for name in ("remind_at", "first_answered_at", "rests_since"):
        op.add_column("ticket", sa.Column(name, MOMENT, nullable=True))
    for name in ("answer_seconds", "resolution_seconds"):
        op.add_column("ticket", sa.Column(name, NUMBER, nullable=True))
    op.add_column("ticket", sa.Column("rest_seconds", NUMBER, server_default="0", nullable=False))
    for table, column in (("mailbox", "targets"), ("customer_group", "targets"), ("customer_group", "hours")):
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=True))
    op.add_column(
        "account", sa.Column("has_targets", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def _measure() -> None:
    """Write down the working time of what was answered or closed, some tickets at a time."""
    connection = op.get_bind()
    hours = {
        row.id: Hours.from_stored(row.hours)
        for row in connection.execute(sa.select(MAILBOX.id, MAILBOX.hours))
    }
    write = (
        sa.update(TICKET)
        .where(TICKET.c.id == sa.bindparam("row"))
        .values(answer_seconds=sa.bindparam("answer"), resolution_seconds=sa.bindparam("resolution"))
    )
    for rows in _steps(connection):
        connection.execute(
            write,
            [
                {
                    "row": row.id,
                    "answer": _seconds(hours.get(row.mailbox_id), row.created_at, row.first_answered_at),
                    "resolution": _seconds(hours.get(row.mailbox_id), row.created_at, row.closed_at),
                }
                for row in rows
            ],
        )


def _steps(
    connection: sa.Connection,
) -> Iterator[list[sa.Row[int, int, datetime, datetime, datetime]]]:
    wanted = sa.or_(TICKET.c.first_answered_at.is_not(None), TICKET.c.closed_at.is_not(None))
    columns = (
        TICKET.c.id,
        TICKET.c.mailbox_id,
        TICKET.c.created_at,
        TICKET.c.closed_at,
        TICKET.c.first_answered_at,
    )
    some = (
        sa.select(*columns)
        .where(wanted, TICKET.c.id > sa.bindparam("seen"))
        .order_by(TICKET.c.id)
        .limit(STEP)
    )
    seen = 0
    while rows := list(connection.execute(some, {"seen": seen})):
        seen = rows[-1].id
        yield rows


def _seconds(hours: Hours | None, begins: datetime, ends: datetime | None) -> int | None:
    return None if ends is None else int(worktime.between(hours or Hours(), begins, ends).total_seconds())


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def _reminder() -> str:
    op.create_table(
        "reminder",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("goal", sa.String(length=12), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _link("reminder", "account_id", "account"),
        _link("reminder", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "ticket_id", "goal", "due_at", "stage", name=op.f("uq_reminder_ticket_id_goal_due_at_stage")
        ),
    )
    op.create_index(op.f("ix_reminder_account_id"), "reminder", ["account_id"])
    return "reminder"


def _report() -> str:
    op.create_table(
        "report",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        _link("report", "account_id", "account"),
        _link("report", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_report_account_id_key")),
    )
    for column in ("staff_id", "counted_at"):
        op.create_index(op.f(f"ix_report_{column}"), "report", [column])
    return "report"
