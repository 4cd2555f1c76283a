"""What the people and things of the audit log are called today."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, func, select
from sqlalchemy.orm import Session

from gateway.store.audit import Ref
from gateway.store.models import (
    ApiToken,
    Contact,
    Customer,
    Invitation,
    Mailbox,
    RemoteSession,
    RemoteSystem,
    Staff,
    Ticket,
)


def names_of(db: Session, account_id: int, refs: Iterable[Ref]) -> Mapping[Ref, str]:
    """The names of those that are still there, in this account."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for ref in refs:
        wanted[ref.kind].add(ref.id)
    found = {}
    for kind, ids in wanted.items():
        if kind in _NAMED:
            model, name = _NAMED[kind]
            mine = model.account_id == account_id, model.public_id.in_(ids)
            for public_id, called in db.execute(select(model.public_id, name).where(*mine)):
                found[Ref(kind, public_id)] = called
    return found


def _full_name() -> ColumnElement[str]:
    name = func.trim(Staff.first_name + " " + Staff.last_name)
    return func.coalesce(func.nullif(name, ""), Staff.login)


def _ticket_number() -> ColumnElement[str]:
    number = select("#" + Ticket.number.cast(String)).where(Ticket.id == RemoteSession.ticket_id)
    return number.scalar_subquery()


_NAMED: Mapping[str, tuple[Any, Any]] = {
    "staff": (Staff, _full_name()),
    "token": (ApiToken, ApiToken.label),
    "mailbox": (Mailbox, Mailbox.address),
    "customer": (Customer, Customer.name),
    "contact": (Contact, Contact.name),
    "invitation": (Invitation, Invitation.address),
    "remote_session": (RemoteSession, _ticket_number()),
    "system": (RemoteSystem, RemoteSystem.name),
}
