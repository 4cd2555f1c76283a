"""Read models of the people who write."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.store import search, seeing
from gateway.store.models import Contact, ContactAddress, ContactMerge, Customer, Ticket, table
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position
from gateway.store.queries.tickets import CustomerRef


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts: those found by words, of a customer, or of none."""

    query: str = ""
    customer: str | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person who writes, in a list; `customer` is None where they belong to none."""

    public_id: str
    name: str
    addresses: tuple[str, ...]
    customer: CustomerRef | None


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """A person who writes, with what is noted about them."""

    public_id: str
    name: str
    addresses: tuple[str, ...]
    customer: CustomerRef | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MergeView:
    """That somebody became part of a contact, and the addresses that they brought."""

    public_id: str
    name: str
    addresses: tuple[str, ...]
    merged_at: datetime


_CONTACT, _ADDRESS, _CUSTOMER = table(Contact).c, table(ContactAddress).c, table(Customer).c
_ROWS = (
    select(
        _CONTACT.id,
        _CONTACT.public_id,
        _CONTACT.name,
        _CUSTOMER.public_id,
        _CUSTOMER.name,
        _CONTACT.created_at,
        _CONTACT.note,
    )
    .select_from(table(Contact))
    .outerjoin(table(Customer), _CUSTOMER.id == _CONTACT.customer_id)
    .where(_CONTACT.account_id == bindparam("account"))
)
_NAMED = select(func.coalesce(_CONTACT.merged_into_id, _CONTACT.id)).where(
    _CONTACT.account_id == bindparam("account"), _CONTACT.public_id == bindparam("contact")
)
_ONE = seeing.Scoped(
    _ROWS.where(_CONTACT.id == _NAMED.correlate(None).scalar_subquery()), within=seeing.CONTACTS
)
_LISTED = _ROWS.where(_CONTACT.merged_into_id.is_(None))
_SOURCE = table(Contact).alias("source")
_MERGES = (
    select(table(ContactMerge).c.public_id, _SOURCE.c.name, table(ContactMerge).c.addresses)
    .add_columns(table(ContactMerge).c.merged_at)
    .join(_SOURCE, _SOURCE.c.id == table(ContactMerge).c.source_id)
    .join(table(Contact), _CONTACT.id == _SOURCE.c.merged_into_id)
    .where(_CONTACT.account_id == bindparam("account"), _CONTACT.public_id == bindparam("contact"))
    .where(table(ContactMerge).c.merged_at >= bindparam("since"))
    .order_by(table(ContactMerge).c.id.desc())
)
_REQUESTER = seeing.Scoped(
    select(_CONTACT.public_id)
    .join(table(Ticket), table(Ticket).c.contact_id == _CONTACT.id)
    .where(_CONTACT.account_id == bindparam("account"), table(Ticket).c.id == bindparam("ticket")),
    within=seeing.CONTACTS,
)
_ADDRESSES = (
    select(_ADDRESS.contact_id, _ADDRESS.address)
    .join(table(Contact), _CONTACT.id == _ADDRESS.contact_id)
    .where(_CONTACT.account_id == bindparam("account"))
    .where(_CONTACT.id.in_(bindparam("contacts", expanding=True)))
    .order_by(_ADDRESS.id)
)


def list_contacts(
    db: Session, sight: Sight, wanted: ContactFilter, *, after: str | None = None, limit: int = 50
) -> Page[ContactRow]:
    """A page of contacts, newest first."""
    found = search.patterns(wanted.query)
    if wanted.query.strip() and not found:
        return Page((), None)
    values: dict[str, object] = {
        **seeing.values(sight),
        "customer": wanted.customer,
        "most": check_limit(limit) + 1,
        **search.bound(found),
    }
    if after:
        values["seen"] = position(after).id
    statement = _listed(
        terms=len(found),
        of_customer=wanted.customer is not None,
        loose=wanted.loose,
        after=bool(after),
        within=sight.reach is not None,
    )
    rows = db.connection().execute(statement, values).all()
    shown, last = rows[:limit], rows[limit - 1] if len(rows) > limit else None
    addresses = _addresses(db, sight.account_id, [row[0] for row in shown])
    items = tuple(
        ContactRow(row[1], row[2], addresses.get(row[0], ()), _customer(row[3], row[4])) for row in shown
    )
    return Page(items, cursor(Position(last[5], last[0])) if last else None)


def get_contact(db: Session, sight: Sight, public_id: str) -> ContactDetail:
    """A contact, or the one it was merged into; NotFound also for one that they do not see."""
    wanted = seeing.values(sight) | {"contact": public_id}
    row = db.connection().execute(_ONE.of(sight), wanted).first()
    if row is None:
        raise NotFound("There is no such contact.")
    addresses = _addresses(db, sight.account_id, [row[0]]).get(row[0], ())
    return ContactDetail(row[1], row[2], addresses, _customer(row[3], row[4]), row[6], row[5])


def list_merges(db: Session, account_id: int, public_id: str, *, since: datetime) -> tuple[MergeView, ...]:
    """Who became part of the contact since then, newest first."""
    values = {"account": account_id, "contact": public_id, "since": since}
    rows = db.connection().execute(_MERGES, values)
    return tuple(MergeView(merge, name or "", tuple(brought), at) for merge, name, brought, at in rows)


def find_requester(db: Session, sight: Sight, ticket_id: int) -> str | None:
    """The public id of the contact whose request a ticket is, if they see the contact."""
    wanted = seeing.values(sight) | {"ticket": ticket_id}
    return db.connection().execute(_REQUESTER.of(sight), wanted).scalar()


@lru_cache(maxsize=64)
def _listed(
    *, terms: int, of_customer: bool, loose: bool, after: bool, within: bool
) -> Select[*tuple[Any, ...]]:
    """The list's statement; building it takes longer than running it, so each shape is built once."""
    statement = _LISTED.where(seeing.CONTACTS) if within else _LISTED
    if terms:
        statement = statement.where(search.holding(_CONTACT.words, terms))
    if of_customer:
        statement = statement.where(_CUSTOMER.public_id == bindparam("customer"))
    if loose:
        statement = statement.where(_CONTACT.customer_id.is_(None))
    if after:
        statement = statement.where(_CONTACT.id < bindparam("seen"))
    return statement.order_by(_CONTACT.id.desc()).limit(bindparam("most", type_=Integer()))


def _addresses(db: Session, account_id: int, contacts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    if not contacts:
        return {}
    found: dict[int, list[str]] = defaultdict(list)
    values = {"account": account_id, "contacts": list(contacts)}
    for contact_id, address in db.connection().execute(_ADDRESSES, values):
        found[contact_id].append(address)
    return {contact_id: tuple(addresses) for contact_id, addresses in found.items()}


def _customer(public_id: str | None, name: str | None) -> CustomerRef | None:
    return CustomerRef(public_id, name or "") if public_id else None
