"""Read models for the operator: accounts by counts and days, never anything that somebody wrote there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.rules.access import Role
from gateway.rules.staffing import STAFF_ROLES
from gateway.store.bounds import Limits
from gateway.store.models import Account, AuditEntry, Mailbox, Staff, Ticket

_SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account: `login` is its owner's, `kept_bytes` as counted last, `signed_in_on` the day in UTC."""

    id: int
    public_id: str
    login: str
    staff: int
    tickets: int
    mailboxes: int
    kept_bytes: int
    signed_in_on: date | None
    created_at: datetime
    suspended_at: datetime | None
    terminates_at: datetime | None
    is_operators: bool
    limits: Limits


def list_accounts(
    db: Session, *, find: str = "", before: int | None = None, limit: int | None = None
) -> tuple[AccountLine, ...]:
    """Accounts, newest first, below the key `before`; without a `limit` all of them.

    With `find` those whose owner's login has it in it, or whose public id it is.
    """
    wanted = _LINES.order_by(Account.id.desc())
    if find:
        in_login = Staff.login.contains(find.lower(), autoescape=True)
        wanted = wanted.where(or_(Account.public_id == find, in_login))
    if before is not None:
        wanted = wanted.where(Account.id < before)
    return tuple(map(_line, db.execute(wanted.limit(limit))))


def find_account(db: Session, public_id: str) -> AccountLine | None:
    """One of them, by its public id or its owner's login."""
    named = or_(Account.public_id == public_id, Staff.login == public_id)
    found = db.execute(_LINES.where(named)).first()
    return _line(found) if found else None


def find_operators(db: Session) -> AccountLine | None:
    """The operator's own account."""
    found = db.execute(_LINES.where(Account.is_operators)).first()
    return _line(found) if found else None


def everybody_of(db: Session, account_id: int) -> Sequence[int]:
    """Everybody of an account, guests as well, by key."""
    return db.execute(select(Staff.id).where(Staff.account_id == account_id)).scalars().all()


_COUNT = func.count()
_COLLEAGUE = aliased(Staff)
_STAFF = select(_COUNT).where(
    _COLLEAGUE.account_id == Account.id,
    _COLLEAGUE.role.in_([role.value for role in STAFF_ROLES]),
    _COLLEAGUE.deactivated_at.is_(None),
)
_TICKETS = select(_COUNT).where(Ticket.account_id == Account.id)
_MAILBOXES = select(_COUNT).where(Mailbox.account_id == Account.id)
_LAST = (
    select(AuditEntry.at)
    .where(AuditEntry.account_id == Account.id, AuditEntry.kind == _SIGN_IN)
    .order_by(AuditEntry.seq.desc())
    .limit(1)
)
_LINES = (
    select(
        Account.id,
        Account.public_id,
        Staff.login,
        _STAFF.correlate(Account).scalar_subquery().label("staff"),
        _TICKETS.correlate(Account).scalar_subquery().label("tickets"),
        _MAILBOXES.correlate(Account).scalar_subquery().label("mailboxes"),
        _LAST.correlate(Account).scalar_subquery().label("signed_in_at"),
        Account.kept_bytes,
        Account.created_at,
        Account.suspended_at,
        Account.terminates_at,
        Account.is_operators,
        Account.most_staff,
        Account.most_bytes,
        Account.most_mails_day,
    )
    .join(Staff, Staff.account_id == Account.id)
    .where(Staff.role == Role.OWNER.value)
)


def _line(row: Row[*tuple[Any, ...]]) -> AccountLine:
    return AccountLine(
        id=row.id,
        public_id=row.public_id,
        login=row.login,
        staff=row.staff,
        tickets=row.tickets,
        mailboxes=row.mailboxes,
        kept_bytes=row.kept_bytes,
        signed_in_on=row.signed_in_at.date() if row.signed_in_at else None,
        created_at=row.created_at,
        suspended_at=row.suspended_at,
        terminates_at=row.terminates_at,
        is_operators=row.is_operators,
        limits=Limits(row.most_staff, row.most_bytes, row.most_mails_day),
    )
