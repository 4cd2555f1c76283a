"""Contacts: found by address, made when somebody writes for the first time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.store.models import Contact, ContactAddress, CustomerDomain, Staff

_MAX_NAME = 300


@dataclass(frozen=True, slots=True)
class Known:
    """A contact and the customer it belongs to, if any; `is_new` if it was just made."""

    contact_id: int
    customer_id: int | None
    is_new: bool = False


def recognise(db: Session, account_id: int, who: Address, *, now: datetime) -> Known:
    """The contact with this address; a new one joins the customer whose domain it has."""
    mine = ContactAddress.account_id == account_id, ContactAddress.address == who.key
    found = db.execute(_KNOWN.where(*mine)).tuples().first()
    if found is not None:
        return Known(*found)
    customer_id = customer_by_domain(db, account_id, who.domain)
    return Known(_create(db, account_id, who, customer_id, now), customer_id, is_new=True)


def customer_by_domain(db: Session, account_id: int, domain: str) -> int | None:
    """The customer whose mail domain this is."""
    mine = CustomerDomain.account_id == account_id, CustomerDomain.domain == domain
    return db.execute(select(CustomerDomain.customer_id).where(*mine)).scalar()


def is_staff_address(db: Session, account_id: int, address: str) -> bool:
    """Whether somebody of the account's staff has this address."""
    mine = Staff.account_id == account_id, Staff.email == address
    return db.execute(select(Staff.id).where(*mine)).first() is not None


_KNOWN = select(Contact.id, Contact.customer_id).join(ContactAddress, ContactAddress.contact_id == Contact.id)


def _create(db: Session, account_id: int, who: Address, customer_id: int | None, now: datetime) -> int:
    values = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "customer_id": customer_id,
        "name": who.name[:_MAX_NAME],
        "created_at": now,
    }
    contact_id: int = db.execute(insert(Contact).returning(Contact.id), values).scalar_one()
    address = {"account_id": account_id, "contact_id": contact_id, "address": who.key}
    db.execute(insert(ContactAddress), address)
    return contact_id
