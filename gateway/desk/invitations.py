"""Managing invitations: who may see which, ending them, and letting a guest do other things."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor, Permission, Role, may, require
from gateway.rules.invitations import Rights, State, end_of, is_offered
from gateway.store.audit import Ref
from gateway.store.models import HalfSignIn, Invitation, Staff, WebSession
from gateway.store.queries.invitations import (
    InvitationFilter,
    InvitationView,
    get_invitation,
    is_in_force,
)


def managed_by(by: Actor, *, state: State | None = None, ticket: int | None = None) -> InvitationFilter:
    """Those that somebody manages: all, or what they sent for single tickets."""
    require(by, Permission.WORK_TICKETS)
    mine = None if may(by, Permission.MANAGE_ACCOUNT) else by.staff_id
    return InvitationFilter(by.account_id, mine, state, ticket)


def get(db: Session, by: Actor, public_id: str, *, now: datetime) -> InvitationView:
    """An invitation; NotFound for one that is not theirs to manage."""
    return get_invitation(db, managed_by(by), public_id, now=now)


def change(
    db: Session, by: Actor, public_id: str, *, rights: Rights, until: date | None, now: datetime
) -> None:
    """Let a guest do other things, or until another day; also where that has passed.

    Invalid for a day that has passed, Conflict for a revoked invitation, NotFound for one that is no guest's.
    """
    row = held_row_of(db, by, public_id)
    if row.role != Role.GUEST.value:
        raise NotFound("There is no such invitation.")
    if row.revoked_at is not None:
        raise over()
    for name, value in asdict(rights).items():
        setattr(row, name, value)
    row.until = checked_until(until, now)
    db.flush()
    auditing.note(db, by, Kind.INVITATION_CHANGED, Ref(What.INVITATION.value, public_id), now=now)


def revoke(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """End an invitation: its link is dead, and a guest sees no more what it named.

    A guest without any other is signed out everywhere. Conflict for one that a colleague has accepted.
    """
    row = held_row_of(db, by, public_id)
    is_guest = row.role == Role.GUEST.value
    if not is_guest and row.accepted_at is not None:
        raise Conflict("This was accepted: who came by it is among the people who work here.")
    row.revoked_at, row.token_hash = row.revoked_at or now, None
    db.flush()
    if row.staff_id is not None:
        _sign_out_without_any(db, row.staff_id, now)
    auditing.note(db, by, Kind.INVITATION_REVOKED, Ref(What.INVITATION.value, public_id), now=now)


def row_of(db: Session, by: Actor, public_id: str) -> Invitation:
    """The row of one that is theirs to manage, to read; else NotFound."""
    return _found(db, _one(by, public_id))


def held_row_of(db: Session, by: Actor, public_id: str) -> Invitation:
    """Likewise to change it: held until the transaction's end, so that nobody accepts it meanwhile."""
    return _found(db, _one(by, public_id).with_for_update())


def over() -> Conflict:
    """That nothing can be done with it any more."""
    return Conflict("This invitation was accepted or revoked already.")


def checked_until(day: date | None, now: datetime) -> datetime | None:
    """The moment at which a day is over; Invalid for one that has passed or is far away."""
    if day is not None and not is_offered(day, now=now):
        raise Invalid("Please choose a day from today on, ten years ahead at most.", field="until")
    return None if day is None else end_of(day)


def _one(by: Actor, public_id: str) -> Select[Invitation]:
    scope = managed_by(by)
    mine = [Invitation.account_id == scope.account_id, Invitation.public_id == public_id]
    if scope.invited_by_id is not None:
        mine += [Invitation.invited_by_id == scope.invited_by_id, Invitation.ticket_id.is_not(None)]
    return select(Invitation).where(*mine)


def _found(db: Session, wanted: Select[Invitation]) -> Invitation:
    row = db.execute(wanted).scalar()
    if row is None:
        raise NotFound("There is no such invitation.")
    return row


def _sign_out_without_any(db: Session, staff_id: int, now: datetime) -> None:
    """A guest who may see nothing any more is in nowhere any more."""
    theirs = select(Invitation.id).where(Invitation.staff_id == staff_id, *is_in_force(now))
    is_guest = select(Staff.id).where(Staff.id == staff_id, Staff.role == Role.GUEST.value)
    if db.execute(theirs).first() or not db.execute(is_guest).first():
        return
    for begun in (WebSession, HalfSignIn):
        db.execute(delete(begun).where(begun.staff_id == staff_id))
