"""Read models of customers and their contacts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii
from gateway.rules.access import Sight
from gateway.store import search, seeing
from gateway.store.models import (
    Contact,
    ContactAddress,
    Customer,
    CustomerDomain,
    CustomerGroup,
    CustomerGroupMember,
)
from gateway.store.queries.groups import GroupRef, groups_of
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person who writes, with their addresses."""

    public_id: str
    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer with its domains, its contacts and the groups that it is in."""

    public_id: str
    name: str
    created_at: datetime
    domains: tuple[str, ...]
    contacts: tuple[ContactView, ...]
    groups: tuple[GroupRef, ...]
    note: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in a list."""

    public_id: str
    name: str
    created_at: datetime
    contact_count: int


_THEIRS = Contact.customer_id == Customer.id, Contact.merged_into_id.is_(None)
_CONTACTS = select(func.count()).where(*_THEIRS).correlate(Customer)
_MINE = (
    select(Customer.public_id, Customer.name, Customer.created_at, _CONTACTS.scalar_subquery(), Customer.id)
    .where(Customer.account_id == bindparam("account"))
    .order_by(Customer.id.desc())
)


_ONE = seeing.Scoped(
    select(Customer).where(
        Customer.account_id == bindparam("account"), Customer.public_id == bindparam("public_id")
    ),
    within=seeing.CUSTOMERS,
)


@lru_cache(maxsize=64)
def _listed(*, terms: int, of_group: bool, after: bool, within: bool) -> Select[*tuple[Any, ...]]:
    """The list's statement; each shape is built once, as every ticket's page asks."""
    statement = _MINE.where(seeing.CUSTOMERS) if within else _MINE
    if terms:
        theirs = select(Contact.customer_id).where(
            Contact.account_id == bindparam("account"),
            Contact.customer_id.is_not(None),
            Contact.merged_into_id.is_(None),
            search.holding(Contact.words.expression, terms),
        )
        named = search.holding(Customer.words.expression, terms)
        statement = statement.where(or_(named, Customer.id.in_(theirs)))
    if of_group:
        statement = statement.join(CustomerGroupMember, CustomerGroupMember.customer_id == Customer.id).join(
            CustomerGroup, CustomerGroup.id == CustomerGroupMember.group_id
        )
        statement = statement.where(CustomerGroup.public_id == bindparam("group"))
    if after:
        statement = statement.where(Customer.id < bindparam("seen"))
    return statement.limit(bindparam("most", type_=Integer()))


def list_customers(
    db: Session,
    sight: Sight,
    *,
    query: str = "",
    group: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[CustomerRow]:
    """A page of customers, newest first; with a group, of those that are in it.

    With a query, of those that have its words in name or domains, or in name or address of one contact.
    """
    found = search.patterns(query)
    if query.strip() and not found:
        return Page((), None)
    values = seeing.values(sight) | {"most": check_limit(limit) + 1, "group": group} | search.bound(found)
    if after:
        values["seen"] = position(after).id
    is_within = sight.reach is not None
    statement = _listed(terms=len(found), of_group=group is not None, after=bool(after), within=is_within)
    rows = db.connection().execute(statement, values).all()
    last = rows[limit - 1] if len(rows) > limit else None
    items = tuple(CustomerRow(*row[:4]) for row in rows[:limit])
    return Page(items, cursor(Position(last[2], last[4])) if last else None)


def get_customer(db: Session, sight: Sight, public_id: str) -> CustomerView:
    """A customer; NotFound also for one that they do not see."""
    account_id, wanted = sight.account_id, seeing.values(sight) | {"public_id": public_id}
    found = db.execute(_ONE.of(sight), wanted).scalar()
    if found is None:
        raise NotFound("There is no such customer.")
    domains = (
        select(CustomerDomain.domain)
        .join(Customer, Customer.id == CustomerDomain.customer_id)
        .where(Customer.account_id == account_id, Customer.id == found.id)
    )
    return CustomerView(
        public_id=found.public_id,
        name=found.name,
        created_at=found.created_at,
        domains=tuple(db.execute(domains.order_by(CustomerDomain.domain)).scalars()),
        contacts=_contacts(db, account_id, found.id),
        groups=groups_of(db, sight, public_id),
        note=found.note,
    )


def _contacts(db: Session, account_id: int, customer_id: int) -> tuple[ContactView, ...]:
    mine = (
        select(Contact.public_id, Contact.name, ContactAddress.address)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(Contact.account_id == account_id, Contact.customer_id == customer_id)
        .order_by(Contact.id.desc(), ContactAddress.id)
        .limit(1000)
    )
    people: dict[tuple[str, str], list[str]] = defaultdict(list)
    for public_id, name, address in db.execute(mine):
        people[public_id, name].append(address)
    return tuple(ContactView(*who, tuple(addresses)) for who, addresses in people.items())


def names_by_address(db: Session, account_id: int, people: Sequence[Address]) -> tuple[str, ...]:
    """The customers whose people these are, by address or else by mail domain: each once, by name."""
    if not people:
        return ()
    mine = (
        select(ContactAddress.address, Customer.id, Customer.name)
        .join(Contact, Contact.id == ContactAddress.contact_id)
        .join(Customer, Customer.id == Contact.customer_id)
        .where(ContactAddress.account_id == account_id)
        .where(ContactAddress.address.in_({who.key for who in people}))
    )
    known = {address: (customer_id, name) for address, customer_id, name in db.execute(mine)}
    domains = {domain_to_ascii(who.domain) for who in people if who.key not in known}
    theirs = (
        select(Customer.id, Customer.name)
        .join(CustomerDomain, CustomerDomain.customer_id == Customer.id)
        .where(CustomerDomain.account_id == account_id, CustomerDomain.domain.in_(domains))
    )
    found = {*known.values(), *((row.id, row.name) for row in db.execute(theirs))}
    return tuple(name for _id, name in sorted(found, key=lambda one: (one[1].casefold(), one[0])))
