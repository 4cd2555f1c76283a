"""The people who write: their addresses, what is noted about them, and the customer they belong to."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session

from gateway.desk import customers
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii, writable_address
from gateway.rules.access import Actor, Permission, Sight, require
from gateway.rules.status import OPEN_STATUSES
from gateway.store import announcing, contacts, duework, seeing
from gateway.store.models import Contact, ContactAddress, Customer, Ticket, TicketEvent, table
from gateway.store.tickets import EventKind

MAX_NAME_CHARS = 300
MAX_ADDRESSES = 50


class AddressTaken(Conflict):
    """The address belongs to somebody else; `whose` is their name, `public_id` the contact."""

    def __init__(self, whose: str, public_id: str) -> None:
        self.whose, self.public_id = whose, public_id
        super().__init__(f"This address belongs to {whose}.")


class Along(StrEnum):
    """Which tickets of a contact go along to another customer."""

    ALL = "all"
    OPEN = "open"


def create(
    db: Session, by: Actor, *, name: str, addresses: Sequence[str], customer: str | None, now: datetime
) -> str:
    """A contact who has not written yet; their public id.

    Without a customer they join the one whose domain the first address has. Errors as for `add_address`.
    """
    require(by, Permission.WORK_EVERYWHERE)
    customer_id, _ = _customer(db, by.account_id, customer)
    if customer is None:
        domain = domain_to_ascii(Address("", addresses[0]).domain)
        customer_id = contacts.customer_by_domain(db, by.account_id, domain)
    made = Contact(public_id=new_public_id(), account_id=by.account_id, created_at=now)
    made.name, made.customer_id = checked_name(name), customer_id
    db.add(made)
    db.flush()
    for address in addresses:
        add_address(db, by, made.public_id, address)
    return made.public_id


def change(
    db: Session, by: Actor, public_id: str, *, name: str | None = None, note: str | None = None
) -> None:
    """Rename a contact or write down something about them; NotFound for a foreign one."""
    require(by, Permission.EDIT_CUSTOMERS)
    contact = locked(db, by.sight, public_id)
    values: dict[str, object] = {}
    if name is not None:
        values["name"] = checked_name(name)
    if note is not None:
        values["note"] = customers.checked_note(note)
    contacts.write(db, by.account_id, contact.id, values)


def add_address(db: Session, by: Actor, public_id: str, address: str) -> None:
    """Let mail from one more address be this contact's; AddressTaken if it is somebody else's.

    One that they have already stays as it is.
    """
    require(by, Permission.WORK_EVERYWHERE)
    contact = locked(db, by.sight, public_id)
    wanted = checked_address(address)
    mine = contacts.addresses_of(db, by.account_id, contact.id)
    if wanted in mine:
        return
    if len(mine) >= MAX_ADDRESSES:
        raise Invalid(f"A contact has at most {MAX_ADDRESSES} addresses.", field="address")
    if not contacts.add_address(db, by.account_id, contact.id, wanted):
        raise _taken(db, by.account_id, wanted)
    contacts.write(db, by.account_id, contact.id, {})


def remove_address(db: Session, by: Actor, public_id: str, address: str) -> None:
    """Let an address not be this contact's any more; Conflict for the last one, by which they are known."""
    require(by, Permission.WORK_EVERYWHERE)
    contact = locked(db, by.sight, public_id)
    mine = contacts.addresses_of(db, by.account_id, contact.id)
    if address not in mine:
        raise NotFound("There is no such address.")
    if len(mine) == 1:
        raise Conflict("The last address stays: by it the contact is known.")
    contacts.remove_address(db, by.account_id, contact.id, address)
    contacts.write(db, by.account_id, contact.id, {})


def set_addresses(db: Session, by: Actor, public_id: str, wanted: Sequence[str]) -> None:
    """Let a contact have these addresses and no others. Errors as for `add_address` and `remove_address`."""
    keys = [checked_address(one) for one in wanted]
    for one in keys:
        add_address(db, by, public_id, one)
    contact = locked(db, by.sight, public_id)
    for one in contacts.addresses_of(db, by.account_id, contact.id):
        if one not in keys:
            remove_address(db, by, public_id, one)


def move(
    db: Session, by: Actor, public_id: str, *, customer: str | None, along: Along = Along.ALL, now: datetime
) -> None:
    """Let a contact belong to a customer, or to none, with all their tickets or the open ones.

    The others stay with the customer they had. Invalid if there is no such customer.
    """
    require(by, Permission.WORK_EVERYWHERE)
    contact = locked(db, by.sight, public_id)
    customer_id, name = _customer(db, by.account_id, customer)
    contacts.write(db, by.account_id, contact.id, {"customer_id": customer_id})
    theirs = [Ticket.account_id == by.account_id, Ticket.contact_id == contact.id]
    theirs.append(Ticket.customer_id.is_distinct_from(customer_id))
    if along is Along.OPEN:
        theirs.append(Ticket.status.in_([status.value for status in OPEN_STATUSES]))
    moved = db.execute(update(Ticket).where(*theirs).values(customer_id=customer_id).returning(Ticket.id))
    kind, data = EventKind.CUSTOMER.value, {"to": name}
    shared = {"account_id": by.account_id, "kind": kind, "staff_id": by.staff_id, "data": data, "at": now}
    ids = moved.scalars().all()
    if ids:
        db.execute(insert(table(TicketEvent)), [shared | {"ticket_id": ticket_id} for ticket_id in ids])
        duework.mark_contact(db, by.account_id, contact.id)
    for ticket_id in ids:
        announcing.tell(db, by.account_id, ticket_id)


def locked(db: Session, sight: Sight, public_id: str) -> Contact:
    """The contact's row, held until the end of the transaction, or that of the one it was merged into.

    NotFound for one that they do not see.
    """
    found = _held(db, Sight(sight.account_id), Contact.public_id == public_id)
    return _held(db, sight, Contact.id == (found.merged_into_id or found.id))


_CONTACT = seeing.Scoped(
    select(Contact).where(Contact.account_id == bindparam("account")), within=seeing.CONTACTS
)


def _held(db: Session, sight: Sight, where: ColumnElement[bool]) -> Contact:
    fresh = _CONTACT.of(sight).where(where).with_for_update().execution_options(populate_existing=True)
    found: Contact | None = db.execute(fresh, seeing.values(sight)).scalar()
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def _customer(db: Session, account_id: int, public_id: str | None) -> tuple[int | None, str | None]:
    if public_id is None:
        return None, None
    mine = Customer.account_id == account_id, Customer.public_id == public_id
    found = db.execute(select(Customer.id, Customer.name).where(*mine)).first()
    if found is None:
        raise Invalid("There is no such customer.", field="customer")
    return found.id, found.name


def _taken(db: Session, account_id: int, address: str) -> Conflict:
    theirs = select(Contact.name, Contact.public_id).join(
        ContactAddress, ContactAddress.contact_id == Contact.id
    )
    mine = ContactAddress.account_id == account_id, ContactAddress.address == address
    whose = db.execute(theirs.where(*mine)).first()
    return AddressTaken(whose.name or address, whose.public_id) if whose else Conflict()


def checked_address(address: str) -> str:
    """An address in the one form that is compared; Invalid if it is none."""
    return Address("", writable_address(address.strip())).key


def checked_name(name: str) -> str:
    """A name in one line without needless space; Invalid above 300 characters."""
    wanted = " ".join(name.replace("\0", "").split())
    if len(wanted) > MAX_NAME_CHARS:
        raise Invalid(f"A person's name has at most {MAX_NAME_CHARS} characters.", field="name")
    return wanted
