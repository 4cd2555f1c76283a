"""Answers that a repeated request gets again: what a POST with a key made, kept for a day.

A claim is committed before the work begins, so that a second request meanwhile is told to wait; it is
completed in the transaction of the work itself, so that work and answer exist together or not at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, Invalid
from gateway.store.models import IdempotencyKey

KEPT = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=2)
"""A claim neither completed nor released by then belonged to a process that died."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of a key. `made` is what an earlier request made, "" while nothing is."""

    account_id: int
    key: str
    at: datetime
    made: str = ""


def claim(db: Session, account_id: int, key: str, body_hash: str, *, now: datetime) -> Claim:
    """Claim a key for a request, or learn what it made before.

    Raises Invalid when the key stood for another request, Conflict while the first is at work.
    """
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
    mine = IdempotencyKey.account_id == account_id, IdempotencyKey.key == key
    columns = select(IdempotencyKey.body_hash, IdempotencyKey.location, IdempotencyKey.created_at)
    found = db.execute(columns.where(*mine)).first()
    if found is None:
        row = {
            "account_id": account_id,
            "key": key,
            "body_hash": body_hash,
            "created_at": now,
            "location": "",
        }
        db.execute(insert(IdempotencyKey), row)
        return Claim(account_id, key, now)
    earlier_hash, made, at = found
    if earlier_hash != body_hash:
        raise Invalid("This Idempotency-Key was used for another request.")
    if not made and now - at < ABANDONED_AFTER:
        raise Conflict("The first request with this Idempotency-Key is still at work.")
    if not made:
        db.execute(update(IdempotencyKey).where(*mine).values(created_at=now))
        return Claim(account_id, key, now)
    return Claim(account_id, key, at, made)


def complete(db: Session, held: Claim | None, made: str, *, status: int = 201) -> None:
    """The work is done and made this; Conflict when the claim has passed to another meanwhile.

    Without a claim (no key was given) there is nothing to note.
    """
    if held is None:
        return
    ours = update(IdempotencyKey).where(*_still(held)).values(location=made, status=status)
    if db.execute(ours.returning(IdempotencyKey.id)).first() is None:
        raise Conflict("Another request with this Idempotency-Key took over.")


def release(db: Session, held: Claim) -> None:
    """The work failed: the same request may be tried again."""
    db.execute(delete(IdempotencyKey).where(*_still(held)))


def _still(held: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyKey.account_id == held.account_id,
        IdempotencyKey.key == held.key,
        IdempotencyKey.created_at == held.at,
        IdempotencyKey.status.is_(None),
    )
