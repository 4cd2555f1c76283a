"""The operator at work: which account is theirs, what others may use, and who is shut out for now.

They see accounts by counts and days, and never what was written there. Who does it is None at the command
line; else they have to manage the operator's account.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing, leaving, remote
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor, Permission, require
from gateway.rules.remote import State, Why
from gateway.store.audit import NewEntry, Ref
from gateway.store.bounds import Limits
from gateway.store.models import Account, RemoteSession
from gateway.store.queries import operating as queries
from gateway.store.queries.operating import AccountLine
from gateway.store.types import MOST

_NO_OPERATOR = "No account is the operator's yet: manage4all operator appoint LOGIN."


def require_operator(db: Session, by: Actor | None) -> None:
    """Nothing for who runs the installation. Denied for who manages no account.

    NotFound, as if nothing were there, for who manages another one.
    """
    if by is None:
        return
    require(by, Permission.MANAGE_ACCOUNT)
    theirs = select(Account.is_operators).where(Account.id == by.account_id)
    if not db.execute(theirs).scalar():
        raise NotFound


def appoint(db: Session, login: str, *, now: datetime) -> AccountLine:
    """Make an account the operator's, by its owner's login or its public id; no other one is from then on.

    NotFound for an account that is none, Conflict for one that is suspended.
    """
    chosen, before = get(db, None, login), queries.find_operators(db)
    if chosen.suspended_at is not None:
        raise Conflict("This account is suspended. Let it go on first.")
    if before is None or before.id != chosen.id:
        if before is not None:
            _set(db, before, is_operators=False)
            _note(db, None, before, Kind.OPERATOR_RELIEVED, now)
        _set(db, chosen, is_operators=True)
        _note(db, None, chosen, Kind.OPERATOR_APPOINTED, now)
    return get_operators(db)


def get_operators(db: Session) -> AccountLine:
    """The operator's own account; NotFound as long as none was appointed."""
    found = queries.find_operators(db)
    if found is None:
        raise NotFound(_NO_OPERATOR)
    return found


def get(db: Session, by: Actor | None, public_id: str) -> AccountLine:
    """An account by its public id or its owner's login; NotFound if there is none."""
    require_operator(db, by)
    found = queries.find_account(db, public_id.strip())
    if found is None:
        raise NotFound("There is no such account.")
    return found


def list_accounts(
    db: Session, by: Actor | None, *, find: str = "", before: int | None = None, limit: int | None = None
) -> tuple[AccountLine, ...]:
    """Accounts, newest first, as `gateway.store.queries.operating` has them."""
    require_operator(db, by)
    return queries.list_accounts(db, find=find.strip(), before=before, limit=limit)


def limit(db: Session, by: Actor | None, public_id: str, limits: Limits, *, now: datetime) -> None:
    """Say what an account may have at most; what it has already stays. Invalid names the field at fault."""
    whom = get(db, by, public_id)
    for field, most in (("staff", limits.staff), ("bytes", limits.kept_bytes), ("mails", limits.mails_day)):
        if not 0 <= most <= MOST:
            raise Invalid("This number is too small or too large.", field=field)
    if limits != whom.limits:
        values = {"staff": limits.staff, "bytes": limits.kept_bytes, "mails_day": limits.mails_day}
        _set(db, whom, **{f"most_{name}": most for name, most in values.items()})
        _note(db, by, whom, Kind.LIMITS_CHANGED, now, **values)


def suspend(db: Session, by: Actor | None, public_id: str, *, now: datetime) -> None:
    """Shut an account: who is signed in is out at once, remote sessions end, mail is to be tried again later.

    What it has stays, and its unsent mail waits. Conflict for the operator's own, and for one that is shut
    or ends.
    """
    whom = get(db, by, public_id)
    if whom.is_operators:
        raise Conflict("The operator's own account cannot be suspended.")
    _check_goes_on(whom)
    if whom.suspended_at is not None:
        raise Conflict("This account is suspended already.")
    _set(db, whom, suspended_at=now)
    shut_out(db, whom.id, now=now)
    _note(db, by, whom, Kind.SUSPENDED, now)


def resume(db: Session, by: Actor | None, public_id: str, *, now: datetime) -> None:
    """Let an account go on. Conflict for one that is not suspended, or ends."""
    whom = get(db, by, public_id)
    _check_goes_on(whom)
    if whom.suspended_at is None:
        raise Conflict("This account is not suspended.")
    _set(db, whom, suspended_at=None)
    _note(db, by, whom, Kind.RESUMED, now)


def shut_out(db: Session, account_id: int, *, but: int | None = None, now: datetime) -> None:
    """End whatever lets people into an account, all but one of them, and its remote sessions."""
    for staff_id in queries.everybody_of(db, account_id):
        if staff_id != but:
            leaving.end_access(db, staff_id)
    running = RemoteSession.account_id == account_id, RemoteSession.state != State.ENDED.value
    for session_id in db.execute(select(RemoteSession.id).where(*running)).scalars().all():
        remote.end(db, session_id, why=Why.REVOKED, now=now)


def _check_goes_on(whom: AccountLine) -> None:
    if whom.terminates_at is not None:
        raise Conflict("This account is terminated. Its owner alone can take that back.")


def _set(db: Session, whom: AccountLine, **values: object) -> None:
    db.execute(update(Account).where(Account.id == whom.id).values(**values))


def _note(db: Session, by: Actor | None, whom: AccountLine, kind: Kind, now: datetime, **facts: int) -> None:
    """In the log of the account that it is done to, without a name; in the operator's with it."""
    entry = NewEntry(now, auditing.OPERATOR, kind.value, Ref(What.ACCOUNT.value), facts)
    auditing.write(db, whom.id, entry)
    if by is not None and by.account_id != whom.id:
        auditing.note(db, by, kind, Ref(What.ACCOUNT.value, whom.public_id), now=now, **facts)
