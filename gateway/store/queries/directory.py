"""All customers, groups and contacts of an account, as files are compared with and written from them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select
from sqlalchemy.orm import Session

from gateway.store.models import (
    Contact,
    ContactAddress,
    Customer,
    CustomerDomain,
    CustomerGroup,
    CustomerGroupMember,
    table,
)

BLOCK = 500
_CUSTOMER, _CONTACT, _ADDRESS = table(Customer).c, table(Contact).c, table(ContactAddress).c
_DOMAIN, _GROUP, _MEMBER = table(CustomerDomain).c, table(CustomerGroup).c, table(CustomerGroupMember).c


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as it is written into a file."""

    public_id: str
    name: str
    addresses: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer with its people; `public_id` is empty for those who belong to none."""

    public_id: str
    name: str
    domains: tuple[str, ...]
    groups: tuple[str, ...]
    note: str
    people: tuple[Person, ...]


_CUSTOMERS = (
    select(_CUSTOMER.id, _CUSTOMER.public_id, _CUSTOMER.name, _CUSTOMER.note)
    .where(_CUSTOMER.account_id == bindparam("account"), _CUSTOMER.id > bindparam("seen"))
    .order_by(_CUSTOMER.id)
    .limit(bindparam("most", type_=Integer()))
)
_DOMAINS = (
    select(_DOMAIN.customer_id, _DOMAIN.domain)
    .where(_DOMAIN.customer_id.in_(bindparam("ids", expanding=True)))
    .order_by(_DOMAIN.domain)
)
_GROUPS = (
    select(_MEMBER.customer_id, _GROUP.name)
    .join(table(CustomerGroup), _GROUP.id == _MEMBER.group_id)
    .where(_MEMBER.customer_id.in_(bindparam("ids", expanding=True)))
    .order_by(_GROUP.name_key)
)
_PEOPLE = (
    select(_CONTACT.customer_id, _CONTACT.id, _CONTACT.public_id, _CONTACT.name, _CONTACT.note)
    .where(_CONTACT.account_id == bindparam("account"), _CONTACT.merged_into_id.is_(None))
    .order_by(_CONTACT.id)
)
_OF_CUSTOMERS = _PEOPLE.where(_CONTACT.customer_id.in_(bindparam("ids", expanding=True)))
_LOOSE = _PEOPLE.where(_CONTACT.customer_id.is_(None), _CONTACT.id > bindparam("seen")).limit(
    bindparam("most", type_=Integer())
)
_ADDRESSES = (
    select(_ADDRESS.contact_id, _ADDRESS.address)
    .where(_ADDRESS.contact_id.in_(bindparam("ids", expanding=True)))
    .order_by(_ADDRESS.id)
)
_ALL_GROUPS = select(_GROUP.public_id, _GROUP.name).where(_GROUP.account_id == bindparam("account"))


def list_customers_with_people(db: Session, account_id: int, *, seen: int = 0) -> tuple[list[Entry], int]:
    """The next customers in the order in which they were made, and where the following ones begin."""
    values = {"account": account_id, "seen": seen, "most": BLOCK}
    rows = db.connection().execute(_CUSTOMERS, values).all()
    ids = [row.id for row in rows]
    people = _people(db, _OF_CUSTOMERS, {"account": account_id, "ids": ids}) if ids else {}
    domains, groups = (_texts(db, statement, ids) for statement in (_DOMAINS, _GROUPS))
    entries = [
        Entry(
            row.public_id, row.name, domains[row.id], groups[row.id], row.note, tuple(people.get(row.id, ()))
        )
        for row in rows
    ]
    return entries, ids[-1] if ids else 0


def list_people_without_customer(db: Session, account_id: int, *, seen: int = 0) -> tuple[Entry, int]:
    """The next people who belong to no customer, and where the following ones begin; 0 after the last."""
    values = {"account": account_id, "seen": seen, "most": BLOCK}
    rows = db.connection().execute(_LOOSE, values).all()
    people = _people(db, _LOOSE, values).get(None, [])
    return Entry("", "", (), (), "", tuple(people)), rows[-1].id if rows else 0


def list_all(db: Session, account_id: int) -> Iterator[Entry]:
    """Every customer with its people, and at the end the people without one."""
    for read in (_customers, _loose):
        yield from read(db, account_id)


def groups_by_name(db: Session, account_id: int) -> dict[str, str]:
    """The public ids of the account's groups by their names."""
    rows = db.connection().execute(_ALL_GROUPS, {"account": account_id})
    return {name: public_id for public_id, name in rows}


def _customers(db: Session, account_id: int) -> Iterator[Entry]:
    entries, seen = list_customers_with_people(db, account_id)
    while entries:
        yield from entries
        entries, seen = list_customers_with_people(db, account_id, seen=seen)


def _loose(db: Session, account_id: int) -> Iterator[Entry]:
    entry, seen = list_people_without_customer(db, account_id)
    while seen:
        yield entry
        entry, seen = list_people_without_customer(db, account_id, seen=seen)


def _people(
    db: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, object]
) -> dict[int | None, list[Person]]:
    rows = db.connection().execute(statement, values).all()
    addresses = _texts(db, _ADDRESSES, [row.id for row in rows])
    found: dict[int | None, list[Person]] = defaultdict(list)
    for customer_id, contact_id, public_id, name, note in rows:
        found[customer_id].append(Person(public_id, name, addresses[contact_id], note))
    return found


def _texts(db: Session, statement: Select[*tuple[Any, ...]], ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The texts of each of these rows, none where there are none."""
    found: dict[int, list[str]] = {row_id: [] for row_id in ids}
    for start in range(0, len(ids), BLOCK):
        for row_id, one in db.connection().execute(statement, {"ids": ids[start : start + BLOCK]}):
            found[row_id].append(one)
    return {row_id: tuple(texts) for row_id, texts in found.items()}
