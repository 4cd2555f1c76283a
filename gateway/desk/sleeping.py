"""Sleeping tickets: they wait until a moment that staff chose, and then ask for them again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.rules.notifying import Kind
from gateway.rules.status import Status
from gateway.store import notifications, tickets
from gateway.store.models import Ticket

WOKEN = "woken"
"""Why a ticket opened: its moment has come."""


def is_due(db: Session, *, now: datetime) -> bool:
    """Whether some ticket's moment has come: asked often, and mostly in vain."""
    return db.execute(select(Ticket.id).where(Ticket.wake_at <= now).limit(1)).first() is not None


def wake_due(db: Session, *, now: datetime, limit: int = 100) -> int:
    """Wake the tickets whose moment has come, at most so many; how many.

    A ticket is woken once, however many look at the same time.
    """
    due = select(Ticket.id, Ticket.account_id).where(Ticket.wake_at <= now).order_by(Ticket.wake_at)
    found = db.execute(due.limit(limit).with_for_update(skip_locked=True)).all()
    for ticket_id, account_id in found:
        ticket = tickets.stand_by_id(db, account_id, ticket_id)
        tickets.set_status(db, account_id, ticket, Status.OPEN, why=WOKEN, now=now)
        tickets.change(db, account_id, ticket_id, {"wake_at": None})
        tickets.wait_from(db, account_id, ticket_id, now=now)
        notifications.tell_holder(db, ticket_id, Kind.WOKEN, now=now)
    return len(found)
