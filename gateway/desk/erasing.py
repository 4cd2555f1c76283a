"""Erasing: who may have what erased, what would go, how far it is, and the receipt.

Whoever asks has shown their password lately: the edges see to that, as with everything that is sensitive.
A worker carries it out (`gateway.outbound.erasing`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import DESK, Kind, What
from gateway.errors import Denied, NotFound
from gateway.rules import erasure
from gateway.rules.access import Actor, Permission, may
from gateway.rules.erasure import ErasureKind, Scope, State
from gateway.store import erasures
from gateway.store.audit import NewEntry, Ref
from gateway.store.erased import previewing
from gateway.store.erased.previewing import Preview
from gateway.store.erasures import Progress

_WHAT = {ErasureKind.CUSTOMER: What.CUSTOMER, ErasureKind.CONTACT: What.CONTACT}


def may_erase(by: Actor, kind: ErasureKind) -> bool:
    """Whether they may: the owner the account, owner and admins who see all of it anything else."""
    wanted = Permission.OWN_ACCOUNT if kind is ErasureKind.ACCOUNT else Permission.MANAGE_ACCOUNT
    return by.staff_id is not None and by.reach is None and may(by, wanted)


def preview(db: Session, by: Actor, scope: Scope, *, now: datetime) -> Preview:
    """What would go: counts, bytes, and others' messages that quote or name the person.

    Reads alone. Denied for who may not, NotFound for what is not there, Invalid for a scope that is none.
    """
    require(by, scope.kind)
    erasure.check(scope)
    if not previewing.is_there(db, by.account_id, scope):
        raise NotFound
    return previewing.preview(db, by.account_id, scope, now=now)


def begin(db: Session, by: Actor, scope: Scope, *, quoted: Collection[str] = (), now: datetime) -> str:
    """Have it erased, with those of the offered messages whose public ids `quoted` holds; its public id.

    Errors as for `preview`, and Conflict while the same is being erased.
    """
    require(by, scope.kind)
    erasure.check(scope)
    if not previewing.is_there(db, by.account_id, scope):
        raise NotFound
    made = erasures.ask(db, by.account_id, by.staff_id, scope, sorted(quoted), now=now)
    auditing.note(db, by, Kind.ERASURE_ASKED, _ref(scope), now=now, what=scope.kind.value)
    return made


def begin_by_rule(
    db: Session, account_id: int, scope: Scope, *, now: datetime, due_at: datetime | None = None
) -> str:
    """Likewise by a rule of the account or the end of its time, from `due_at` on; nobody asked for it.

    Invalid, NotFound and Conflict as for `begin`.
    """
    erasure.check(scope)
    if not previewing.is_there(db, account_id, scope):
        raise NotFound
    made = erasures.ask(db, account_id, None, scope, (), now=now, due_at=due_at)
    facts = {"what": scope.kind.value}
    auditing.write(db, account_id, NewEntry(now, DESK, Kind.ERASURE_ASKED.value, _ref(scope), facts))
    return made


def show(db: Session, by: Actor, public_id: str) -> Progress:
    """How far one is; Denied for all but owner and admins who see all, NotFound for another account's."""
    require(by, ErasureKind.CONTACT)
    return erasures.get(db, by.account_id, public_id)


def list_erasures(db: Session, by: Actor) -> Sequence[Progress]:
    """All of the account, newest first; Denied as for `show`."""
    require(by, ErasureKind.CONTACT)
    return erasures.list_of(db, by.account_id)


def receipt(db: Session, by: Actor, public_id: str) -> str:
    """The signed receipt, JSON without personal data; NotFound until it is done. Denied as for `show`."""
    found = show(db, by, public_id)
    if found.state is not State.DONE:
        raise NotFound
    return found.receipt


def find_receipt(db: Session, public_id: str) -> str | None:
    """That of any erasure, also where the account is gone; None until it is done. Asks nobody's leave."""
    found = erasures.find_receipt(db, public_id)
    return found.receipt if found and found.state is State.DONE else None


def require(by: Actor, kind: ErasureKind) -> None:
    """Nothing for who may erase this; Denied for all others."""
    if not may_erase(by, kind):
        raise Denied(detail=f"{by.role} erases no {kind}")


def _ref(scope: Scope) -> Ref:
    what = _WHAT.get(scope.kind)
    return Ref(what.value, scope.public_id) if what else Ref(What.ACCOUNT.value)
