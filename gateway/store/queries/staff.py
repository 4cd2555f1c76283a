"""Read models of the people who work in an account; guests are none of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.rules.absence import Absence
from gateway.rules.access import Role
from gateway.rules.staffing import STAFF_ROLES
from gateway.rules.status import OPEN_STATUSES
from gateway.store.factors import has_factor
from gateway.store.holders import works_here
from gateway.store.models import CustomerGroup, Staff, StaffGroup, Ticket, WebSession, table
from gateway.store.queries.groups import GroupRef


class State(StrEnum):
    """Whether somebody may come in."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class PersonRef:
    """Somebody by name."""

    public_id: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Away:
    """When somebody is away, also if that is over, and who stands in."""

    absence: Absence
    stand_in: PersonRef | None


@dataclass(frozen=True, slots=True)
class StaffView:
    """One who works in the account. `signed_in_at` is their last sign-in that has not ended."""

    id: int
    public_id: str
    login: str
    first_name: str
    last_name: str
    email: str
    salutation: str
    postal_address: str
    company: str
    locale: str
    role: Role
    sees_all: bool
    is_confirmed: bool
    has_factor: bool
    signed_in_at: datetime | None
    created_at: datetime
    deactivated_at: datetime | None
    groups: tuple[GroupRef, ...]
    away: Away | None
    zone: str = ""

    @property
    def name(self) -> str:
        """What colleagues call them."""
        return full_name(self.first_name, self.last_name, self.login)

    @property
    def state(self) -> State:
        """Whether they may come in."""
        return State.ACTIVE if self.deactivated_at is None else State.DEACTIVATED

    def away_now(self, now: datetime) -> Away | None:
        """Their absence, if it is now."""
        return self.away if self.away and self.away.absence.holds(now) else None

    def away_yet(self, now: datetime) -> Away | None:
        """Their absence, if it is now or will be."""
        return self.away if self.away and now < self.away.absence.ends else None


def full_name(first: str, last: str, login: str) -> str:
    """First and last name, the login for who has given neither."""
    return f"{first} {last}".strip() or login


_OTHER = aliased(Staff)
_SIGNED_IN = select(func.max(WebSession.created_at)).where(WebSession.staff_id == Staff.id).scalar_subquery()
_VIEWS = (
    select(
        Staff.id,
        Staff.public_id,
        Staff.login,
        Staff.first_name,
        Staff.last_name,
        Staff.email,
        Staff.salutation,
        Staff.postal_address,
        Staff.company,
        Staff.locale,
        Staff.role,
        Staff.sees_all,
        Staff.email_confirmed_at,
        has_factor(Staff.id).label("has_factor"),
        _SIGNED_IN.label("signed_in_at"),
        Staff.created_at,
        Staff.deactivated_at,
        Staff.away_from,
        Staff.away_until,
        Staff.zone,
        _OTHER.public_id.label("stand_in"),
        _OTHER.login.label("stand_in_login"),
        _OTHER.first_name.label("stand_in_first"),
        _OTHER.last_name.label("stand_in_last"),
    )
    .outerjoin(_OTHER, (_OTHER.id == Staff.stand_in_id) & (_OTHER.account_id == Staff.account_id))
    .where(
        Staff.account_id == bindparam("account"),
        Staff.role.in_([role.value for role in STAFF_ROLES]),
    )
    .order_by(Staff.login)
)
_GROUPS = (
    select(StaffGroup.staff_id, CustomerGroup.public_id, CustomerGroup.name)
    .join(CustomerGroup, CustomerGroup.id == StaffGroup.group_id)
    .where(StaffGroup.account_id == bindparam("account"))
    .order_by(CustomerGroup.name_key)
)
_SEEING = (
    select(Staff.public_id, Staff.login, Staff.first_name, Staff.last_name)
    .where(
        Staff.account_id == bindparam("account"),
        works_here(),
        or_(
            Staff.role != Role.STAFF.value,
            Staff.sees_all,
            select(StaffGroup.id)
            .join(CustomerGroup, CustomerGroup.id == StaffGroup.group_id)
            .where(StaffGroup.staff_id == Staff.id, CustomerGroup.public_id == bindparam("group"))
            .exists(),
        ),
    )
    .order_by(Staff.login)
)


def list_staff(db: Session, account_id: int) -> tuple[StaffView, ...]:
    """Everybody who works in the account or did, by login."""
    rows = db.execute(_VIEWS, {"account": account_id}).all()
    groups = _groups(db.execute(_GROUPS, {"account": account_id}))
    return tuple(_view(row, groups) for row in rows)


def get_staff(db: Session, account_id: int, public_id: str) -> StaffView:
    """One of them; NotFound for a guest, and for another account's."""
    return _one(db, account_id, Staff.public_id == public_id)


def get_own(db: Session, account_id: int, staff_id: int | None) -> StaffView:
    """The person who acts; NotFound for an API token and for a guest."""
    return _one(db, account_id, Staff.id == staff_id)


def staff_seeing(db: Session, account_id: int, group: str) -> tuple[PersonRef, ...]:
    """Who works here and sees the customers of a group."""
    rows = db.execute(_SEEING, {"account": account_id, "group": group})
    return tuple(_ref(public_id, login, first, last) for public_id, login, first, last in rows)


def count_open(db: Session, account_id: int, staff_id: int) -> int:
    """How many tickets that are not closed somebody has."""
    theirs = Ticket.account_id == account_id, Ticket.assignee_id == staff_id
    is_open = Ticket.status.in_([status.value for status in OPEN_STATUSES])
    return db.execute(select(func.count()).select_from(table(Ticket)).where(*theirs, is_open)).scalar_one()


def _one(db: Session, account_id: int, which: Any) -> StaffView:
    row = db.execute(_VIEWS.where(which), {"account": account_id}).first()
    if row is None:
        raise NotFound("There is no such person.")
    theirs = _GROUPS.where(StaffGroup.staff_id == row.id)
    return _view(row, _groups(db.execute(theirs, {"account": account_id})))


def _groups(rows: Iterable[Row[*tuple[Any, ...]]]) -> Mapping[int, list[GroupRef]]:
    found: dict[int, list[GroupRef]] = defaultdict(list)
    for staff_id, public_id, name in rows:
        found[staff_id].append(GroupRef(public_id, name))
    return found


def _view(row: Row[*tuple[Any, ...]], groups: Mapping[int, list[GroupRef]]) -> StaffView:
    return StaffView(
        id=row.id,
        public_id=row.public_id,
        login=row.login,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        salutation=row.salutation,
        postal_address=row.postal_address,
        company=row.company,
        locale=row.locale,
        role=Role(row.role),
        sees_all=row.sees_all,
        is_confirmed=row.email_confirmed_at is not None,
        has_factor=bool(row.has_factor),
        signed_in_at=row.signed_in_at,
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        groups=tuple(groups.get(row.id, ())),
        away=_away(row),
        zone=row.zone,
    )


def _away(row: Row[*tuple[Any, ...]]) -> Away | None:
    if row.away_from is None or row.away_until is None:
        return None
    stand_in = None
    if row.stand_in:
        stand_in = _ref(row.stand_in, row.stand_in_login, row.stand_in_first, row.stand_in_last)
    return Away(Absence(row.away_from, row.away_until), stand_in)


def _ref(public_id: str, login: str, first: str, last: str) -> PersonRef:
    return PersonRef(public_id, login, full_name(first, last, login))
