"""What the command palette offers for a few letters: tickets, customers, people; few of each, and at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.folding import normalise
from gateway.rules.searching import MAX_TERMS, Key, Query, Term, parse
from gateway.store import seeing
from gateway.store.models import Contact, Ticket, table
from gateway.store.queries.customers import CustomerRow, list_customers
from gateway.store.queries.found import named, newest
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.tickets import TicketRow, rows_by_id

MOST = 8
"""Of each kind."""

_BUDGET = 200
_CONTACT, _TICKET = table(Contact).c, table(Ticket).c
_WRITERS = seeing.Scoped(
    select(_TICKET.id, _CONTACT.public_id, _CONTACT.name, _TICKET.requester_address)
    .join(table(Ticket), _TICKET.contact_id == _CONTACT.id)
    .where(_CONTACT.account_id == bindparam("account"))
    .where(_TICKET.id.in_(bindparam("tickets", expanding=True))),
    within=seeing.CONTACTS,
)


@dataclass(frozen=True, slots=True)
class Writer:
    """A person who wrote lately, by their name or else the address of a ticket of theirs."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What may be meant, newest first."""

    tickets: tuple[TicketRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    writers: tuple[Writer, ...] = ()


def suggest(db: Session, sight: Sight, text: str, viewer: Viewer) -> Suggestions:
    """Tickets by number or words of their subjects, customers by name, and people who wrote, by name.

    Of the last word the beginning will do.
    """
    words = normalise(text).split()[:MAX_TERMS]
    if not words:
        return Suggestions()
    numbered = named(db, sight, parse(text))
    asked = [Query(tuple(Term(key, (word,)) for word in words)) for key in (Key.SUBJECT, Key.FROM)]
    titled, written = newest(db, sight, asked, viewer, limit=MOST, budget=_BUDGET)
    rows = rows_by_id(db, sight, titled)
    known = (rows[ticket] for ticket in titled if ticket in rows)
    tickets = dict.fromkeys((*([numbered] if numbered else ()), *known))
    return Suggestions(
        tuple(tickets)[:MOST],
        list_customers(db, sight, query=text, limit=MOST).items,
        _writers(db, sight, written),
    )


def _writers(db: Session, sight: Sight, tickets: Sequence[int]) -> tuple[Writer, ...]:
    """The people whose requests these are."""
    if not tickets:
        return ()
    values = seeing.values(sight) | {"tickets": list(tickets)}
    by_ticket = {row[0]: row[1:] for row in db.connection().execute(_WRITERS.of(sight), values)}
    found: dict[str, Writer] = {}
    for ticket in tickets:
        if ticket in by_ticket:
            public_id, name, address = by_ticket[ticket]
            found.setdefault(public_id, Writer(public_id, name or address))
    return tuple(found.values())
