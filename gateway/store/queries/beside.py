"""What colleagues have noted about who asks in a ticket, to stand beside it."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.models import Contact, Customer, Ticket, table


@dataclass(frozen=True, slots=True)
class Notes:
    """What is noted about the contact and about the customer, "" for nothing."""

    contact: str = ""
    customer: str = ""


def notes_beside(db: Session, sight: Sight, ticket_id: int) -> Notes:
    """For a ticket of a customer that they see; nothing for any other."""
    found = db.connection().execute(_NOTES.of(sight), seeing.values(sight) | {"ticket": ticket_id}).first()
    return Notes(found[0] or "", found[1] or "") if found else Notes()


_TICKET, _CONTACT, _CUSTOMER = table(Ticket).c, table(Contact).c, table(Customer).c
_NOTES = seeing.Scoped(
    select(_CONTACT.note, _CUSTOMER.note)
    .select_from(table(Ticket))
    .outerjoin(table(Contact), _CONTACT.id == _TICKET.contact_id)
    .outerjoin(table(Customer), _CUSTOMER.id == _TICKET.customer_id)
    .where(_TICKET.account_id == bindparam("account"), _TICKET.id == bindparam("ticket")),
    within=seeing.CUSTOMERS,
)
