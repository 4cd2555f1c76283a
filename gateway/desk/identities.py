"""Whose identity at the sign-in provider is whose: linked by who is signed in and has given their password.

An identity is the provider's issuer and its name for the person there (`sub`), never an e-mail address: some
providers let people choose that.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.desk.openid.tokens import Identity
from gateway.errors import Conflict, Denied, NotFound
from gateway.rules.access import Actor
from gateway.store.models import Staff, StaffIdentity


@dataclass(frozen=True, slots=True)
class Linked:
    """Since when somebody is linked, and when they last came in that way."""

    linked_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose identity it is."""

    staff_id: int
    login: str


def find_own(db: Session, by: Actor, issuer: str) -> Linked | None:
    """The link of who acts with this provider."""
    columns = select(StaffIdentity.linked_at, StaffIdentity.used_at)
    found = db.execute(columns.where(*_own(by, issuer))).first()
    return Linked(*found) if found else None


def link(db: Session, by: Actor, identity: Identity, *, now: datetime) -> None:
    """Let who acts come in by this identity; Denied for an API token.

    Conflict when it is another person's, or they have another one at this provider.
    """
    if by.staff_id is None:
        raise Denied
    theirs = StaffIdentity.issuer == identity.issuer, StaffIdentity.subject == identity.subject
    holder = db.execute(select(StaffIdentity.staff_id).where(*theirs)).scalar()
    if holder == by.staff_id:
        return
    if holder is not None or find_own(db, by, identity.issuer) is not None:
        raise Conflict(detail="openid: linked already")
    db.add(
        StaffIdentity(staff_id=by.staff_id, issuer=identity.issuer, subject=identity.subject, linked_at=now)
    )
    db.flush()
    auditing.note_of_person(db, by.staff_id, Kind.PROVIDER_LINKED, now=now)


def unlink(db: Session, by: Actor, issuer: str, *, now: datetime) -> None:
    """Let nobody in as who acts by this provider any more; NotFound if nobody was."""
    gone = db.execute(delete(StaffIdentity).where(*_own(by, issuer)))
    if not gone.rowcount:  # type: ignore[attr-defined]  # of a DELETE it has one
        raise NotFound
    auditing.note_of_person(db, by.staff_id, Kind.PROVIDER_UNLINKED, now=now)


def come_in(db: Session, identity: Identity, *, now: datetime) -> Holder | None:
    """Who comes in by this identity, which is noted; None if nobody who works here."""
    theirs = StaffIdentity.issuer == identity.issuer, StaffIdentity.subject == identity.subject
    columns = select(Staff.id, Staff.login).join(StaffIdentity, StaffIdentity.staff_id == Staff.id)
    found = db.execute(columns.where(*theirs, Staff.deactivated_at.is_(None))).first()
    if found is None:
        return None
    db.execute(update(StaffIdentity).where(*theirs).values(used_at=now))
    return Holder(*found)


def _own(by: Actor, issuer: str) -> tuple[ColumnElement[bool], ...]:
    return StaffIdentity.staff_id == by.staff_id, StaffIdentity.issuer == issuer
