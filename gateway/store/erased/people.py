"""Removing who somebody is: what is kept by their addresses, then the entries of contact and customer."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.rules.erasure import Thing
from gateway.store import announcing, deletionrequests
from gateway.store.erased import items
from gateway.store.erased.removing import Gone, remove_deliveries, remove_sessions
from gateway.store.keyring import Owner
from gateway.store.models import (
    Account,
    AutomaticMail,
    Contact,
    ContactMerge,
    Customer,
    Delivery,
    Draft,
    OutgoingTally,
    Participant,
    Record,
    RemoteSession,
    RemoteSystem,
    Report,
    SavedView,
    SenderTally,
    Ticket,
    TicketEvent,
)
from gateway.store.tickets import EventKind

_BY_ADDRESS: tuple[tuple[type[Record], InstrumentedAttribute[str]], ...] = (
    (Participant, Participant.address),
    (SenderTally, SenderTally.address),
    (OutgoingTally, OutgoingTally.recipient),
)


def remove_traces(
    db: Session,
    erasure_id: int,
    account_id: int,
    addresses: Sequence[str],
    *,
    digest: Callable[[str], str],
    before: datetime | None,
) -> Gone:
    """What is kept by some addresses in all of the account; `before` spares what came into being later."""
    theirs = Delivery.account_id == account_id, func.lower(Delivery.recipient).in_(addresses)
    sent = [*theirs, *([Delivery.created_at < before] if before else [])]
    _forget_lines(db, account_id, addresses, sent)
    gone = remove_deliveries(db, erasure_id, _all(sent))
    for model, column in _BY_ADDRESS:
        mine = table_account(model) == account_id
        db.execute(delete(model).where(mine, func.lower(column).in_(addresses)))
    deletionrequests.forget_addresses(db, account_id, addresses)
    hashes = [digest(address) for address in addresses]
    db.execute(delete(AutomaticMail).where(AutomaticMail.address_hash.in_(hashes)))
    asked = Ticket.account_id == account_id, func.lower(Ticket.requester_address).in_(addresses)
    old = [Ticket.created_at < before] if before else []
    db.execute(update(Ticket).where(*asked, *old).values(requester_name="", requester_address=""))
    for address in addresses:
        _forget_written(db, account_id, address)
    return gone


def remove_contacts(db: Session, erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """The entries of contacts with addresses and notes, and what was kept for taking them apart again."""
    merged = or_(ContactMerge.source_id.in_(ids), ContactMerge.target_id.in_(ids))
    db.execute(delete(ContactMerge).where(ContactMerge.account_id == account_id, merged))
    mine = Contact.account_id == account_id, Contact.id.in_(ids)
    whose = select(Account.public_id, Contact.public_id).join_from(Contact, Account)
    for account, contact in db.execute(whose.where(*mine)).all():
        items.add_owner(db, erasure_id, Owner(account, contact))
    db.execute(delete(Contact).where(*mine))
    return Gone({Thing.CONTACTS: len(ids)})


def remove_systems(db: Session, _erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """Installed systems. Sessions of theirs in tickets that stay tell of them no more."""
    mine = RemoteSystem.account_id == account_id, RemoteSystem.id.in_(ids)
    of_system = RemoteSession.account_id == account_id, RemoteSession.system_id.in_(ids)
    sessions = db.execute(select(RemoteSession.id).where(*of_system)).scalars().all()
    gone = remove_sessions(db, _erasure_id, account_id, sessions)
    db.execute(delete(RemoteSystem).where(*mine))
    announcing.tell_of_systems(db, account_id)
    return gone + Gone({Thing.SYSTEMS: len(ids)})


def remove_customers(db: Session, _erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """The entries of customers with domains and notes, and lines of timelines that name them."""
    mine = Customer.account_id == account_id, Customer.id.in_(ids)
    for name in db.execute(select(Customer.name).where(*mine)).scalars().all():
        named = TicketEvent.account_id == account_id, TicketEvent.kind == EventKind.CUSTOMER.value
        db.execute(delete(TicketEvent).where(*named, TicketEvent.data["to"].as_string() == name))
    db.execute(delete(Customer).where(*mine))
    return Gone({Thing.CUSTOMERS: len(ids)})


def forget_reports(db: Session, account_id: int) -> None:
    """What was counted, and names people: it is counted anew."""
    db.execute(delete(Report).where(Report.account_id == account_id))


def table_account(model: type[Record]) -> ColumnElement[int]:
    """The column of a model that says whose row it is."""
    column: ColumnElement[int] = model.__table__.c.account_id
    return column


def _forget_lines(
    db: Session, account_id: int, addresses: Sequence[str], sent: Sequence[ColumnElement[bool]]
) -> None:
    """Lines of timelines that tell of a mail to them."""
    wanted = set(addresses)
    events = select(TicketEvent).where(
        TicketEvent.account_id == account_id,
        TicketEvent.ticket_id.in_(select(Delivery.ticket_id).where(*sent)),
    )
    for event in db.execute(events).scalars().all():
        if str(event.data.get("recipient", "")).lower() in wanted:
            announcing.tell(db, account_id, event.ticket_id)
            db.delete(event)
    db.flush()


def _forget_written(db: Session, account_id: int, address: str) -> None:
    """Drafts to them, and searches for them that somebody keeps."""
    lines = (Draft.to, Draft.cc, Draft.bcc)
    to_them = or_(*(func.lower(line).contains(address, autoescape=True) for line in lines))
    db.execute(delete(Draft).where(Draft.account_id == account_id, to_them))
    kept = func.lower(SavedView.query).contains(address, autoescape=True)
    named = func.lower(SavedView.name).contains(address, autoescape=True)
    db.execute(delete(SavedView).where(SavedView.account_id == account_id, or_(kept, named)))


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *others = conditions
    for other in others:
        first = first & other
    return first
