"""Requests for deletion that came by mail: noted once a ticket, confirmed, carried out, told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.mail.address import Address
from gateway.store import outbox
from gateway.store.models import (
    Account,
    Contact,
    ContactAddress,
    Customer,
    DeletionRequest,
    Delivery,
    Ticket,
    table,
)
from gateway.store.outbox import Topic
from gateway.store.upsert import insert_into


class Because(StrEnum):
    """Why a ticket is taken for such a request: its words, or the address for privacy."""

    WORDS = "words"
    ADDRESS = "address"


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
    """A request as its ticket shows it. `address` is "" once they have the receipt."""

    because: Because
    address: str
    created_at: datetime
    asked_at: datetime | None
    confirmed_at: datetime | None
    doubted_at: datetime | None
    erasure: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who waits for the receipt of an erasure; `delivery_id` once it is on its way to them."""

    id: int
    account_id: int
    business: str
    address: str
    locale: str
    erasure: str
    delivery_id: int | None


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


def tie(db: Session, account_id: int, erasure: str, meant: ColumnElement[bool]) -> Sequence[int]:
    """An erasure carries out these requests; those whose receipt it is."""
    mine = _R.account_id == account_id, meant, _R.erasure == ""
    return list(db.execute(update(_R).where(*mine).values(erasure=erasure).returning(_R.id)).scalars())


def leave_tickets(db: Session, ids: Sequence[int]) -> None:
    """These tickets are erased: what they ask for goes with them, but for who waits for a receipt."""
    db.execute(delete(_R).where(_R.ticket_id.in_(ids), _R.erasure == ""))
    db.execute(update(_R).where(_R.ticket_id.in_(ids)).values(ticket_id=None))


def forget_addresses(db: Session, account_id: int, addresses: Sequence[str]) -> None:
    """These addresses, in small letters, are erased: likewise."""
    theirs = _R.account_id == account_id, func.lower(_R.address).in_(addresses), _R.erasure == ""
    db.execute(delete(_R).where(*theirs))


def find_receiver(db: Session, request_id: int) -> Receiver | None:
    """Who waits for a receipt; None if nobody does (any more)."""
    columns = _R.id, _R.account_id, Account.name, _R.address, _R.locale, _R.erasure, _R.delivery_id
    whose = select(*columns).join(Account, Account.id == _R.account_id)
    found = db.execute(whose.where(_R.id == request_id, _R.erasure != "", _R.address != "")).first()
    return Receiver(*found) if found else None


def is_unsent(db: Session, receiver: Receiver) -> bool:
    """Whether no receipt is on its way to them; whoever asks meanwhile waits for this transaction's end."""
    unsent = select(_R.id).where(_R.id == receiver.id, _R.delivery_id.is_(None)).with_for_update()
    return db.execute(unsent).first() is not None


def send_off(db: Session, receiver: Receiver, delivery_id: int) -> None:
    """The receipt is on its way to them."""
    db.execute(update(_R).where(_R.id == receiver.id).values(delivery_id=delivery_id))


def has_gone(db: Session, receiver: Receiver) -> bool:
    """Whether the receipt is sent, or has failed for good."""
    under_way = select(Delivery.id).where(Delivery.id == receiver.delivery_id, Delivery.finished_at.is_(None))
    return db.execute(under_way).first() is None


def forget(db: Session, receiver: Receiver, *, now: datetime) -> str:
    """They have the receipt: their address goes, and the mail; what is left of that are bytes of this hash.

    "" where there is none. Without its ticket the whole request goes.
    """
    gone = delete(Delivery).where(Delivery.id == receiver.delivery_id).returning(Delivery.raw_sha256)
    sha256 = db.execute(gone).scalar() or ""
    db.execute(delete(_R).where(_R.id == receiver.id, _R.ticket_id.is_(None)))
    db.execute(update(_R).where(_R.id == receiver.id).values(address="", delivery_id=None))
    outbox.done_for(db, Topic.RECEIPT, receiver.id)
    outbox.put(db, Topic.WIPE, receiver.id, now=now)
    return sha256


def forget_orphans(db: Session) -> int:
    """Remove requests whose ticket has gone and that wait for nothing; how many."""
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
_FORGET = delete(_TABLE).where(
    _TABLE.c.ticket_id.is_(None), or_(_TABLE.c.erasure == "", _TABLE.c.address == "")
)
