"""Writing tickets: opened, appended to, moved, with a line in the timeline for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Row,
    String,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.due import NOT_DUE
from gateway.rules.priority import Priority
from gateway.rules.queue import ANSWERED, DONE, IN_QUEUE, Effect, place
from gateway.rules.status import Status
from gateway.store import announcing, due, effects, seeing
from gateway.store.due import Look
from gateway.store.models import Account, Participant, Ticket, TicketEvent, table
from gateway.store.session import inserted_id
from gateway.store.types import MOST
from gateway.store.upsert import insert_into

_MAX_PARTICIPANTS_A_MAIL = 50


class EventKind(StrEnum):
    """What a line of the timeline tells."""

    CREATED = "created"
    STATUS = "status"
    ASSIGNED = "assigned"
    SUBJECT = "subject"
    TAGS = "tags"
    CUSTOMER = "customer"
    SAME_MAIL_AGAIN = "same_mail_again"
    UNREADABLE = "unreadable"
    WITHDRAWN = "withdrawn"
    DELIVERY = "delivery"
    MERGED = "merged"
    SPLIT_OFF = "split_off"
    SENT_NOW = "sent_now"
    RESENT = "resent"
    FAILURE_DISMISSED = "failure_dismissed"
    HELD_RELEASED = "held_released"
    HELD_DISCARDED = "held_discarded"
    PRIORITY = "priority"
    ASLEEP = "asleep"
    SPLIT = "split"
    SPLIT_FROM = "split_from"
    LINKED = "linked"
    UNLINKED = "unlinked"
    UNDONE = "undone"
    NOTE_UNDONE = "note_undone"
    REMOTE = "remote"
    DELETION = "deletion"


NOT_DELIVERED = "not_delivered"
"""Why a ticket opened: a mail to somebody did not arrive."""


@dataclass(frozen=True, slots=True)
class NewTicketRow:
    """What a ticket begins with."""

    subject: str
    status: Status
    mailbox_id: int | None
    contact_id: int | None
    customer_id: int | None
    requester_name: str
    requester_address: str
    maybe_belongs_to_id: int | None = None
    follow_up_of_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands, as a verb needs to know it."""

    id: int
    number: int
    status: Status
    subject: str
    mailbox_id: int | None
    customer_id: int | None
    priority: Priority = Priority.NORMAL
    tells_of_new: bool = False
    """Whether somebody wants to hear that it is new; known of one that was just opened."""


def open_ticket(db: Session, account_id: int, new: NewTicketRow, *, now: datetime) -> Standing:
    """A new ticket under the account's next number."""
    number, tells_of_new = db.connection().execute(_NEXT_NUMBER, {"account": account_id}).one()
    values = {
        "account_id": account_id,
        "number": number,
        "subject": new.subject,
        "status": new.status.value,
        "mailbox_id": new.mailbox_id,
        "contact_id": new.contact_id,
        "customer_id": new.customer_id,
        "requester_name": new.requester_name[:300],
        "requester_address": new.requester_address[:320],
        "maybe_belongs_to_id": new.maybe_belongs_to_id,
        "follow_up_of_id": new.follow_up_of_id,
        "tags": [],
        "snippet": "",
        "article_count": 0,
        "attachment_count": 0,
        "created_at": now,
        "updated_at": now,
        "queue_at": now if new.status in IN_QUEUE else DONE,
        "due_at": NOT_DUE if new.status in IN_QUEUE else DONE,
    }
    ticket_id = inserted_id(db, _INSERT_TICKET, values)
    announcing.tell(db, account_id, ticket_id)
    return Standing(
        ticket_id,
        number,
        new.status,
        new.subject,
        new.mailbox_id,
        new.customer_id,
        tells_of_new=bool(tells_of_new),
    )


def stand(db: Session, sight: Sight, number: int) -> Standing:
    """Where a ticket stands, or the one it was merged into; NotFound also for one that they do not see."""
    return _standing(db, sight, Ticket.number == min(number, MOST))


def stand_by_id(db: Session, account_id: int, ticket_id: int) -> Standing:
    """Where a ticket stands, by its row; NotFound also for another account's."""
    return _standing(db, Sight(account_id), Ticket.id == ticket_id)


@dataclass(frozen=True, slots=True)
class Added:
    """An article that came to a ticket, as its list row needs to know it. No `snippet` leaves the last."""

    article_id: int
    snippet: str | None
    files: int
    effect: Effect


def touch(db: Session, account_id: int, ticket_id: int, added: Added, *, now: datetime) -> None:
    """Count one more article, bring the ticket to the top of its list and move it in the queue."""
    values = {
        "account": account_id,
        "ticket": ticket_id,
        "article": added.article_id,
        "files": added.files,
        "text": added.snippet,
        "waits_from": now if added.effect is Effect.WAITS else DONE,
        "answers_below": ANSWERED if added.effect is Effect.ANSWERS else _NEVER,
        "now": now,
    }
    has_targets = db.connection().execute(_TOUCH, values).scalar()
    if added.effect is Effect.ANSWERS or has_targets:
        look = Look.AT_ANSWERS if added.effect is Effect.ANSWERS else Look.AT_THE_ROW
        due.mark(db, account_id, ticket_id, look, now=now)
    announcing.tell(db, account_id, ticket_id)


def tags_of(db: Session, account_id: int, ticket_id: int) -> tuple[str, ...]:
    """A ticket's tags."""
    mine = Ticket.account_id == account_id, Ticket.id == ticket_id
    return tuple(db.execute(select(Ticket.tags).where(*mine)).scalar_one())


def change(db: Session, account_id: int, ticket_id: int, values: Mapping[str, Any]) -> None:
    """Set some columns of a ticket."""
    mine = Ticket.account_id == account_id, Ticket.id == ticket_id
    db.execute(update(Ticket).where(*mine).values(**values))
    if not _DECIDING.isdisjoint(values):
        due.mark(db, account_id, ticket_id)
    announcing.tell(db, account_id, ticket_id)


def requeue(db: Session, account_id: int, ticket_id: int) -> None:
    """Give a ticket its place in the queue anew, by its articles, if it is open."""
    here = Ticket.account_id == account_id, Ticket.id == ticket_id
    is_open = Ticket.status.in_([status.value for status in IN_QUEUE])
    db.execute(update(Ticket).where(*here, is_open).values(queue_at=place(effects.of_ticket(db, ticket_id))))
    due.mark(db, account_id, ticket_id, Look.ANEW)
    announcing.tell(db, account_id, ticket_id)


def wait_from(db: Session, account_id: int, ticket_id: int, *, now: datetime) -> None:
    """An open ticket waits for staff from now on, if it does not already."""
    here = Ticket.account_id == account_id, Ticket.id == ticket_id
    is_open = Ticket.status.in_([status.value for status in IN_QUEUE])
    db.execute(update(Ticket).where(*here, is_open, Ticket.queue_at > now).values(queue_at=now))
    due.mark(db, account_id, ticket_id, now=now)


def count_folded(db: Session, account_id: int, ticket_id: int) -> None:
    """Count one more mail of a storm that was folded into a ticket."""
    db.connection().execute(_FOLDED, {"account": account_id, "ticket": ticket_id})
    announcing.tell(db, account_id, ticket_id)


def set_status(
    db: Session,
    account_id: int,
    ticket: Standing,
    status: Status,
    *,
    staff_id: int | None = None,
    why: str = "",
    now: datetime,
) -> None:
    """Move a ticket to a state and say so in the timeline, with the reason if it is not a message.

    Nothing happens if it is there already.
    """
    if status is ticket.status:
        return
    values: dict[str, object] = {"status": status.value, "wake_at": None}
    values["closed_at"] = now if status is Status.CLOSED else None
    if status not in IN_QUEUE:
        values["queue_at"] = DONE
    elif ticket.status not in IN_QUEUE:
        values["queue_at"] = place(effects.of_ticket(db, ticket.id))
    change(db, account_id, ticket.id, values)
    due.mark(db, account_id, ticket.id, now=now)
    data = {"from": ticket.status.value, "to": status.value} | ({"why": why} if why else {})
    add_event(db, account_id, ticket.id, EventKind.STATUS, data, staff_id=staff_id, now=now)


def add_event(
    db: Session,
    account_id: int,
    ticket_id: int,
    kind: EventKind,
    data: Mapping[str, Any] | None = None,
    *,
    staff_id: int | None = None,
    article_id: int | None = None,
    now: datetime,
) -> None:
    """One line in the timeline."""
    values = {
        "account_id": account_id,
        "ticket_id": ticket_id,
        "kind": kind.value,
        "staff_id": staff_id,
        "article_id": article_id,
        "data": dict(data or {}),
        "at": now,
    }
    db.connection().execute(_INSERT_EVENT, values)
    announcing.tell(db, account_id, ticket_id)


def stand_unmerged(db: Session, sight: Sight, number: int) -> Standing:
    """Where a ticket itself stands, also when it is merged into another one; NotFound as `stand`."""
    return _as_standing(_row(db, sight, Ticket.number == min(number, MOST)))


def add_participants(db: Session, account_id: int, ticket_id: int, addresses: Iterable[str]) -> None:
    """Let these addresses (as compared, case-folded) take part; who does already stays."""
    wanted = list(dict.fromkeys(a for a in addresses if a))[:_MAX_PARTICIPANTS_A_MAIL]
    if not wanted:
        return
    rows = [
        {"account_id": account_id, "ticket_id": ticket_id, "address": address[:320]} for address in wanted
    ]
    db.connection().execute(_add_participant(db.get_bind().dialect.name), rows)


_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_DECIDING = frozenset({"status", "priority", "queue_at", "mailbox_id", "customer_id"})
"""What decides when a ticket is due."""
_ACCOUNT, _TICKET = table(Account), table(Ticket)
_NEXT_NUMBER = (
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"))
    .values(last_ticket_number=_ACCOUNT.c.last_ticket_number + 1)
    .returning(_ACCOUNT.c.last_ticket_number, _ACCOUNT.c.tells_of_new)
)
_INSERT_TICKET = insert(_TICKET)
_INSERT_EVENT = insert(table(TicketEvent))
_TOUCH = (
    update(_TICKET)
    .where(_TICKET.c.account_id == bindparam("account"), _TICKET.c.id == bindparam("ticket"))
    .values(
        article_count=_TICKET.c.article_count + 1,
        attachment_count=_TICKET.c.attachment_count + bindparam("files"),
        snippet=func.coalesce(bindparam("text", type_=String()), _TICKET.c.snippet),
        last_article_id=bindparam("article"),
        queue_at=case(
            (_TICKET.c.queue_at < bindparam("answers_below"), ANSWERED),
            (_TICKET.c.queue_at > bindparam("waits_from"), bindparam("waits_from")),
            else_=_TICKET.c.queue_at,
        ),
        # A backlog is filed in any order: what was received earlier does not make the ticket older.
        updated_at=case(
            (_TICKET.c.updated_at < bindparam("now"), bindparam("now")), else_=_TICKET.c.updated_at
        ),
    )
    .returning(select(_ACCOUNT.c.has_targets).where(_ACCOUNT.c.id == bindparam("account")).scalar_subquery())
)
_FOLDED = (
    update(_TICKET)
    .where(_TICKET.c.account_id == bindparam("account"), _TICKET.c.id == bindparam("ticket"))
    .values(folded_count=_TICKET.c.folded_count + 1)
)
_STANDING = seeing.Scoped(
    select(
        Ticket.id,
        Ticket.number,
        Ticket.status,
        Ticket.subject,
        Ticket.mailbox_id,
        Ticket.customer_id,
        Ticket.merged_into_id,
        Ticket.priority,
    ).where(Ticket.account_id == bindparam("account")),
    within=seeing.TICKETS,
)


def _standing(db: Session, sight: Sight, where: ColumnElement[bool]) -> Standing:
    """The ticket, or the one it was merged into, which is what must be seen."""
    found = _row(db, Sight(sight.account_id), where)
    if found.merged_into_id is not None:
        where = Ticket.id == found.merged_into_id
    return _as_standing(_row(db, sight, where) if sight.reach or found.merged_into_id else found)


def _row(db: Session, sight: Sight, where: ColumnElement[bool]) -> Row[*tuple[Any, ...]]:
    found = db.execute(_STANDING.of(sight).where(where), seeing.values(sight)).first()
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


def _as_standing(found: Row[*tuple[Any, ...]]) -> Standing:
    return Standing(
        found.id,
        found.number,
        Status(found.status),
        found.subject,
        found.mailbox_id,
        found.customer_id,
        Priority(found.priority),
    )


@cache
def _add_participant(dialect: str) -> Insert:
    return insert_into(dialect, table(Participant)).on_conflict_do_nothing()
