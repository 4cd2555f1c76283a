"""Taking data along: who may ask for an export of what, see how far it is, and have the file."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Denied, NotFound
from gateway.rules.access import Actor, Permission, may, require
from gateway.rules.exporting import Scope, State
from gateway.store import exports
from gateway.store.audit import Ref
from gateway.store.exported import persons
from gateway.store.exports import ExportView
from gateway.store.models import Account
from gateway.store.queries import audit as naming

_WHAT = {Scope.ACCOUNT: What.ACCOUNT, Scope.CUSTOMER: What.CUSTOMER, Scope.CONTACT: What.CONTACT}


def may_ask(by: Actor, scope: Scope) -> bool:
    """Whether they may have an export: the owner of the account, owner and admins of who writes to it."""
    wanted = Permission.OWN_ACCOUNT if scope is Scope.ACCOUNT else Permission.MANAGE_ACCOUNT
    return by.staff_id is not None and by.reach is None and may(by, wanted)


def ask(db: Session, by: Actor, scope: Scope, subject_id: str, *, with_notes: bool, now: datetime) -> str:
    """Have an export made; its public id. For an account `subject_id` says nothing, and notes are in always.

    NotFound for nobody of this account, Conflict while another export of theirs is being made.
    """
    staff_id = _staff(by, scope)
    if scope is Scope.ACCOUNT:
        wanted = select(Account.public_id).where(Account.id == by.account_id)
        subject_id, with_notes = db.execute(wanted).scalar_one(), True
    elif not persons.is_there(db, by.account_id, scope, subject_id):
        raise NotFound
    made = exports.ask(
        db, by.account_id, staff_id, scope=scope, subject_id=subject_id, with_notes=with_notes, now=now
    )
    auditing.note(db, by, Kind.EXPORT_ASKED, _ref(scope, subject_id), now=now, notes=with_notes)
    return made


def list_exports(db: Session, by: Actor, *, now: datetime) -> Sequence[ExportView]:
    """What they asked for and is not gone yet, newest first; Denied for all but owner and admins."""
    require(by, Permission.MANAGE_ACCOUNT)
    return [] if by.staff_id is None else exports.list_of(db, by.account_id, by.staff_id, now=now)


def names_of(db: Session, by: Actor, found: Sequence[ExportView]) -> Mapping[str, str]:
    """What the subjects of some exports are called today, by public id; those that are gone are missing."""
    refs = {_ref(one.scope, one.subject_id) for one in found}
    return {ref.id: name for ref, name in naming.names_of(db, by.account_id, refs).items()}


def give(db: Session, by: Actor, public_id: str, *, now: datetime) -> ExportView:
    """A finished one, which they take now; NotFound for anybody else's, one that is gone or not ready.

    Denied to who may not have such an export (any more).
    """
    found = _own(db, by, public_id, now)
    if found.state is not State.READY:
        raise NotFound
    auditing.note(db, by, Kind.EXPORT_DOWNLOADED, _ref(found.scope, found.subject_id), now=now)
    return found


def remove(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Give one up, ready or not; errors as for `give`."""
    found = _own(db, by, public_id, now)
    exports.remove(db, by.account_id, by.staff_id or 0, public_id)
    auditing.note(db, by, Kind.EXPORT_REMOVED, _ref(found.scope, found.subject_id), now=now)


def _own(db: Session, by: Actor, public_id: str, now: datetime) -> ExportView:
    require(by, Permission.MANAGE_ACCOUNT)
    found = exports.get(db, by.account_id, by.staff_id or 0, public_id, now=now)
    _staff(by, found.scope)
    return found


def _staff(by: Actor, scope: Scope) -> int:
    if by.staff_id is None or not may_ask(by, scope):
        raise Denied(detail=f"{by.role} has no export of {scope}")
    return by.staff_id


def _ref(scope: Scope, subject_id: str) -> Ref:
    return Ref(_WHAT[scope].value, "" if scope is Scope.ACCOUNT else subject_id)
