"""Customers, named freely, with their mail domains and the people who write for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii, writable_address
from gateway.rules.access import Actor, Permission, require
from gateway.store import contacts
from gateway.store.models import Contact, Customer, CustomerDomain, Ticket

MAX_NAME_CHARS = 200
MAX_DOMAINS = 100


def create(db: Session, by: Actor, *, name: str, domains: Sequence[str] = (), now: datetime) -> str:
    """A new customer; returns its public id. Invalid names the field at fault."""
    require(by, Permission.EDIT_CUSTOMERS)
    customer = Customer(public_id=new_public_id(), account_id=by.account_id, name=_name(name), created_at=now)
    db.add(customer)
    db.flush()
    _set_domains(db, by.account_id, customer.id, domains)
    return customer.public_id


def change(
    db: Session,
    by: Actor,
    public_id: str,
    *,
    name: str | None = None,
    domains: Sequence[str] | None = None,
) -> None:
    """Rename a customer or set its domains; NotFound for a foreign one."""
    require(by, Permission.EDIT_CUSTOMERS)
    customer = _get(db, by.account_id, public_id)
    if name is not None:
        customer.name = _name(name)
    if domains is not None:
        _set_domains(db, by.account_id, customer.id, domains)


def add_contact(db: Session, by: Actor, public_id: str, *, name: str, address: str, now: datetime) -> None:
    """Let a person belong to a customer; one known by this address moves there, with their tickets."""
    require(by, Permission.EDIT_CUSTOMERS)
    customer = _get(db, by.account_id, public_id)
    who = Address(" ".join(name.split())[:300], writable_address(address.strip()))
    known = contacts.recognise(db, by.account_id, who, now=now)
    values: dict[str, object] = {"customer_id": customer.id}
    if who.name:
        values["name"] = who.name
    mine = Contact.account_id == by.account_id, Contact.id == known.contact_id
    db.execute(update(Contact).where(*mine).values(**values))
    theirs = Ticket.account_id == by.account_id, Ticket.contact_id == known.contact_id
    db.execute(update(Ticket).where(*theirs).values(customer_id=customer.id))


def id_of(db: Session, account_id: int, public_id: str) -> int:
    """The key of a customer's row; NotFound for a foreign one."""
    return _get(db, account_id, public_id).id


def _get(db: Session, account_id: int, public_id: str) -> Customer:
    mine = Customer.account_id == account_id, Customer.public_id == public_id
    customer = db.execute(select(Customer).where(*mine)).scalar()
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer


def _name(name: str) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= MAX_NAME_CHARS:
        raise Invalid(f"A name has 1 to {MAX_NAME_CHARS} characters.", field="name")
    return wanted


def _set_domains(db: Session, account_id: int, customer_id: int, domains: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(_domain(domain) for domain in domains))
    if len(wanted) > MAX_DOMAINS:
        raise Invalid(f"A customer has at most {MAX_DOMAINS} domains.", field="domains")
    others = CustomerDomain.account_id == account_id, CustomerDomain.customer_id != customer_id
    taken = select(CustomerDomain.domain).where(*others, CustomerDomain.domain.in_(wanted))
    if db.execute(taken).first():
        raise Conflict("One of these domains belongs to another customer.")
    mine = CustomerDomain.account_id == account_id, CustomerDomain.customer_id == customer_id
    db.execute(delete(CustomerDomain).where(*mine))
    rows = [{"account_id": account_id, "customer_id": customer_id, "domain": d} for d in wanted]
    if rows:
        db.execute(insert(CustomerDomain), rows)


def _domain(domain: str) -> str:
    wanted = domain_to_ascii(domain.strip().lower().removeprefix("@"))
    try:
        writable_address(f"x@{wanted}")
    except Invalid:
        raise Invalid("This is not a mail domain.", field="domains") from None
    if "." not in wanted or len(wanted) > 255:
        raise Invalid("This is not a mail domain.", field="domains")
    return wanted
