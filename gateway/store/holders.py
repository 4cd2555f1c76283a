"""Whose tickets are: passed on where somebody is away, handed over where somebody leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules.absence import Absence, Colleague, decide_holder
from gateway.rules.access import Role
from gateway.rules.staffing import STAFF_ROLES
from gateway.rules.status import Status
from gateway.store import tickets
from gateway.store.models import CustomerGroupMember, Staff, StaffGroup, Ticket, table
from gateway.store.tickets import EventKind

AWAY, LEFT = "away", "left"
"""Why a ticket goes to somebody else by itself, as its timeline keeps it."""

_STAFF, _TICKET = table(Staff).c, table(Ticket).c
_GROUP, _MEMBER = table(StaffGroup).c, table(CustomerGroupMember).c


def works_here() -> ColumnElement[bool]:
    """The condition on `Staff` that somebody works in the account, still and as no guest."""
    return _STAFF.deactivated_at.is_(None) & _STAFF.role.in_([role.value for role in STAFF_ROLES])


def sees_ticket() -> ColumnElement[bool]:
    """The condition on `Staff` and `Ticket` that who works here sees the ticket."""
    return or_(_SEES, _TICKET.assignee_id == _STAFF.id)


def pass_on(db: Session, account_id: int, ticket_id: int, *, now: datetime) -> None:
    """A ticket whose assignee is away goes to who stands in for them, if to nobody then to all.

    So it does where they work here no more, as with a ticket that was closed when they left.
    """
    values = {"account": account_id, "ticket": ticket_id}
    found = db.connection().execute(_ASSIGNEE, values).first()
    holder = _colleague(found) if found else None
    if holder is None or holder.is_there(now):
        return

    def find(staff_id: int) -> Colleague | None:
        row = db.connection().execute(_STAND_IN, values | {"staff": staff_id}).first()
        return _colleague(row) if row else None

    heir = decide_holder(holder, find, now=now)
    tickets.change(db, account_id, ticket_id, {"assignee_id": heir.id if heir else None})
    why = AWAY if holder.can_hold else LEFT
    data = {"to": heir.login if heir else None, "of": holder.login, "why": why}
    tickets.add_event(db, account_id, ticket_id, EventKind.ASSIGNED, data, now=now)


def find_heir(db: Session, account_id: int, staff_id: int, *, now: datetime) -> Colleague | None:
    """Who stands in for somebody as if they were away now: their stand-in, or who does for that one."""
    values = {"account": account_id}

    def find(wanted: int) -> Colleague | None:
        row = db.connection().execute(_ANYBODY, values | {"staff": wanted}).first()
        return _colleague(row) if row else None

    begun = find(staff_id)
    stand_in = find(begun.stand_in_id) if begun and begun.stand_in_id is not None else None
    heir = decide_holder(stand_in, find, now=now) if stand_in else None
    return heir if heir and heir.id != staff_id else None


def hand_over(
    db: Session,
    account_id: int,
    staff_id: int,
    heir: Colleague | None,
    statuses: Sequence[Status],
    *,
    by_id: int | None,
    told: Mapping[str, Any],
    now: datetime,
) -> int:
    """Give somebody's tickets in these states to the heir, those that the heir does not see to nobody.

    Each says so in its timeline, with `told` beside the login. How many there were.
    """
    mine = (
        _TICKET.account_id == account_id,
        _TICKET.assignee_id == staff_id,
        _TICKET.status.in_([status.value for status in statuses]),
    )
    count = 0
    for to in (heir, None) if heir else (None,):
        seen = [_sees_customer_of(to.id)] if to else []
        moved = update(table(Ticket)).where(*mine, *seen).values(assignee_id=to.id if to else None)
        ids = db.execute(moved.returning(_TICKET.id)).scalars().all()
        data = {"to": to.login if to else None, **told}
        for ticket_id in ids:
            kind = EventKind.ASSIGNED
            tickets.add_event(db, account_id, ticket_id, kind, data, staff_id=by_id, now=now)
        count += len(ids)
    return count


def _sees_customer_of(staff_id: int) -> ColumnElement[bool]:
    """The condition on a ticket that this person sees its customer."""
    sees = select(_STAFF.id).where(_STAFF.id == staff_id, _SEES)
    return sees.correlate(table(Ticket)).exists()


def _colleague(row: Row[Any]) -> Colleague:
    away = Absence(row.away_from, row.away_until) if row.away_from and row.away_until else None
    return Colleague(row.id, row.login, bool(row.can_hold), away, row.stand_in_id)


_SEES = or_(
    _STAFF.role != Role.STAFF.value,
    _STAFF.sees_all,
    select(_GROUP.id)
    .join(table(CustomerGroupMember), _MEMBER.group_id == _GROUP.group_id)
    .where(_GROUP.staff_id == _STAFF.id, _MEMBER.customer_id == _TICKET.customer_id)
    .correlate(table(Staff), table(Ticket))
    .exists(),
)


def _colleagues(can_hold: ColumnElement[bool]) -> Select[Any]:
    return select(
        _STAFF.id,
        _STAFF.login,
        can_hold.label("can_hold"),
        _STAFF.away_from,
        _STAFF.away_until,
        _STAFF.stand_in_id,
    ).where(_STAFF.account_id == bindparam("account"))


# Built once: every mail that is filed into a ticket asks.
_OF_TICKET = (_TICKET.account_id == bindparam("account"), _TICKET.id == bindparam("ticket"))
_ASSIGNEE = _colleagues(works_here()).join(table(Ticket), _TICKET.assignee_id == _STAFF.id).where(*_OF_TICKET)
_STAND_IN = (
    _colleagues(works_here() & _SEES)
    .join(table(Ticket), _TICKET.account_id == _STAFF.account_id)
    .where(*_OF_TICKET, _STAFF.id == bindparam("staff"))
)
_ANYBODY = _colleagues(works_here()).where(_STAFF.id == bindparam("staff"))
