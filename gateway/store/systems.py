"""Writing installed systems: enrolled by a code, there or not, renamed, removed; each step is one statement.

Nothing here tells anybody: the verbs of `desk.systems` do.
"""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.rules.remote import Scope, State
from gateway.rules.systems import ENROL_LASTS
from gateway.store.models import RemoteEnrolCode, RemoteSession, RemoteSystem

_S, _C = RemoteSystem, RemoteEnrolCode
_IS_THERE = _S.removed_at.is_(None), _S.customer_id.is_not(None)


@dataclass(frozen=True, slots=True)
class NewSystem:
    """What a system begins with."""

    account_id: int
    customer_id: int
    name: str
    platform: str
    sign_key: bytes
    box_key: bytes


def hash_of_code(key: bytes, code: str) -> str:
    """What is kept of a code for enrolling, by the installation's key."""
    return hmac.digest(key, f"enrol code:{code}".encode(), "sha256").hex()


def put_code(db: Session, account_id: int, customer_id: int, code_hash: str, *, now: datetime) -> datetime:
    """A code by which one system can become the customer's; until when."""
    until = now + ENROL_LASTS
    values = {"account_id": account_id, "customer_id": customer_id, "code_hash": code_hash}
    db.execute(insert(_C).values(**values, expires_at=until))
    return until


def take_code(db: Session, code_hash: str, *, now: datetime) -> tuple[int, int] | None:
    """Use a code up: account and customer that it stands for, None if it stands for nothing."""
    holds = _C.code_hash == code_hash, _C.expires_at > now
    row = db.execute(delete(_C).where(*holds).returning(_C.account_id, _C.customer_id)).first()
    return (row.account_id, row.customer_id) if row else None


def put(db: Session, new: NewSystem, *, now: datetime) -> str:
    """A new system; its public id."""
    public_id = new_public_id()
    values = {
        "public_id": public_id,
        "account_id": new.account_id,
        "customer_id": new.customer_id,
        "name": new.name,
        "platform": new.platform,
        "sign_key": new.sign_key,
        "box_key": new.box_key,
        "unattended": [],
        "enrolled_at": now,
    }
    db.execute(insert(_S).values(values))
    return public_id


def come(
    db: Session, system_id: int, *, relay_url: str, unattended: Iterable[Scope], now: datetime
) -> int | None:
    """A system is there, at this relay; its account, None if it was removed."""
    values = {"relay_url": relay_url, "seen_at": now, "unattended": [scope.value for scope in unattended]}
    there = update(_S).where(_S.id == system_id, *_IS_THERE).values(**values)
    return db.execute(there.returning(_S.account_id)).scalar()


def leave(db: Session, system_id: int, *, relay_url: str, now: datetime) -> int | None:
    """A system has gone, if it is this relay's still; its account, None if it is not."""
    here = _S.id == system_id, _S.relay_url == relay_url
    gone = update(_S).where(*here).values(relay_url=None, seen_at=now)
    return db.execute(gone.returning(_S.account_id)).scalar()


def still_here(db: Session, system_ids: Collection[int], *, relay_url: str, now: datetime) -> None:
    """These are there still, as far as they are this relay's."""
    here = _S.id.in_(system_ids), _S.relay_url == relay_url
    db.execute(update(_S).where(*here).values(seen_at=now))


def rename(db: Session, account_id: int, public_id: str, name: str) -> bool:
    """Call a system otherwise; False for one that is not there."""
    mine = _S.account_id == account_id, _S.public_id == public_id, *_IS_THERE
    return db.execute(update(_S).where(*mine).values(name=name).returning(_S.id)).first() is not None


def remove(db: Session, account_id: int, public_id: str, *, now: datetime) -> int | None:
    """Remove a system: its relay sends it away; its key, None for one that is not there."""
    mine = _S.account_id == account_id, _S.public_id == public_id, *_IS_THERE
    gone = update(_S).where(*mine).values(removed_at=now, relay_url=None, unattended=[])
    return db.execute(gone.returning(_S.id)).scalar()


def remove_of_customer(db: Session, account_id: int, customer_id: int, *, now: datetime) -> None:
    """Remove all systems of a customer who goes, names and all; their sessions are over at once."""
    theirs = _S.account_id == account_id, _S.customer_id == customer_id
    gone = update(_S).where(*theirs).values(removed_at=now, relay_url=None, unattended=[], name="")
    ids = db.execute(gone.returning(_S.id)).scalars().all()
    if ids:
        on = RemoteSession.system_id.in_(ids), RemoteSession.state != State.ENDED.value
        db.execute(update(RemoteSession).where(*on).values(expires_at=now))
