"""Writing tickets: opened, appended to, moved, with a line in the timeline for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Row, String, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import seeing
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


def open_ticket(db: Session, account_id: int, new: NewTicketRow, *, now: datetime) -> Standing:
    """A new ticket under the account's next number."""
    number: int = db.connection().execute(_NEXT_NUMBER, {"account": account_id}).scalar_one()
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
    }
    ticket_id = inserted_id(db, _INSERT_TICKET, values)
    return Standing(ticket_id, number, new.status, new.subject, new.mailbox_id, new.customer_id)


def stand(db: Session, sight: Sight, number: int) -> Standing:
    """Where a ticket stands, or the one it was merged into; NotFound also for one that they do not see."""
    return _standing(db, sight, Ticket.number == min(number, MOST))


def stand_by_id(db: Session, account_id: int, ticket_id: int) -> Standing:
    """Where a ticket stands, by its row; NotFound also for another account's."""
    return _standing(db, Sight(account_id), Ticket.id == ticket_id)


def touch(
    db: Session, account_id: int, ticket_id: int, *, snippet: str | None, files: int, now: datetime
) -> None:
    """Count one more article and bring the ticket to the top of its list; None leaves the snippet."""
    values = {"account": account_id, "ticket": ticket_id, "files": files, "text": snippet, "now": now}
    db.connection().execute(_TOUCH, values)


def change(db: Session, account_id: int, ticket_id: int, values: Mapping[str, Any]) -> None:
    """Set some columns of a ticket."""
    mine = Ticket.account_id == account_id, Ticket.id == ticket_id
    db.execute(update(Ticket).where(*mine).values(**values))


def count_folded(db: Session, account_id: int, ticket_id: int) -> None:
    """Count one more mail of a storm that was folded into a ticket."""
    db.connection().execute(_FOLDED, {"account": account_id, "ticket": ticket_id})


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
    closed_at = now if status is Status.CLOSED else None
    change(db, account_id, ticket.id, {"status": status.value, "closed_at": closed_at})
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


_ACCOUNT, _TICKET = table(Account), table(Ticket)
_NEXT_NUMBER = (
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"))
    .values(last_ticket_number=_ACCOUNT.c.last_ticket_number + 1)
    .returning(_ACCOUNT.c.last_ticket_number)
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
        # A backlog is filed in any order: what was received earlier does not make the ticket older.
        updated_at=case(
            (_TICKET.c.updated_at < bindparam("now"), bindparam("now")), else_=_TICKET.c.updated_at
        ),
    )
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
    )


@cache
def _add_participant(dialect: str) -> Insert:
    return insert_into(dialect, table(Participant)).on_conflict_do_nothing()
