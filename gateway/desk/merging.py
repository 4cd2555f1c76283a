"""Merging: two tickets about one matter become one, and apart again if that was a mistake.

What belongs to the merged ticket moves over; it stays as an empty row that leads to the other one, so that
old links, reply addresses and Message-IDs go on working.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, Invalid
from gateway.rules.access import Actor, Permission, require
from gateway.rules.queue import DONE
from gateway.rules.status import Status, after_merge
from gateway.store import announcing, articles, drafts, due, followers, tickets
from gateway.store.models import (
    Article,
    Delivery,
    Notification,
    Offer,
    Participant,
    RemoteSession,
    Ticket,
    TicketEvent,
)
from gateway.store.tickets import EventKind, Standing

_MOVED = (Article, Delivery, Offer, RemoteSession, TicketEvent)
"""What belongs to a ticket and moves with it."""


def merge(db: Session, by: Actor, number: int, into: int, *, now: datetime) -> Standing:
    """Move everything of ticket `number` into ticket `into`; where that stands then.

    Raises NotFound for a foreign number, Conflict when it is merged already, Invalid for itself.
    """
    require(by, Permission.WORK_TICKETS)
    source = tickets.stand_unmerged(db, by.sight, number)
    if tickets.stand(db, by.sight, number).id != source.id:
        raise Conflict("This ticket is merged already.")
    target = tickets.stand(db, by.sight, into)
    if source.id == target.id:
        raise Invalid("A ticket cannot be merged into itself.", field="into")
    moved = {model.__tablename__: _move(db, model, source.id, target.id) for model in _MOVED}
    _share_participants(db, by.account_id, source.id, target.id)
    drafts.move(db, source.id, target.id)
    _move(db, Notification, source.id, target.id)
    followers.share(db, source.id, target.id)
    _lead_to(db, source, target)
    data = {"from": source.number, "status": source.status.value, "moved": moved}
    tickets.add_event(db, by.account_id, target.id, EventKind.MERGED, data, staff_id=by.staff_id, now=now)
    articles.recount(db, target.id)
    announcing.tell(db, by.account_id, source.id)
    status = after_merge(source.status, target.status)
    tickets.set_status(db, by.account_id, target, status, staff_id=by.staff_id, now=now)
    tickets.requeue(db, by.account_id, target.id)
    due.mark(db, by.account_id, source.id, now=now)
    return target


def unmerge(db: Session, by: Actor, number: int, *, now: datetime) -> Standing:
    """Give ticket `number` back what it brought when it was merged; where it stands then.

    Its messages go back, what was written since stays. Conflict when it is not merged.
    """
    require(by, Permission.WORK_TICKETS)
    source = tickets.stand_unmerged(db, by.sight, number)
    target = tickets.stand(db, by.sight, number)
    if source.id == target.id:
        raise Conflict("This ticket is not merged.")
    told = _merged_event(db, target.id, source.number)
    for model in _MOVED:
        brought = told["moved"].get(model.__tablename__, [])  # merged when there was no such table
        here = model.ticket_id == target.id, model.id.in_(brought)
        db.execute(update(model).where(*here).values(ticket_id=source.id))
    db.execute(update(Ticket).where(Ticket.id == source.id).values(merged_into_id=None))
    for ticket_id in (source.id, target.id):
        articles.recount(db, ticket_id)
    announcing.tell(db, by.account_id, source.id)
    data = {"number": source.number}
    kind = EventKind.SPLIT_OFF
    tickets.add_event(db, by.account_id, target.id, kind, data, staff_id=by.staff_id, now=now)
    before = Status(told["status"])
    tickets.set_status(db, by.account_id, source, before, staff_id=by.staff_id, now=now)
    tickets.requeue(db, by.account_id, target.id)
    return source


def _move(db: Session, model: type[Any], source_id: int, target_id: int) -> list[int]:
    """Which rows moved, so that they find back."""
    moved = update(model).where(model.ticket_id == source_id).values(ticket_id=target_id)
    return sorted(db.execute(moved.returning(model.id)).scalars())


def _share_participants(db: Session, account_id: int, source_id: int, target_id: int) -> None:
    """Who took part there takes part here; the rows stay, for when it is undone."""
    theirs = select(Participant.address).where(Participant.ticket_id == source_id)
    tickets.add_participants(db, account_id, target_id, db.execute(theirs).scalars())


def _lead_to(db: Session, source: Standing, target: Standing) -> None:
    """Let the source, and whatever led to it, lead to the target; nothing may point at itself."""
    here = Ticket.merged_into_id == source.id
    db.execute(update(Ticket).where(here).values(merged_into_id=target.id))
    values = {
        "merged_into_id": target.id,
        "status": Status.CLOSED.value,
        "queue_at": DONE,
        "wake_at": None,
        "maybe_belongs_to_id": None,
    }
    db.execute(update(Ticket).where(Ticket.id == source.id).values(**values))
    for link in (Ticket.maybe_belongs_to_id, Ticket.follow_up_of_id):
        db.execute(update(Ticket).where(link == source.id).values({link: target.id}))
        db.execute(update(Ticket).where(Ticket.id == target.id, link == target.id).values({link: None}))


def _merged_event(db: Session, target_id: int, number: int) -> dict[str, Any]:
    """What was noted when ticket `number` was merged; the line moves on with a ticket merged further."""
    told = select(TicketEvent.data).where(
        TicketEvent.ticket_id == target_id, TicketEvent.kind == EventKind.MERGED.value
    )
    rows = db.execute(told.order_by(TicketEvent.id.desc())).scalars()
    return next(data for data in rows if data["from"] == number)
