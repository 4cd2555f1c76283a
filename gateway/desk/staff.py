"""The people who work in an account: what is known of them, what they may and what they see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.desk import auditing, emailchange
from gateway.desk.auditing import Kind, What
from gateway.desk.emailchange import Letters
from gateway.desk.people import checked_email, checked_login, login_taken
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.staffing import GIVEN_ROLES, STAFF_ROLES, Act, require_over
from gateway.store import announcing
from gateway.store.audit import Ref
from gateway.store.models import CustomerGroup, Staff, StaffGroup
from gateway.store.session import across_accounts

EMAIL_TAKEN = "Somebody in this account has this e-mail address already."
MAX_NAME_CHARS = 100
MAX_SALUTATION_CHARS = 50
MAX_COMPANY_CHARS = 200
MAX_POSTAL_CHARS = 500


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is to be known of a person (O4); None leaves it as it is."""

    login: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    salutation: str | None = None
    postal_address: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a colleague is and whose customers they see, those of all groups or of these; None leaves it."""

    role: Role | None = None
    sees_all: bool | None = None
    groups: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom something is done to."""

    id: int
    role: Role
    login: str
    email: str
    is_active: bool


def edit(
    db: Session, by: Actor, public_id: str, wanted: Particulars, *, letters: Letters | None, now: datetime
) -> None:
    """Change what is known of a person, oneself or another one.

    A new address needs its `letters`, and counts as nobody's until it is confirmed. Invalid names the field
    at fault; Conflict for a login or an address that is taken, and where the address is no longer the one
    that was to change.
    """
    whom = find(db, by.account_id, public_id)
    require_over(by, Act.EDIT, staff_id=whom.id, role=whom.role)
    values = checked(wanted)
    if values.get("email", whom.email) != whom.email:
        if letters is None or (letters.old, letters.new) != (whom.email, values["email"]):
            raise Conflict(detail="the address has changed meanwhile")
        emailchange.send(db, letters, now=now)
        values["email_confirmed_at"] = None
    if values:
        _keep(db, whom.id, values)
    person = Ref(What.STAFF.value, public_id)
    auditing.note(db, by, Kind.PERSON_EDITED, person, now=now)
    if "email_confirmed_at" in values:
        auditing.note(db, by, Kind.EMAIL_CHANGED, person, now=now)


def set_access(db: Session, by: Actor, public_id: str, wanted: Access, *, now: datetime) -> None:
    """Let a colleague be admin or staff, and see all customers or those of some groups.

    Admins see everything. Invalid names the field at fault, also for a group that is not the account's;
    Conflict for who has become the owner meanwhile.
    """
    whom = find(db, by.account_id, public_id)
    require_over(by, Act.CHANGE_ACCESS, staff_id=whom.id, role=whom.role)
    role = wanted.role or whom.role
    if role not in GIVEN_ROLES:
        raise Invalid("A colleague is admin or staff.", field="role")
    seen = None if role is Role.ADMIN else _seen(db, by.account_id, whom, wanted)
    change_if(db, whom.id, GIVEN_ROLES, {"role": role.value, "sees_all": seen is None})
    db.execute(delete(StaffGroup).where(StaffGroup.staff_id == whom.id))
    db.add_all(
        StaffGroup(account_id=by.account_id, staff_id=whom.id, group_id=group_id) for group_id in seen or ()
    )
    db.flush()
    announcing.tell_of_sessions(db, whom.id)
    person = Ref(What.STAFF.value, public_id)
    auditing.note(db, by, Kind.ACCESS_CHANGED, person, now=now, role=role.value, sees_all=seen is None)


def find(db: Session, account_id: int, public_id: str) -> Whom:
    """Who works in the account under this public id, or did; NotFound for guests and for strangers."""
    columns = select(Staff.id, Staff.role, Staff.login, Staff.email, Staff.deactivated_at)
    mine = Staff.account_id == account_id, Staff.public_id == public_id
    row = db.execute(columns.where(*mine, Staff.role.in_([role.value for role in STAFF_ROLES]))).first()
    if row is None:
        raise NotFound("There is no such person.")
    return Whom(row.id, Role(row.role), row.login, row.email, row.deactivated_at is None)


def find_colleague(db: Session, account_id: int, public_id: str, *, field: str) -> Whom:
    """Who works in the account now under this public id; Invalid, which names the field, for anybody else."""
    try:
        found = find(db, account_id, public_id)
    except NotFound as error:
        raise Invalid(error.public, field=field) from None
    if not found.is_active:
        raise Invalid("This person is deactivated.", field=field)
    return found


def change_if(db: Session, staff_id: int, roles: Sequence[Role], values: dict[str, Any], *more: Any) -> None:
    """Change a person who has one of these roles still; Conflict otherwise, where two were at it at once."""
    still = Staff.id == staff_id, Staff.role.in_([role.value for role in roles])
    done = db.execute(update(Staff).where(*still, *more).values(**values))
    if not done.rowcount:  # type: ignore[attr-defined]  # of an UPDATE it has one
        raise Conflict


def checked(wanted: Particulars) -> dict[str, Any]:
    """What is to be kept, by its column; Invalid names the first field that cannot be."""
    checks: dict[str, Callable[[str], str]] = {
        "login": checked_login,
        "first_name": lambda text: _line(text, "first_name", MAX_NAME_CHARS, is_needed=True),
        "last_name": lambda text: _line(text, "last_name", MAX_NAME_CHARS, is_needed=True),
        "email": checked_email,
        "salutation": lambda text: _line(text, "salutation", MAX_SALUTATION_CHARS),
        "postal_address": _postal,
        "company": lambda text: _line(text, "company", MAX_COMPANY_CHARS),
    }
    named = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return {name: checks[name](text) for name, text in named.items() if text is not None}


def _line(text: str, field: str, most: int, *, is_needed: bool = False) -> str:
    wanted = " ".join(text.replace("\0", "").split())
    if is_needed and not wanted:
        raise Invalid("Please fill this in.", field=field)
    if len(wanted) > most:
        raise Invalid("This is too long.", field=field)
    return wanted


def _postal(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\0", "").splitlines())
    wanted = "\n".join(lines).strip()
    if len(wanted) > MAX_POSTAL_CHARS:
        raise Invalid("This is too long.", field="postal_address")
    return wanted


def _keep(db: Session, staff_id: int, values: dict[str, Any]) -> None:
    try:
        with db.begin_nested():
            db.execute(update(Staff).where(Staff.id == staff_id).values(**values))
    except IntegrityError:
        others = Staff.login == values.get("login"), Staff.id != staff_id
        with across_accounts(db):
            is_login = db.execute(select(Staff.id).where(*others)).first() is not None
        raise (login_taken() if is_login else Conflict(EMAIL_TAKEN)) from None


def _seen(db: Session, account_id: int, whom: Whom, wanted: Access) -> Sequence[int] | None:
    """The keys of the groups whose customers they see, None for all."""
    sees_all = wanted.sees_all
    if sees_all is None and wanted.groups is None:
        sees_all = db.execute(select(Staff.sees_all).where(Staff.id == whom.id)).scalar_one()
    if sees_all:
        return None
    named = wanted.groups
    found = _groups_of(db, whom.id) if named is None else _group_ids(db, account_id, named)
    if not found and (named is not None or wanted.sees_all is not None):
        raise Invalid("Please choose at least one group.", field="groups")
    return found


def _groups_of(db: Session, staff_id: int) -> Sequence[int]:
    theirs = select(StaffGroup.group_id).where(StaffGroup.staff_id == staff_id)
    return db.execute(theirs).scalars().all()


def _group_ids(db: Session, account_id: int, groups: Sequence[str]) -> Sequence[int]:
    named = set(groups)
    mine = CustomerGroup.account_id == account_id, CustomerGroup.public_id.in_(named)
    found = db.execute(select(CustomerGroup.id).where(*mine)).scalars().all()
    if len(found) != len(named):
        raise Invalid("There is no such group.", field="groups")
    return found
