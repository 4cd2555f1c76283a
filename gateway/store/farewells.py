"""Whom the erasure of an account is certified to: kept apart from the account, until the mail has left."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.rules.retry import GIVE_UP_AFTER, Deferred, Outcome, next_try_at
from gateway.store import outbox
from gateway.store.models import Farewell
from gateway.store.outbox import Topic

LEASE = timedelta(minutes=10)
"""How long one worker may take over a try."""

LOOK_AGAIN = timedelta(seconds=5)
"""How long until it is looked at again whether the account is erased."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A certificate that is owed, in the hands of one worker."""

    id: int
    erasure_public_id: str
    recipient: str = field(repr=False)
    locale: str
    tries: int


def owe(db: Session, erasure_public_id: str, *, recipient: str, locale: str, now: datetime) -> int:
    """Have the end of an erasure certified by mail; the key of what is owed."""
    owed = Farewell(
        erasure_public_id=erasure_public_id,
        recipient=recipient,
        locale=locale,
        next_try_at=now,
    )
    db.add(owed)
    db.flush()
    outbox.put(db, Topic.CERTIFY, owed.id, now=now, not_before=now + LOOK_AGAIN)
    return owed.id


def find(db: Session, farewell_id: int) -> str | None:
    """The erasure that is to be certified; None if nothing is owed any more."""
    wanted = select(Farewell.erasure_public_id).where(Farewell.id == farewell_id)
    return db.execute(wanted).scalar()


def look_again(db: Session, farewell_id: int, *, now: datetime) -> None:
    """The account is not erased yet."""
    outbox.reschedule(db, Topic.CERTIFY, farewell_id, now + LOOK_AGAIN)


def claim(db: Session, farewell_id: int, *, now: datetime) -> Owed | None:
    """Take a certificate that is due, for `LEASE`; None if it is not due, gone, or in other hands."""
    due = Farewell.id == farewell_id, Farewell.next_try_at <= now
    taken = update(Farewell).where(*due).values(next_try_at=now + LEASE, tries=Farewell.tries + 1)
    columns = (
        Farewell.id,
        Farewell.erasure_public_id,
        Farewell.recipient,
        Farewell.locale,
        Farewell.tries,
    )
    found = db.execute(taken.returning(*columns)).first()
    if found is None:
        return None
    outbox.reschedule(db, Topic.CERTIFY, farewell_id, now + LEASE)
    return Owed(*found)


def record(
    db: Session, owed: Owed, outcome: Outcome, *, done_at: datetime, now: datetime, jitter: float
) -> bool:
    """Note what a try came to; False if there is none after it, and nobody is known any more.

    Tries are counted from `done_at`, when the account was erased, and go on for five days at most.
    """
    again = _again(owed, outcome, done_at, now, jitter)
    if again is None:
        forget(db, owed.id, now=now)
        return False
    db.execute(update(Farewell).where(Farewell.id == owed.id).values(next_try_at=again))
    outbox.reschedule(db, Topic.CERTIFY, owed.id, again)
    return True


def forget(db: Session, farewell_id: int, *, now: datetime) -> None:
    """Nothing is owed any more, and nobody is known."""
    db.execute(delete(Farewell).where(Farewell.id == farewell_id))
    outbox.done_for(db, Topic.CERTIFY, farewell_id)
    outbox.put(db, Topic.WIPE, farewell_id, now=now)


def _again(owed: Owed, outcome: Outcome, done_at: datetime, now: datetime, jitter: float) -> datetime | None:
    if not isinstance(outcome, Deferred):
        return None
    if outcome.pause is not None:  # our own fault waits as well, but keeps nobody's address for ever
        return now + outcome.pause if now < done_at + GIVE_UP_AFTER else None
    return next_try_at(owed.tries, done_at, now, jitter)
