"""Absences: while somebody is away, a colleague stands in for them."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.desk import staff
from gateway.errors import Invalid
from gateway.rules.absence import Absence
from gateway.rules.access import Actor
from gateway.rules.staffing import Act, require_over
from gateway.rules.status import Status
from gateway.store import holders
from gateway.store.models import Staff

LONGEST = timedelta(days=2 * 366)
_HANDED_OVER = (Status.NEW, Status.OPEN)


def set_away(
    db: Session,
    by: Actor,
    public_id: str,
    absence: Absence,
    *,
    stand_in: str | None,
    hands_over: bool = False,
    now: datetime,
) -> None:
    """Note when somebody is away and who stands in, by public id; without one their tickets go to all.

    With `hands_over` their tickets that wait for us go at once; those that wait for a customer go when the
    customer writes, as any other. Invalid names the field at fault.
    """
    whom = staff.find(db, by.account_id, public_id)
    require_over(by, Act.SET_AWAY, staff_id=whom.id, role=whom.role)
    _check(absence, now)
    heir = staff.find_colleague(db, by.account_id, stand_in, field="stand_in") if stand_in else None
    if heir is not None and heir.id == whom.id:
        raise Invalid("Please choose somebody else.", field="stand_in")
    _keep(db, whom.id, absence.begins, absence.ends, heir.id if heir else None)
    if hands_over:
        to = holders.find_heir(db, by.account_id, whom.id, now=now)
        told = {"of": whom.login, "why": holders.AWAY}
        holders.hand_over(db, by.account_id, whom.id, to, _HANDED_OVER, by_id=by.staff_id, told=told, now=now)


def end_away(db: Session, by: Actor, public_id: str) -> None:
    """They are back, or do not go; tickets that have gone stay where they are."""
    whom = staff.find(db, by.account_id, public_id)
    require_over(by, Act.SET_AWAY, staff_id=whom.id, role=whom.role)
    _keep(db, whom.id, None, None, None)


def _check(absence: Absence, now: datetime) -> None:
    if absence.ends <= absence.begins:
        raise Invalid("The last day comes before the first one.", field="until")
    if absence.ends <= now:
        raise Invalid("These days are over already.", field="until")
    if absence.ends - absence.begins > LONGEST:
        raise Invalid("An absence lasts two years at most.", field="until")


def _keep(
    db: Session, staff_id: int, begins: datetime | None, ends: datetime | None, stand_in_id: int | None
) -> None:
    values = {"away_from": begins, "away_until": ends, "stand_in_id": stand_in_id}
    db.execute(update(Staff).where(Staff.id == staff_id).values(**values))
