"""Ending an account (O13): by its owner alone, at once or with some days to take it back, then all is gone.

From the moment that it is ended the account is shut: its addresses are unknown, nothing is sent, nobody but
the owner signs in, who sees how long it can be taken back. After that its erasure begins by itself, and a
mail certifies that it is gone; the owner's address is kept for that mail alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing, erasing, operating
from gateway.desk.auditing import Kind
from gateway.errors import Conflict, Gone, Invalid
from gateway.rules.access import Actor, Permission, Role, require
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import farewells
from gateway.store.erased.previewing import Preview
from gateway.store.models import Account, Staff

_AT_ONCE = 20
_OPERATORS = "The operator’s own account cannot be terminated. Make another one the operator’s first."


@dataclass(frozen=True, slots=True)
class Termination:
    """An account that may end: what is to be typed for it, and what goes with it.

    `terminates_at` is when it goes, None while it is not ended.
    """

    name: str
    is_operators: bool
    terminates_at: datetime | None
    goes: Preview


def view(db: Session, by: Actor, *, now: datetime) -> Termination:
    """How the actor's account stands; Denied for all but the owner."""
    require(by, Permission.OWN_ACCOUNT)
    columns = select(Account.name, Account.is_operators, Account.terminates_at)
    name, is_operators, terminates_at = db.execute(columns.where(Account.id == by.account_id)).one()
    goes = erasing.preview(db, by, Scope(ErasureKind.ACCOUNT), now=now)
    return Termination(name, is_operators, terminates_at, goes)


def terminate(db: Session, by: Actor, name: str, *, grace: timedelta, now: datetime) -> datetime:
    """End the account whose name this is; when it goes, at once without `grace`.

    The caller has asked for the owner's password. Denied for all but the owner, Invalid for another name,
    Conflict for the operator's account and for one that is suspended or ended already.
    """
    require(by, Permission.OWN_ACCOUNT)
    return _end(db, by, name, grace, now)


def terminate_for(db: Session, account_id: int, name: str, *, grace: timedelta, now: datetime) -> datetime:
    """Likewise by the operator, for an owner who cannot sign in; errors as for `terminate`."""
    return _end(db, auditing.operator_in(account_id), name, grace, now)


def take_back(db: Session, by: Actor, *, now: datetime) -> None:
    """Let the account go on as it was; what waited leaves within minutes.

    Denied for all but the owner, Conflict for an account that is not ended, Gone once its erasure has begun.
    """
    require(by, Permission.OWN_ACCOUNT)
    _go_on(db, by, now)


def take_back_for(db: Session, account_id: int, *, now: datetime) -> None:
    """Likewise by the operator; errors as for `take_back`."""
    _go_on(db, auditing.operator_in(account_id), now)


def due_accounts(db: Session, *, now: datetime) -> Sequence[int]:
    """Accounts whose time is over, twenty at most."""
    due = Account.terminates_at <= now, Account.terminated_at.is_(None)
    return db.execute(select(Account.id).where(*due).limit(_AT_ONCE)).scalars().all()


def finish(db: Session, account_id: int, *, now: datetime) -> bool:
    """Begin to erase an account whose time is over: there is no way back. False if it has begun, or goes on.

    From now on the owner's address is kept apart from the account, until the end is certified to it.
    """
    due = Account.id == account_id, Account.terminates_at <= now, Account.terminated_at.is_(None)
    begun = update(Account).where(*due).values(terminated_at=now).returning(Account.id)
    if db.execute(begun).first() is None:
        return False
    owner = Staff.account_id == account_id, Staff.role == Role.OWNER.value
    email, locale = db.execute(select(Staff.email, Staff.locale).where(*owner)).one()
    operating.shut_out(db, account_id, now=now)
    erasure = erasing.begin_by_rule(db, account_id, Scope(ErasureKind.ACCOUNT), now=now)
    farewells.owe(db, erasure, recipient=email, locale=locale, now=now)
    return True


def _end(db: Session, by: Actor, name: str, grace: timedelta, now: datetime) -> datetime:
    columns = select(Account.name, Account.is_operators).where(Account.id == by.account_id)
    real, is_operators = db.execute(columns).one()
    if is_operators:
        raise Conflict(_OPERATORS)
    if " ".join(name.split()) != " ".join(real.split()):
        raise Invalid("This is not the name of the account.", field="name")
    goes_on = Account.id == by.account_id, Account.suspended_at.is_(None), ~Account.is_operators
    ended = update(Account).where(*goes_on).values(suspended_at=now, terminates_at=now + grace)
    if db.execute(ended.returning(Account.id)).first() is None:
        raise Conflict("This account is suspended or terminated already.")
    operating.shut_out(db, by.account_id, but=by.staff_id, now=now)
    auditing.note(db, by, Kind.TERMINATION_ASKED, now=now, days=grace.days)
    if not grace:
        finish(db, by.account_id, now=now)
    return now + grace


def _go_on(db: Session, by: Actor, now: datetime) -> None:
    mine = Account.id == by.account_id, Account.terminates_at.is_not(None)
    back = update(Account).where(*mine, Account.terminated_at.is_(None))
    values = {"suspended_at": None, "terminates_at": None}
    if db.execute(back.values(**values).returning(Account.id)).first() is None:
        if db.execute(select(Account.id).where(*mine)).first() is not None:
            raise Gone("It is too late: the account is being erased.")
        raise Conflict("This account is not terminated.")
    auditing.note(db, by, Kind.TERMINATION_TAKEN_BACK, now=now)
