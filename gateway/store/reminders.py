"""Reminders that tickets are due: the moment is in the ticket's row; that it came is a row of its own."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import Insert, bindparam, select, update
from sqlalchemy.orm import Session

from gateway.rules.notifying import Kind
from gateway.store import notifications
from gateway.store.models import Reminder, Ticket, table
from gateway.store.upsert import insert_into

STEP = 100
_OLD = timedelta(days=1)
"""What was due before that calls for none: an old mail that is imported, or a scheduler that was away."""


class Stage(StrEnum):
    """How near it is."""

    SOON = "soon"
    DUE = "due"


def are_owed(db: Session, *, now: datetime) -> bool:
    """Whether the moment of one has come; asked before anything is written."""
    return db.connection().execute(_ANY, {"now": now}).first() is not None


def remind(db: Session, *, now: datetime) -> int:
    """Note of some tickets that they are about to be due, or are; how many.

    Any number of schedulers may do so: a ticket's row is one's at a time, and a reminder is there once.
    """
    rows = db.connection().execute(_CALLED, {"now": now}).all()
    if not rows:
        return 0
    notes, next_moments = [], []
    for row in rows:
        is_due = row.due_at <= now
        next_moments.append({"row": row.id, "moment": None if is_due else row.due_at})
        if row.due_at <= now - _OLD:
            continue
        notes.append(
            {
                "account_id": row.account_id,
                "ticket_id": row.id,
                "goal": row.due_for,
                "due_at": row.due_at,
                "stage": (Stage.DUE if is_due else Stage.SOON).value,
                "at": now,
            }
        )
    if notes:
        db.connection().execute(_note(db.get_bind().dialect.name), notes)
    db.connection().execute(_NEXT, next_moments)
    for row in rows:
        kind = Kind.OVERDUE if row.due_at <= now else Kind.DUE
        notifications.tell_holder(db, row.id, kind, now=now)
    return len(rows)


_TICKET = table(Ticket)
_CALLED = (
    select(_TICKET.c.id, _TICKET.c.account_id, _TICKET.c.due_at, _TICKET.c.due_for)
    .where(_TICKET.c.remind_at <= bindparam("now"))
    .order_by(_TICKET.c.remind_at, _TICKET.c.id)
    .limit(STEP)
    .with_for_update(skip_locked=True)
)
_ANY = select(_TICKET.c.id).where(_TICKET.c.remind_at <= bindparam("now")).limit(1)
_NEXT = update(_TICKET).where(_TICKET.c.id == bindparam("row")).values(remind_at=bindparam("moment"))


@cache
def _note(dialect: str) -> Insert:
    return insert_into(dialect, table(Reminder)).on_conflict_do_nothing()
