"""Customers, named freely, with their mail domains and the people who write for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii, writable_address
from gateway.rules.access import Actor, Permission, Sight, require
from gateway.rules.status import OPEN_STATUSES
from gateway.store import announcing, contacts, duework, seeing, systems
from gateway.store.audit import Ref
from gateway.store.models import Contact, Customer, CustomerDomain, Ticket
from gateway.store.queries.systems import count_of_customer
from gateway.store.search import words_of

MAX_NAME_CHARS = 200
MAX_DOMAINS = 100
MAX_NOTE_CHARS = 5000


@dataclass(frozen=True, slots=True)
class Removal:
    """What is there when a customer goes: contacts and tickets stay without a customer, systems do not."""

    contacts: int
    tickets: int
    open_tickets: int
    systems: int


def create(
    db: Session, by: Actor, *, name: str, domains: Sequence[str] = (), note: str = "", now: datetime
) -> str:
    """A new customer; returns its public id. Invalid names the field at fault."""
    require(by, Permission.WORK_EVERYWHERE)
    customer = Customer(
        public_id=new_public_id(), account_id=by.account_id, name=checked_name(name), created_at=now
    )
    customer.note = checked_note(note)
    db.add(customer)
    db.flush()
    _set_domains(db, by.account_id, customer.id, domains)
    _find_by_words(db, customer)
    return customer.public_id


def change(
    db: Session,
    by: Actor,
    public_id: str,
    *,
    name: str | None = None,
    domains: Sequence[str] | None = None,
    note: str | None = None,
) -> None:
    """Rename a customer, set its domains or what is noted about it; NotFound for a foreign one."""
    require(by, Permission.EDIT_CUSTOMERS)
    customer = _get(db, by.sight, public_id)
    if name is not None:
        customer.name = checked_name(name)
    if domains is not None and _are_other(db, customer, domains):
        require(by, Permission.WORK_EVERYWHERE)  # a domain decides whose mail is whose
        _set_domains(db, by.account_id, customer.id, domains)
    if note is not None:
        customer.note = checked_note(note)
    _find_by_words(db, customer)


def removal_of(db: Session, by: Actor, public_id: str) -> Removal:
    """What `remove` would leave behind without a customer; NotFound for a foreign one."""
    require(by, Permission.WORK_EVERYWHERE)
    customer_id = id_of(db, by.sight, public_id)
    people = Contact.customer_id == customer_id, Contact.merged_into_id.is_(None)
    theirs = Ticket.account_id == by.account_id, Ticket.customer_id == customer_id
    is_open = Ticket.status.in_([status.value for status in OPEN_STATUSES])
    return Removal(
        contacts=db.execute(
            select(func.count()).where(Contact.account_id == by.account_id, *people)
        ).scalar_one(),
        tickets=db.execute(select(func.count()).where(*theirs)).scalar_one(),
        open_tickets=db.execute(select(func.count()).where(*theirs, is_open)).scalar_one(),
        systems=count_of_customer(db, by.account_id, customer_id),
    )


def remove(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Forget a customer with its domains and its places in groups; contacts and tickets stay without one."""
    require(by, Permission.WORK_EVERYWHERE)
    customer_id = id_of(db, by.sight, public_id)
    duework.mark_customers(db, by.account_id, customer_id)
    systems.remove_of_customer(db, by.account_id, customer_id, now=now)
    db.execute(delete(Customer).where(Customer.account_id == by.account_id, Customer.id == customer_id))
    auditing.note(db, by, Kind.CUSTOMER_REMOVED, Ref(What.CUSTOMER.value, public_id), now=now)


def add_contact(db: Session, by: Actor, public_id: str, *, name: str, address: str, now: datetime) -> None:
    """Let a person belong to a customer; one known by this address moves there, with their tickets."""
    require(by, Permission.WORK_EVERYWHERE)
    customer = _get(db, by.sight, public_id)
    who = Address(" ".join(name.split())[:300], writable_address(address.strip()))
    known = contacts.recognise(db, by.account_id, who, now=now)
    values: dict[str, object] = {"customer_id": customer.id}
    if who.name:
        values["name"] = who.name
    contacts.write(db, by.account_id, known.contact_id, values)
    theirs = Ticket.account_id == by.account_id, Ticket.contact_id == known.contact_id
    moved = update(Ticket).where(*theirs).values(customer_id=customer.id).returning(Ticket.id)
    for ticket_id in db.execute(moved).scalars():
        announcing.tell(db, by.account_id, ticket_id)
    duework.mark_customers(db, by.account_id, customer.id)


def id_of(db: Session, sight: Sight, public_id: str) -> int:
    """The key of a customer's row; NotFound for one that they do not see."""
    return _get(db, sight, public_id).id


def checked_note(note: str) -> str:
    """A note as it is kept; Invalid above 5000 characters."""
    wanted = note.replace("\0", "").replace("\r\n", "\n").strip()
    if len(wanted) > MAX_NOTE_CHARS:
        raise Invalid("The note is too long.", field="note")
    return wanted


def _find_by_words(db: Session, customer: Customer) -> None:
    customer.words = words_of(customer.name, *_domains_of(db, customer))


def _domains_of(db: Session, customer: Customer) -> Sequence[str]:
    theirs = CustomerDomain.account_id == customer.account_id, CustomerDomain.customer_id == customer.id
    found = select(CustomerDomain.domain).where(*theirs).order_by(CustomerDomain.id)
    return db.execute(found).scalars().all()


def _are_other(db: Session, customer: Customer, domains: Sequence[str]) -> bool:
    return {checked_domain(domain) for domain in domains} != set(_domains_of(db, customer))


_CUSTOMER = seeing.Scoped(
    select(Customer).where(
        Customer.account_id == bindparam("account"), Customer.public_id == bindparam("public_id")
    ),
    within=seeing.CUSTOMERS,
)


def _get(db: Session, sight: Sight, public_id: str) -> Customer:
    wanted = seeing.values(sight) | {"public_id": public_id}
    customer: Customer | None = db.execute(_CUSTOMER.of(sight), wanted).scalar()
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer


def checked_name(name: str) -> str:
    """A name in one line without needless space; Invalid without 1 to 200 characters."""
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= MAX_NAME_CHARS:
        raise Invalid(f"A name has 1 to {MAX_NAME_CHARS} characters.", field="name")
    return wanted


def _set_domains(db: Session, account_id: int, customer_id: int, domains: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(checked_domain(domain) for domain in domains))
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


def checked_domain(domain: str) -> str:
    """A mail domain in the one form that is compared; Invalid if it is none."""
    wanted = domain_to_ascii(domain.strip().lower().removeprefix("@"))
    try:
        writable_address(f"x@{wanted}")
    except Invalid:
        raise Invalid("This is not a mail domain.", field="domains") from None
    if "." not in wanted or len(wanted) > 255:
        raise Invalid("This is not a mail domain.", field="domains")
    return wanted
