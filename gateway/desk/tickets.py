"""Editing tickets: status, assignee, subject, tags, customer, each with a line in the timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, aliased

from gateway.errors import Invalid
from gateway.rules.absence import Absence
from gateway.rules.access import Actor, Permission, require
from gateway.rules.notifying import Kind, decide_told
from gateway.rules.priority import Priority
from gateway.rules.status import Status, may_become
from gateway.store import notifications, seeing, tickets
from gateway.store.holders import works_here
from gateway.store.models import Customer, Staff
from gateway.store.queries.staff import full_name
from gateway.store.tickets import EventKind, Standing

MAX_SUBJECT_CHARS = 500
MAX_TAGS = 30
MAX_TAG_CHARS = 50
MOST_ASLEEP = timedelta(days=731)


class Unchanged(Enum):
    """Stands for "leave it as it is" where None means "nobody"."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class TicketChange:
    """What is to change; what is not named stays.

    `assignee` is a login, `customer` a public id, None is nobody. With `wake_at` the ticket sleeps until
    then, as one that waits; None wakes it.
    """

    status: Status | None = None
    assignee: str | Unchanged | None = UNCHANGED
    subject: str | None = None
    tags: tuple[str, ...] | None = None
    customer: str | Unchanged | None = UNCHANGED
    add_tags: tuple[str, ...] = ()
    drop_tags: tuple[str, ...] = ()
    priority: Priority | None = None
    wake_at: datetime | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True)
class StaffRef:
    """A colleague who can be given a ticket; `absence` is their next one or has been, `stand_in` a name."""

    login: str
    name: str
    absence: Absence | None = None
    stand_in: str = ""
    zone: str = ""


def patch(db: Session, by: Actor, number: int, change: TicketChange, *, now: datetime) -> None:
    """Carry out a change; NotFound for a foreign number, Invalid names the field at fault."""
    require(by, Permission.WORK_TICKETS)
    ticket = tickets.stand(db, by.sight, number)
    if change.subject is not None:
        _rename(db, by, ticket, change.subject, now)
    if change.tags is not None or change.add_tags or change.drop_tags:
        _tag(db, by, ticket, change, now)
    if change.priority is not None:
        _press(db, by, ticket, change.priority, now)
    if not isinstance(change.customer, Unchanged):
        _give_to_customer(db, by, ticket, change.customer, now)
    if not isinstance(change.assignee, Unchanged):
        _assign(db, by, ticket, change.assignee, now)
    if not isinstance(change.wake_at, Unchanged):
        _sleep(db, by, ticket, change, change.wake_at, now)
    elif change.status is not None:
        if not may_become(change.status):
            raise Invalid("A ticket cannot be made new again.", field="status")
        tickets.set_status(db, by.account_id, ticket, change.status, staff_id=by.staff_id, now=now)


def checked_subject(subject: str) -> str:
    """A subject in one line without needless space; Invalid without 1 to 500 characters."""
    wanted = " ".join(subject.split())
    if not 1 <= len(wanted) <= MAX_SUBJECT_CHARS:
        raise Invalid(f"A subject has 1 to {MAX_SUBJECT_CHARS} characters.", field="subject")
    return wanted


_OTHER = aliased(Staff)
_STAFF = (
    select(
        Staff.login,
        Staff.first_name,
        Staff.last_name,
        Staff.away_from,
        Staff.away_until,
        _OTHER.login.label("stand_in"),
        _OTHER.first_name.label("stand_in_first"),
        _OTHER.last_name.label("stand_in_last"),
        Staff.zone,
    )
    .outerjoin(_OTHER, (_OTHER.id == Staff.stand_in_id) & (_OTHER.account_id == Staff.account_id))
    .where(Staff.account_id == bindparam("account"), works_here())
    .order_by(Staff.login)
)  # built once: every ticket's page asks
_NAMES = select(Staff.login, Staff.first_name, Staff.last_name).where(
    Staff.account_id == bindparam("account")
)
_SOME_NAMES = select(Staff.id, Staff.login, Staff.first_name, Staff.last_name).where(
    Staff.account_id == bindparam("account"), Staff.id.in_(bindparam("keys", expanding=True))
)


def staff_of(db: Session, account_id: int) -> tuple[StaffRef, ...]:
    """Who works in the account and can be given a ticket, by login."""
    rows = db.connection().execute(_STAFF, {"account": account_id}).all()
    return tuple(map(_ref, rows))


def names_of(db: Session, account_id: int) -> Mapping[str, str]:
    """The names of everybody who has ever done something in the account, also as a guest, by login."""
    rows = db.connection().execute(_NAMES, {"account": account_id})
    return {login: full_name(first, last, login) for login, first, last in rows}


def names_by_key(db: Session, account_id: int, keys: Iterable[int]) -> Mapping[int, str]:
    """The names of some of them, by key."""
    rows = db.connection().execute(_SOME_NAMES, {"account": account_id, "keys": list(keys)})
    return {key: full_name(first, last, login) for key, login, first, last in rows}


def _ref(row: Row[*tuple[Any, ...]]) -> StaffRef:
    absence = Absence(row.away_from, row.away_until) if row.away_from and row.away_until else None
    other = full_name(row.stand_in_first, row.stand_in_last, row.stand_in) if row.stand_in else ""
    return StaffRef(row.login, full_name(row.first_name, row.last_name, row.login), absence, other, row.zone)


_CUSTOMER = seeing.Scoped(
    select(Customer.id, Customer.name).where(
        Customer.account_id == bindparam("account"), Customer.public_id == bindparam("public_id")
    ),
    within=seeing.CUSTOMERS,
)


def _rename(db: Session, by: Actor, ticket: Standing, subject: str, now: datetime) -> None:
    wanted = checked_subject(subject)
    if wanted != ticket.subject:
        tickets.change(db, by.account_id, ticket.id, {"subject": wanted})
        _tell(db, by, ticket, EventKind.SUBJECT, {"from": ticket.subject, "to": wanted}, now)


def _tag(db: Session, by: Actor, ticket: Standing, change: TicketChange, now: datetime) -> None:
    before = tickets.tags_of(db, by.account_id, ticket.id)
    begun = before if change.tags is None else change.tags
    dropped = {tag.strip().casefold() for tag in change.drop_tags}
    found: dict[str, str] = {}
    for tag in (one.strip() for one in (*begun, *change.add_tags)):
        if tag.casefold() not in dropped:
            found.setdefault(tag.casefold(), tag)
    wanted = list(found.values())
    if len(wanted) > MAX_TAGS or not all(1 <= len(tag) <= MAX_TAG_CHARS for tag in wanted):
        raise Invalid(f"At most {MAX_TAGS} tags of 1 to {MAX_TAG_CHARS} characters each.", field="tags")
    if wanted != list(before):
        tickets.change(db, by.account_id, ticket.id, {"tags": wanted})
        _tell(db, by, ticket, EventKind.TAGS, {"to": wanted}, now)


def _press(db: Session, by: Actor, ticket: Standing, priority: Priority, now: datetime) -> None:
    if priority is not ticket.priority:
        tickets.change(db, by.account_id, ticket.id, {"priority": priority.value})
        data: dict[str, object] = {"from": ticket.priority.value, "to": priority.value}
        _tell(db, by, ticket, EventKind.PRIORITY, data, now)


def _sleep(
    db: Session, by: Actor, ticket: Standing, change: TicketChange, until: datetime | None, now: datetime
) -> None:
    status = Status.OPEN if until is None and ticket.status is Status.PENDING else ticket.status
    if until is not None:
        if not now < until <= now + MOST_ASLEEP:
            raise Invalid("A ticket sleeps until a moment within the next two years.", field="wake_at")
        status = Status.PENDING
    if change.status not in (None, status):
        raise Invalid("A ticket that sleeps waits, and one that is woken is open.", field="status")
    tickets.set_status(db, by.account_id, ticket, status, staff_id=by.staff_id, now=now)
    if until is not None:
        tickets.change(db, by.account_id, ticket.id, {"wake_at": until})
        _tell(db, by, ticket, EventKind.ASLEEP, {"until": until.isoformat()}, now)


def _assign(db: Session, by: Actor, ticket: Standing, login: str | None, now: datetime) -> None:
    staff_id = None if login is None else _staff_id(db, by.account_id, login)
    tickets.change(db, by.account_id, ticket.id, {"assignee_id": staff_id})
    _tell(db, by, ticket, EventKind.ASSIGNED, {"to": login}, now)
    if staff_id is not None:
        told = decide_told({Kind.ASSIGNED: [staff_id]}, by=by.staff_id)
        notifications.put(db, by.account_id, ticket.id, told, now=now)


def _staff_id(db: Session, account_id: int, login: str) -> int:
    mine = Staff.account_id == account_id, works_here()
    found = db.execute(select(Staff.id).where(*mine, Staff.login == login)).scalar()
    if found is None:
        raise Invalid("There is nobody with this login.", field="assignee")
    return found


def _give_to_customer(db: Session, by: Actor, ticket: Standing, public_id: str | None, now: datetime) -> None:
    wanted = seeing.values(by.sight) | {"public_id": public_id}
    found = db.execute(_CUSTOMER.of(by.sight), wanted).first()
    if public_id is not None and found is None:
        raise Invalid("There is no such customer.", field="customer")
    customer_id, name = found or (None, None)
    tickets.change(db, by.account_id, ticket.id, {"customer_id": customer_id})
    _tell(db, by, ticket, EventKind.CUSTOMER, {"to": name}, now)


def _tell(
    db: Session, by: Actor, ticket: Standing, kind: EventKind, data: dict[str, object], now: datetime
) -> None:
    tickets.add_event(db, by.account_id, ticket.id, kind, data, staff_id=by.staff_id, now=now)
