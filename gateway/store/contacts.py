"""Contacts: found by address, made when somebody writes for the first time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii
from gateway.store.models import Contact, ContactAddress, CustomerDomain, Staff, table
from gateway.store.session import inserted_id

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
    """Whether somebody of the account's staff has this address, whatever its case."""
    values = {"account": account_id, "address": address.lower()}
    return db.connection().execute(_STAFF, values).first() is not None


_ADDRESS, _DOMAIN = table(ContactAddress).c, table(CustomerDomain).c
_KNOWN = (
    select(table(Contact).c.id, table(Contact).c.customer_id)
    .join(table(ContactAddress), _ADDRESS.contact_id == table(Contact).c.id)
    .where(_ADDRESS.account_id == bindparam("account"), _ADDRESS.address == bindparam("address"))
)
_BY_DOMAIN = select(_DOMAIN.customer_id).where(
    _DOMAIN.account_id == bindparam("account"), _DOMAIN.domain == bindparam("domain")
)
_STAFF = select(table(Staff).c.id).where(
    table(Staff).c.account_id == bindparam("account"),
    func.lower(table(Staff).c.email) == bindparam("address"),
)
_JOIN = (
    update(table(Contact))
    .where(table(Contact).c.id == bindparam("contact"))
    .values(customer_id=bindparam("customer"))
)
_INSERT_CONTACT = insert(table(Contact))
_INSERT_ADDRESS = insert(table(ContactAddress))


def _create(db: Session, account_id: int, who: Address, customer_id: int | None, now: datetime) -> int:
    values = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "customer_id": customer_id,
        "name": who.name[:_MAX_NAME],
        "created_at": now,
    }
    contact_id = inserted_id(db, _INSERT_CONTACT, values)
    address = {"account_id": account_id, "contact_id": contact_id, "address": who.key[:_MAX_ADDRESS]}
    db.connection().execute(_INSERT_ADDRESS, address)
    return contact_id
