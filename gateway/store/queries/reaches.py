"""What people see who do not see all: staff by the groups they are given, guests by their invitations."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.rules.access import Reach, Role
from gateway.store.models import CustomerGroupMember, Invitation, Staff, StaffGroup, Ticket, table


@dataclass(frozen=True, slots=True)
class Rights:
    """What a guest may do in a ticket besides reading, and until when at the latest; None is without end."""

    may_note: bool
    may_answer: bool
    may_join: bool
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was invited and came."""

    staff_id: int
    name: str
    login: str
    email: str
    locale: str


_HELD = table(Invitation).c
_VALID_NOW = (
    _HELD.account_id == bindparam("account"),
    _HELD.role == Role.GUEST.value,
    _HELD.accepted_at.is_not(None),
    _HELD.revoked_at.is_(None),
    or_(_HELD.until.is_(None), _HELD.until > bindparam("now")),
)
_VALID = select(_HELD.ticket_id, _HELD.customer_id, _HELD.group_id).where(
    *_VALID_NOW, _HELD.staff_id == bindparam("staff")
)
_TICKET, _MEMBER = table(Ticket).c, table(CustomerGroupMember).c
_CUSTOMER = (
    select(_TICKET.customer_id)
    .where(_TICKET.account_id == bindparam("account"), _TICKET.id == bindparam("ticket"))
    .scalar_subquery()
)
_GROUPS = select(_MEMBER.group_id).where(_MEMBER.customer_id == _CUSTOMER)
_NAMES_IT = or_(
    _HELD.ticket_id == bindparam("ticket"), _HELD.customer_id == _CUSTOMER, _HELD.group_id.in_(_GROUPS)
)
_RIGHTS = _VALID.with_only_columns(_HELD.may_note, _HELD.may_answer, _HELD.may_join, _HELD.until).where(
    _NAMES_IT
)
_GUESTS = (
    select(table(Staff).c.id, table(Staff).c.login, table(Staff).c.first_name, table(Staff).c.last_name)
    .add_columns(table(Staff).c.email, table(Staff).c.locale)
    .distinct()
    .join(table(Invitation), _HELD.staff_id == table(Staff).c.id)
    .where(*_VALID_NOW, table(Staff).c.deactivated_at.is_(None), _NAMES_IT)
    .order_by(table(Staff).c.id)
)
_GIVEN = select(table(StaffGroup).c.group_id).where(
    table(StaffGroup).c.account_id == bindparam("account"), table(StaffGroup).c.staff_id == bindparam("staff")
)


def of_person(
    db: Session, account_id: int, staff_id: int, role: Role, *, sees_all: bool, now: datetime
) -> Reach | None:
    """What somebody sees now, by their role; None for who sees all."""
    if role is Role.GUEST:
        return of_guest(db, account_id, staff_id, now=now)
    return of_staff(db, account_id, staff_id) if role is Role.STAFF and not sees_all else None


def of_staff(db: Session, account_id: int, staff_id: int) -> Reach:
    """What a colleague sees who is given groups: those, and what is assigned to them."""
    found = db.connection().execute(_GIVEN, {"account": account_id, "staff": staff_id}).scalars()
    return Reach(groups=tuple(found), staff_id=staff_id)


def of_guest(db: Session, account_id: int, staff_id: int, *, now: datetime) -> Reach:
    """What a guest sees now."""
    wanted = {"account": account_id, "staff": staff_id, "now": now}
    rows = db.connection().execute(_VALID, wanted).all()
    return Reach(
        tickets=tuple(row.ticket_id for row in rows if row.ticket_id),
        customers=tuple(row.customer_id for row in rows if row.customer_id),
        groups=tuple(row.group_id for row in rows if row.group_id),
    )


def rights_in(db: Session, account_id: int, staff_id: int, ticket_id: int, *, now: datetime) -> Rights | None:
    """What a guest may do in a ticket by all of their invitations together; None if nothing at all."""
    wanted = {"account": account_id, "staff": staff_id, "now": now, "ticket": ticket_id}
    rows = db.connection().execute(_RIGHTS, wanted).all()
    if not rows:
        return None
    ends = [row.until for row in rows]
    return Rights(
        may_note=any(row.may_note for row in rows),
        may_answer=any(row.may_answer for row in rows),
        may_join=any(row.may_join for row in rows),
        until=None if None in ends else max(ends),
    )


def guests_of(db: Session, account_id: int, ticket_id: int, *, now: datetime) -> tuple[Guest, ...]:
    """The guests who see a ticket now, those who came first first."""
    rows = db.connection().execute(_GUESTS, {"account": account_id, "ticket": ticket_id, "now": now})
    return tuple(
        Guest(
            row.id, f"{row.first_name} {row.last_name}".strip() or row.login, row.login, row.email, row.locale
        )
        for row in rows
    )
