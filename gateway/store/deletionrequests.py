"""Requests for deletion that came by mail: noted once a ticket, confirmed, carried out, told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.mail.address import Address
from gateway.store.models import (
    Article,
    Contact,
    ContactAddress,
    Customer,
    DeletionRequest,
    Mailbox,
    Ticket,
    table,
)
from gateway.store.upsert import insert_into


class Because(StrEnum):
    """Why a ticket is taken for such a request: its words, the address for privacy, or people who read it."""

    WORDS = "words"
    ADDRESS = "address"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class NewRequest:
    """Who asks, in which ticket, by which mail, and the language of what is written to them."""

    account_id: int
    ticket_id: int
    intake_id: int
    address: str
    locale: str
    because: Because
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as its ticket shows it. `address` is "" once it is erased."""

    because: Because
    address: str
    created_at: datetime
    asked_at: datetime | None
    confirmed_at: datetime | None
    doubted_at: datetime | None
    erasure: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who gets the receipt of what they asked for, and in which language."""

    address: str
    locale: str


def is_noted(db: Session, ticket_id: int) -> bool:
    """Whether a ticket is such a request already."""
    return db.connection().execute(_OF_TICKET, {"ticket": ticket_id}).first() is not None


def note(db: Session, new: NewRequest, *, now: datetime) -> None:
    """A ticket asks for deletion; one that does so already stays as it is."""
    values = {
        "account_id": new.account_id,
        "ticket_id": new.ticket_id,
        "intake_id": new.intake_id,
        "address": new.address[:320],
        "locale": new.locale,
        "because": new.because.value,
        "asked_at": new.asked_at,
        "erasure": "",
        "created_at": now,
    }
    db.connection().execute(
        insert_into(db.get_bind().dialect.name, _TABLE).values(values).on_conflict_do_nothing()
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """The first mail of whoever asks in a ticket, by which they can be asked to confirm it."""

    intake_id: int
    address: str
    locale: str


def find_asking(db: Session, account_id: int, ticket_id: int) -> Asking | None:
    """Whom to ask; None where there is no mail of theirs, or but a machine's, or somebody was asked already.

    Here, or in a ticket that was merged into this one: the question is about all of it.
    """
    settled = select(_R.id).where(
        _R.account_id == account_id,
        _R.ticket_id.in_(_with_merged(account_id, Ticket.id == ticket_id)),
        or_(_R.asked_at.is_not(None), _R.erasure != ""),
    )
    wanted = (
        select(Article.intake_id, Article.from_address, Mailbox.locale)
        .join(Ticket, Ticket.id == Article.ticket_id)
        .join(Mailbox, Mailbox.id == Ticket.mailbox_id)
        .where(
            Article.account_id == account_id,
            Article.ticket_id == ticket_id,
            Article.intake_id.is_not(None),
            Article.auto.is_(None),
            func.lower(Article.from_address) == func.lower(Ticket.requester_address),
            ~settled.exists(),
        )
        .order_by(Article.id)
        .limit(1)
    )
    found = db.execute(wanted).first()
    return Asking(found[0], found[1], found[2]) if found and found[0] is not None else None


def mark_asked(db: Session, new: NewRequest, *, now: datetime) -> None:
    """A ticket asks for deletion, and whoever wrote this mail is asked to confirm it."""
    note(db, new, now=now)
    values = {"asked_at": new.asked_at, "intake_id": new.intake_id, "address": new.address[:320]}
    db.execute(update(_R).where(_R.ticket_id == new.ticket_id, _R.asked_at.is_(None)).values(**values))


def hear(
    db: Session,
    account_id: int,
    ticket_ids: Sequence[int],
    sender: Address,
    *,
    is_proven: bool,
    now: datetime,
) -> bool | None:
    """Somebody says yes to what was asked in one of these tickets; None if that changes nothing.

    It confirms the request if it is proven to come from the address that asked: True, else it is doubted:
    False. A proven one takes the doubt away.
    """
    open_ = select(_R).where(
        _R.account_id == account_id,
        _R.ticket_id.in_(ticket_ids),
        _R.asked_at.is_not(None),
        _R.confirmed_at.is_(None),
        _R.erasure == "",
    )
    row = db.execute(open_).scalar()
    if row is None:
        return None
    is_confirmed = is_proven and Address("", row.address).key == sender.key
    if is_confirmed:
        row.confirmed_at, row.doubted_at = now, None
    elif row.doubted_at is None:
        row.doubted_at = now
    else:
        return None
    db.flush()
    return is_confirmed


def of_ticket(db: Session, account_id: int, ticket_id: int) -> RequestView | None:
    """What a ticket, or one that was merged into it, asks for; None if it asks for no deletion."""
    found = db.connection().execute(_VIEW, {"account": account_id, "ticket": ticket_id}).first()
    return RequestView(Because(found[0]), *found[1:]) if found else None


def in_ticket(account_id: int, number: int) -> ColumnElement[bool]:
    """What the ticket with this number asks for, or one that was merged into it."""
    return _R.ticket_id.in_(_with_merged(account_id, Ticket.number == number))


def by_contact(account_id: int, public_id: str) -> ColumnElement[bool]:
    """What a contact asks for: in their tickets, or from one of their addresses."""
    mine = Contact.account_id == account_id, Contact.public_id == public_id
    return _by(account_id, select(Contact.id).where(*mine), false())


def by_customer(account_id: int, public_id: str) -> ColumnElement[bool]:
    """What a customer and its contacts ask for."""
    mine = Customer.account_id == account_id, Customer.public_id == public_id
    customers = select(Customer.id).where(*mine)
    contacts = select(Contact.id).where(Contact.customer_id.in_(customers))
    return _by(account_id, contacts, Ticket.customer_id.in_(customers))


def tie(db: Session, account_id: int, erasure: str, meant: ColumnElement[bool]) -> Sequence[Asker]:
    """An erasure carries out these requests; whose receipt it is."""
    mine = update(_R).where(_R.account_id == account_id, meant, _R.erasure == "")
    told = mine.values(erasure=erasure).returning(_R.address, _R.locale)
    return [Asker(*row) for row in db.execute(told)]


def leave_tickets(db: Session, ids: Sequence[int]) -> None:
    """These tickets are erased: what they ask for goes with them."""
    db.execute(delete(_R).where(_R.ticket_id.in_(ids)))


def forget_addresses(db: Session, account_id: int, addresses: Sequence[str]) -> None:
    """These addresses, in small letters, are erased: likewise, but for what was carried out in a ticket."""
    theirs = _R.account_id == account_id, func.lower(_R.address).in_(addresses)
    db.execute(delete(_R).where(*theirs, _R.erasure == ""))
    db.execute(update(_R).where(*theirs).values(address=""))


def forget_orphans(db: Session) -> int:
    """Remove requests whose ticket has gone; how many."""
    return db.connection().execute(_FORGET).rowcount


def _by(account_id: int, contacts: Select[int], of_others: ColumnElement[bool]) -> ColumnElement[bool]:
    addresses = select(ContactAddress.address).where(ContactAddress.contact_id.in_(contacts))
    tickets = _with_merged(account_id, or_(Ticket.contact_id.in_(contacts), of_others))
    return or_(_R.ticket_id.in_(tickets), func.lower(_R.address).in_(addresses))


def _with_merged(account_id: int, condition: ColumnElement[bool]) -> Select[int]:
    meant = select(Ticket.id).where(Ticket.account_id == account_id, condition)
    led = Ticket.account_id == account_id, Ticket.merged_into_id.in_(meant)
    return select(Ticket.id).where(or_(Ticket.id.in_(meant), and_(*led)))


_R, _TABLE = DeletionRequest, table(DeletionRequest)
_T = table(Ticket).c
_OF_TICKET = select(_TABLE.c.id).where(_TABLE.c.ticket_id == bindparam("ticket"))
_VIEW = (
    select(
        _TABLE.c.because,
        _TABLE.c.address,
        _TABLE.c.created_at,
        _TABLE.c.asked_at,
        _TABLE.c.confirmed_at,
        _TABLE.c.doubted_at,
        _TABLE.c.erasure,
    )
    .where(
        _TABLE.c.account_id == bindparam("account"),
        or_(
            _TABLE.c.ticket_id == bindparam("ticket"),
            _TABLE.c.ticket_id.in_(select(_T.id).where(_T.merged_into_id == bindparam("ticket"))),
        ),
    )
    .order_by(_TABLE.c.id.desc())
    .limit(1)
)
_FORGET = delete(_TABLE).where(_TABLE.c.ticket_id.is_(None))
