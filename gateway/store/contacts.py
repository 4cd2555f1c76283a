"""Contacts: found by address, made when somebody writes for the first time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii
from gateway.store.holders import works_here
from gateway.store.models import Contact, ContactAddress, CustomerDomain, Staff, table
from gateway.store.search import words_of
from gateway.store.session import inserted_id
from gateway.store.upsert import insert_into

_MAX_NAME = 300
_MAX_ADDRESS = 320  # RFC 5321, 4.5.3.1; what is longer reaches nobody


@dataclass(frozen=True, slots=True)
class Known:
    """A contact and the customer it belongs to, if any; `is_new` if it was just made."""

    contact_id: int
    customer_id: int | None
    is_new: bool = False


def recognise(db: Session, account_id: int, who: Address, *, now: datetime) -> Known:
    """The contact with this address; one without a customer joins that whose domain it has."""
    address = who.key[:_MAX_ADDRESS]
    found = db.connection().execute(_KNOWN, {"account": account_id, "address": address}).first()
    if found is not None and found.merged_into_id is not None:  # just now: its row was waited for
        found = db.connection().execute(_LED_TO, {"contact": found.merged_into_id}).one()
    if found is not None and found.customer_id is not None:
        return Known(found.id, found.customer_id)
    customer_id = customer_by_domain(db, account_id, domain_to_ascii(who.domain))
    if found is not None:
        if customer_id is not None:  # its domain was named after it wrote for the first time
            db.connection().execute(_JOIN, {"contact": found.id, "customer": customer_id})
        return Known(found.id, customer_id)
    return Known(_create(db, account_id, who, customer_id, now), customer_id, is_new=True)


def customer_by_domain(db: Session, account_id: int, domain: str) -> int | None:
    """The customer whose mail domain this is."""
    return db.connection().execute(_BY_DOMAIN, {"account": account_id, "domain": domain}).scalar()


def is_staff_address(db: Session, account_id: int, address: str) -> bool:
    """Whether somebody who works in the account, as no guest, has shown that this address is theirs.

    Its case does not matter.
    """
    values = {"account": account_id, "address": address.lower()}
    return db.connection().execute(_STAFF, values).first() is not None


def add_address(db: Session, account_id: int, contact_id: int, address: str) -> bool:
    """Whether the address is new to the account, and the contact's from now on; it is compared as given."""
    values = {"account_id": account_id, "contact_id": contact_id, "address": address}
    return db.connection().execute(_add_address(db.get_bind().dialect.name), values).first() is not None


def addresses_of(db: Session, account_id: int, contact_id: int) -> tuple[str, ...]:
    """The contact's addresses, oldest first."""
    theirs = _ADDRESS.account_id == account_id, _ADDRESS.contact_id == contact_id
    return tuple(db.execute(select(_ADDRESS.address).where(*theirs).order_by(_ADDRESS.id)).scalars())


def remove_address(db: Session, account_id: int, contact_id: int, address: str) -> None:
    """Let the address be nobody's."""
    theirs = _ADDRESS.account_id == account_id, _ADDRESS.contact_id == contact_id
    db.execute(delete(table(ContactAddress)).where(*theirs, _ADDRESS.address == address))


def write(db: Session, account_id: int, contact_id: int, values: Mapping[str, object]) -> None:
    """Set some columns of a contact, and the words by which it is found."""
    mine = table(Contact).c.account_id == account_id, table(Contact).c.id == contact_id
    if values:
        db.execute(update(table(Contact)).where(*mine).values(**values))
    name = db.execute(select(table(Contact).c.name).where(*mine)).scalar_one()
    words = words_of(name, *addresses_of(db, account_id, contact_id))
    db.execute(update(table(Contact)).where(*mine).values(words=words))


_ADDRESS, _DOMAIN = table(ContactAddress).c, table(CustomerDomain).c
_COLUMNS = table(Contact).c.id, table(Contact).c.customer_id, table(Contact).c.merged_into_id
_KNOWN = (
    select(*_COLUMNS)
    .join(table(ContactAddress), _ADDRESS.contact_id == table(Contact).c.id)
    .where(_ADDRESS.account_id == bindparam("account"), _ADDRESS.address == bindparam("address"))
    # As a ticket's reference to it will: so a merge comes before or after, never in between.
    .with_for_update(read=True, key_share=True, of=table(Contact))
)
_LED_TO = select(*_COLUMNS).where(table(Contact).c.id == bindparam("contact"))
_BY_DOMAIN = select(_DOMAIN.customer_id).where(
    _DOMAIN.account_id == bindparam("account"), _DOMAIN.domain == bindparam("domain")
)
_STAFF = select(table(Staff).c.id).where(
    table(Staff).c.account_id == bindparam("account"),
    func.lower(table(Staff).c.email) == bindparam("address"),
    table(Staff).c.email_confirmed_at.is_not(None),  # else anybody could say that a customer's is theirs
    works_here(),
)
_JOIN = (
    update(table(Contact))
    .where(table(Contact).c.id == bindparam("contact"))
    .values(customer_id=bindparam("customer"))
)
_INSERT_CONTACT = insert(table(Contact))
_INSERT_ADDRESS = insert(table(ContactAddress))


def _create(db: Session, account_id: int, who: Address, customer_id: int | None, now: datetime) -> int:
    name, address = who.name[:_MAX_NAME], who.key[:_MAX_ADDRESS]
    values = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "customer_id": customer_id,
        "name": name,
        "words": words_of(name, address),
        "created_at": now,
    }
    contact_id = inserted_id(db, _INSERT_CONTACT, values)
    theirs = {"account_id": account_id, "contact_id": contact_id, "address": address}
    db.connection().execute(_INSERT_ADDRESS, theirs)
    return contact_id


@cache
def _add_address(dialect: str) -> Insert:
    keep = insert_into(dialect, table(ContactAddress)).on_conflict_do_nothing()
    return keep.returning(_ADDRESS.id)
