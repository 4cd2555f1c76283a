"""Read models of installed systems: those of a customer, one that knocks at a relay, and who is called."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.remote import Scope, State, known
from gateway.rules.systems import Presence
from gateway.store import seeing
from gateway.store.models import (
    Account,
    Customer,
    RemoteEnrolCode,
    RemoteSession,
    RemoteSystem,
    Ticket,
)

_S = RemoteSystem


@dataclass(frozen=True, slots=True)
class SystemView:
    """A system as staff see it; `customer` by public id."""

    id: int
    public_id: str
    customer: str
    customer_name: str
    name: str
    platform: str
    unattended: tuple[Scope, ...]
    presence: Presence
    enrolled_at: datetime
    box_key: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """A system as its relay finds it; `is_removed`: it was there once."""

    id: int
    public_id: str
    name: str
    business: str
    customer: str
    sign_key: bytes
    box_key: bytes
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A session that waits for a system; `sealed` is its link for that system alone."""

    system_id: int
    session: str
    sealed: bytes


def list_of_customer(db: Session, sight: Sight, customer_id: int) -> tuple[SystemView, ...]:
    """All systems of a customer by name."""
    return _views(db, sight, _OF_CUSTOMER, {"customer": customer_id})


def list_of_ticket(db: Session, sight: Sight, ticket_id: int) -> tuple[SystemView, ...]:
    """All systems of a ticket's customer by name; none where they do not see the customer."""
    return _views(db, sight, _OF_TICKET, {"ticket": ticket_id})


def find(db: Session, sight: Sight, public_id: str) -> SystemView | None:
    """One system; None for one that was removed or that they do not see."""
    found = _views(db, sight, _ONE, {"public_id": public_id})
    return found[0] if found else None


def find_known(db: Session, public_id: str) -> Known | None:
    """The system of this id, in whichever account."""
    row = db.execute(_KNOWN, {"public_id": public_id}).first()
    if row is None:
        return None
    return Known(
        id=row.id,
        public_id=public_id,
        name=row.name,
        business=row.business,
        customer=row.customer or "",
        sign_key=row.sign_key,
        box_key=row.box_key,
        is_removed=row.removed_at is not None or row.customer_id is None,
    )


def names_for(db: Session, account_id: int, customer_id: int) -> tuple[str, str]:
    """Of the business and of the customer."""
    row = db.execute(_NAMES, {"account": account_id, "customer": customer_id}).one()
    return row.business, row.customer


def count_of_customer(db: Session, account_id: int, customer_id: int) -> int:
    """How many systems a customer has."""
    theirs = _S.account_id == account_id, _S.customer_id == customer_id, _S.removed_at.is_(None)
    return db.execute(select(func.count()).where(*theirs)).scalar_one()


def count_codes(db: Session, account_id: int, customer_id: int, *, now: datetime) -> int:
    """By how many codes a system can yet become the customer's."""
    theirs = RemoteEnrolCode.account_id == account_id, RemoteEnrolCode.customer_id == customer_id
    return db.execute(select(func.count()).where(*theirs, RemoteEnrolCode.expires_at > now)).scalar_one()


def present(db: Session, system_ids: Collection[int]) -> frozenset[int]:
    """Which of these have not been removed."""
    there = _S.id.in_(system_ids), _S.removed_at.is_(None), _S.customer_id.is_not(None)
    return frozenset(db.execute(select(_S.id).where(*there)).scalars())


def calls(db: Session, system_ids: Collection[int], *, now: datetime) -> tuple[Call, ...]:
    """The sessions that wait for one of these, the oldest first."""
    waiting = (
        RemoteSession.system_id.in_(system_ids),
        RemoteSession.state == State.WAITING.value,
        RemoteSession.expires_at > now,
        RemoteSession.sealed_call.is_not(None),
    )
    columns = RemoteSession.system_id, RemoteSession.public_id, RemoteSession.sealed_call
    rows = db.execute(select(*columns).where(*waiting).order_by(RemoteSession.id))
    return tuple(Call(row[0] or 0, row[1], row[2] or b"") for row in rows)


_VIEW = (
    select(
        _S.id,
        _S.public_id,
        Customer.public_id.label("customer"),
        Customer.name.label("customer_name"),
        _S.name,
        _S.platform,
        _S.unattended,
        _S.relay_url,
        _S.seen_at,
        _S.enrolled_at,
        _S.box_key,
    )
    .join(Customer, Customer.id == _S.customer_id)
    .where(_S.account_id == bindparam("account"), _S.removed_at.is_(None))
    .order_by(func.lower(_S.name), _S.id)
)
_OF_CUSTOMER = seeing.Scoped(_VIEW.where(_S.customer_id == bindparam("customer")), within=seeing.CUSTOMERS)
_OF_TICKET = seeing.Scoped(
    _VIEW.join(Ticket, Ticket.customer_id == _S.customer_id).where(
        Ticket.account_id == bindparam("account"), Ticket.id == bindparam("ticket")
    ),
    within=seeing.CUSTOMERS,
)
_ONE = seeing.Scoped(_VIEW.where(_S.public_id == bindparam("public_id")), within=seeing.CUSTOMERS)
_KNOWN = (
    select(
        _S.id,
        _S.customer_id,
        _S.removed_at,
        _S.name,
        _S.sign_key,
        _S.box_key,
        Account.name.label("business"),
        Customer.name.label("customer"),
    )
    .join(Account, Account.id == _S.account_id)
    .outerjoin(Customer, Customer.id == _S.customer_id)
    .where(_S.public_id == bindparam("public_id"))
)
_NAMES = (
    select(Account.name.label("business"), Customer.name.label("customer"))
    .join(Customer, Customer.account_id == Account.id)
    .where(Account.id == bindparam("account"), Customer.id == bindparam("customer"))
)


def _views(
    db: Session, sight: Sight, wanted: seeing.Scoped, values: dict[str, object]
) -> tuple[SystemView, ...]:
    rows = db.execute(wanted.of(sight), seeing.values(sight) | values)
    return tuple(map(_view, rows))


def _view(row: Row[*tuple[Any, ...]]) -> SystemView:
    return SystemView(
        id=row.id,
        public_id=row.public_id,
        customer=row.customer,
        customer_name=row.customer_name,
        name=row.name,
        platform=row.platform,
        unattended=known(row.unattended),
        presence=Presence(row.relay_url, row.seen_at),
        enrolled_at=row.enrolled_at,
        box_key=row.box_key,
    )
