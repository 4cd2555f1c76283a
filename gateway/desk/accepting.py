"""Accepting an invitation: whoever holds its link joins once, and nobody gets into somebody else by it.

Looking uses nothing up. Who has the address in the account already signs in as always and accepts then.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Never

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.desk import auditing, bounding, people, staff
from gateway.desk.auditing import Kind
from gateway.desk.staff import Particulars
from gateway.errors import Conflict, Denied, NotFound
from gateway.ids import hash_secret, new_public_id
from gateway.rules.access import Actor, Role
from gateway.store import articles
from gateway.store.models import CustomerGroup, Invitation, Staff, StaffGroup
from gateway.store.queries.invitations import Offer, can_be_accepted, find_offer

_OTHERS = 20
"""So many numbers are tried behind a login that is taken."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Who has come in, and as what."""

    staff_id: int
    login: str
    role: Role


def look(db: Session, secret: str, *, now: datetime) -> Offer:
    """What the link is an invitation to. NotFound once it is used, revoked or too old, or if it never was."""
    return find_offer(db, hash_secret(secret), now=now) or _unknown()


def suggest_login(db: Session, offer: Offer) -> str:
    """A free login: guests are known by their address, staff by what stands before the @."""
    local = offer.address.partition("@")[0]
    first = [offer.address] if offer.role is Role.GUEST else []
    return people.suggest_login(db, [*first, local, *(f"{local}{n}" for n in range(2, _OTHERS))])


def accept(
    db: Session, secret: str, newcomer: Particulars, *, password_hash: str, locale: str, now: datetime
) -> Joined:
    """Join as somebody new, with a confirmed address: they have read the mail.

    NotFound as for `look`, also for whoever comes second. Invalid names the field at fault; Conflict for a
    taken login, where somebody has the address already, or no more may work there. After an error the link
    is as good as before.
    """
    offer = look(db, secret, now=now)
    if offer.person_id is not None:
        raise _known()
    wanted = staff.checked(newcomer)
    login = people.free_login(db, wanted["login"])
    person = Staff(
        public_id=new_public_id(),
        account_id=offer.account_id,
        role=offer.role.value,
        email=offer.address,
        password_hash=password_hash,
        locale=locale,
        sees_all=offer.sees_all,
        created_at=now,
        email_confirmed_at=now,
        reads_from=articles.newest_id(db, offer.account_id),
        **wanted,
    )
    _take(db, offer, now)
    if offer.role is not Role.GUEST:
        bounding.check_room_for_staff(db, offer.account_id)
    _add(db, offer, person)
    _give(db, offer, person.id)
    auditing.note_of_person(db, person.id, Kind.JOINED, now=now, role=offer.role.value)
    return Joined(person.id, login, offer.role)


def accept_as(db: Session, by: Actor, secret: str, *, now: datetime) -> Joined:
    """Accept as who is signed in and has the address; a guest may become staff by it.

    NotFound as for `look`, Denied for anybody else.
    """
    offer = look(db, secret, now=now)
    if by.staff_id is None or offer.person_id != by.staff_id:
        raise Denied("This invitation is for somebody else.")
    _take(db, offer, now)
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    is_known = func.coalesce(Staff.email_confirmed_at, now)
    db.execute(update(Staff).where(*mine).values(email_confirmed_at=is_known))
    role = by.role
    if by.role is Role.GUEST and offer.role is not Role.GUEST:
        bounding.check_room_for_staff(db, offer.account_id)
        role = offer.role
        db.execute(update(Staff).where(*mine).values(role=role.value, sees_all=offer.sees_all))
    _give(db, offer, by.staff_id)
    auditing.note_of_person(db, by.staff_id, Kind.JOINED, now=now, role=offer.role.value)
    return Joined(by.staff_id, offer.login, role)


def _take(db: Session, offer: Offer, now: datetime) -> None:
    """Use the link up; NotFound if somebody was first."""
    mine = Invitation.id == offer.id, Invitation.account_id == offer.account_id
    used = update(Invitation).where(*mine, Invitation.token_hash.is_not(None), *can_be_accepted(now))
    if not db.execute(used.values(token_hash=None, accepted_at=now)).rowcount:  # type: ignore[attr-defined]  # of an UPDATE it has one
        _unknown()


def _add(db: Session, offer: Offer, person: Staff) -> None:
    """Conflict if somebody takes the login, or comes in with the address, at the same moment."""
    try:
        with db.begin_nested():
            db.add(person)
    except IntegrityError:
        theirs = Staff.account_id == offer.account_id, Staff.email == offer.address
        is_known = db.execute(select(Staff.id).where(*theirs)).first() is not None
        raise (_known() if is_known else people.login_taken()) from None


def _give(db: Session, offer: Offer, staff_id: int) -> None:
    """What the invitation promises: for staff the groups that are still there."""
    mine = Invitation.id == offer.id, Invitation.account_id == offer.account_id
    db.execute(update(Invitation).where(*mine).values(staff_id=staff_id))
    there = select(CustomerGroup.id).where(CustomerGroup.account_id == offer.account_id)
    theirs = set(db.execute(select(StaffGroup.group_id).where(StaffGroup.staff_id == staff_id)).scalars())
    for group_id in db.execute(there.where(CustomerGroup.id.in_(offer.groups))).scalars():
        if group_id not in theirs:
            db.add(StaffGroup(account_id=offer.account_id, staff_id=staff_id, group_id=group_id))


def _known() -> Conflict:
    return Conflict("You have a login here already. Please sign in, then accept.")


def _unknown() -> Never:
    raise NotFound("This invitation has been used, was withdrawn or is too old. Please ask for a new one.")
