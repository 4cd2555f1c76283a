"""Deactivation: who has left comes in no more, and what they worked on is somebody else's."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from gateway.desk import auditing, bounding, staff
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid
from gateway.rules.absence import Colleague
from gateway.rules.access import Actor
from gateway.rules.staffing import GIVEN_ROLES, Act, require_over
from gateway.rules.status import OPEN_STATUSES
from gateway.store import announcing, drafts, holders
from gateway.store.audit import Ref
from gateway.store.models import Ceremony, HalfSignIn, MailedLink, Staff, WebSession


def deactivate(db: Session, by: Actor, public_id: str, *, successor: str | None = None, now: datetime) -> int:
    """Nobody comes in as this person any more, from the next request on; how many tickets changed hands.

    Those that are not closed go to the `successor`, by public id, or to nobody, as do those that the
    successor does not see. Conflict for who is deactivated already, or became the owner meanwhile.
    """
    whom = staff.find(db, by.account_id, public_id)
    require_over(by, Act.DEACTIVATE, staff_id=whom.id, role=whom.role)
    if not whom.is_active:
        raise Conflict("This person is deactivated already.")
    heir = staff.find_colleague(db, by.account_id, successor, field="successor") if successor else None
    if heir is not None and heir.id == whom.id:
        raise Invalid("Please choose somebody else.", field="successor")
    values = {"deactivated_at": now, "away_from": None, "away_until": None, "stand_in_id": None}
    staff.change_if(db, whom.id, GIVEN_ROLES, values, Staff.deactivated_at.is_(None))
    end_access(db, whom.id)
    drafts.drop_all_of(db, whom.id)
    pointing = Staff.account_id == by.account_id, Staff.stand_in_id == whom.id
    db.execute(update(Staff).where(*pointing).values(stand_in_id=None))
    to = Colleague(heir.id, heir.login, can_hold=True) if heir else None
    handed = holders.hand_over(
        db, by.account_id, whom.id, to, OPEN_STATUSES, by_id=by.staff_id, told={}, now=now
    )
    auditing.note(db, by, Kind.DEACTIVATED, Ref(What.STAFF.value, public_id), now=now)
    return handed


def reactivate(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Let somebody come in again, with the password and the factor of before.

    Conflict if they may already, or no more may work there.

    What was begun while they were out counts for nothing.
    """
    whom = staff.find(db, by.account_id, public_id)
    require_over(by, Act.DEACTIVATE, staff_id=whom.id, role=whom.role)
    if whom.is_active:
        raise Conflict("This person is active already.")
    bounding.check_room_for_staff(db, by.account_id)
    end_access(db, whom.id)
    staff.change_if(db, whom.id, GIVEN_ROLES, {"deactivated_at": None})
    auditing.note(db, by, Kind.REACTIVATED, Ref(What.STAFF.value, public_id), now=now)


def end_access(db: Session, staff_id: int) -> None:
    """End whatever lets a person in, in every browser: sign-ins, also half-way ones, links, ceremonies."""
    for begun in (WebSession, HalfSignIn, MailedLink, Ceremony):
        db.execute(delete(begun).where(begun.staff_id == staff_id))
    announcing.tell_of_sessions(db, staff_id)
