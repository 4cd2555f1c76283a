"""Whom an erasure is certified to: kept apart from what is erased, until the mail has left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules.retry import GIVE_UP_AFTER, Deferred, Outcome, Sent, next_try_at
from gateway.store import outbox
from gateway.store.models import Account, Farewell
from gateway.store.outbox import Topic

LEASE = timedelta(minutes=10)
"""How long one worker may take over a try."""

LOOK_AGAIN = timedelta(seconds=5)
"""How long until it is looked at again whether the erasure is done."""

KEPT_FAILED = timedelta(days=30)
"""How long somebody can send again what could not be sent."""


@dataclass(frozen=True, slots=True)
class Debt:
    """That somebody is owed a certificate, or was: `has_failed`."""

    erasure: str
    recipient: str = field(repr=False)
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A certificate that is owed, in the hands of one worker; `business` is "" of an account that is gone."""

    id: int
    erasure_public_id: str
    recipient: str = field(repr=False)
    locale: str
    business: str
    tries: int
    tried_from: datetime | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """One that could not be sent: of which erasure, to whom, since when, what the server said."""

    erasure: str
    recipient: str = field(repr=False)
    failed_at: datetime
    answer: str = field(repr=False)


def owe(
    db: Session,
    erasure_public_id: str,
    *,
    recipient: str,
    locale: str,
    now: datetime,
    account_id: int | None = None,
) -> int:
    """Have the end of an erasure certified by mail, by an account if it goes on; the key of what is owed."""
    owed = Farewell(
        account_id=account_id,
        erasure_public_id=erasure_public_id,
        recipient=recipient,
        locale=locale,
        next_try_at=now,
    )
    db.add(owed)
    db.flush()
    outbox.put(db, Topic.CERTIFY, owed.id, now=now, not_before=now + LOOK_AGAIN)
    return owed.id


def find(db: Session, farewell_id: int) -> Debt | None:
    """What is to be certified, and to whom; None if nothing is owed any more."""
    columns = Farewell.erasure_public_id, Farewell.recipient, Farewell.failed_at.is_not(None)
    found = db.execute(select(*columns).where(Farewell.id == farewell_id)).first()
    return None if found is None else Debt(*found)


def look_again(db: Session, farewell_id: int, *, now: datetime) -> None:
    """It is not erased yet."""
    outbox.reschedule(db, Topic.CERTIFY, farewell_id, now + LOOK_AGAIN)


def claim(db: Session, farewell_id: int, *, now: datetime) -> Owed | None:
    """Take a certificate that is due, for `LEASE`; None if it is not due, gone, or in other hands.

    None as well while its account is suspended, as nothing is sent then; but for one that has failed, which
    is only to be forgotten.
    """
    shut = select(Account.id).where(Account.id == Farewell.account_id, Account.suspended_at.is_not(None))
    is_free = or_(Farewell.failed_at.is_not(None), ~shut.exists())
    due = Farewell.id == farewell_id, Farewell.next_try_at <= now, is_free
    taken = update(Farewell).where(*due).values(next_try_at=now + LEASE, tries=Farewell.tries + 1)
    if db.execute(taken.returning(Farewell.id)).first() is None:
        return None
    row = db.get_one(Farewell, farewell_id, populate_existing=True)
    business = db.execute(select(Account.name).where(Account.id == row.account_id)).scalar() or ""
    outbox.reschedule(db, Topic.CERTIFY, farewell_id, now + LEASE)
    return Owed(row.id, row.erasure_public_id, row.recipient, row.locale, business, row.tries, row.tried_from)


def record(
    db: Session, owed: Owed, outcome: Outcome, *, done_at: datetime, now: datetime, jitter: float
) -> bool:
    """Note what a try came to; False if there is none after it by itself.

    Tries are counted from `done_at`, when it was erased, or from when somebody had it sent again, and go on
    for five days at most. Nobody is known any more who has it; who has not waits to be sent it again.
    """
    if isinstance(outcome, Sent):
        forget(db, owed.id, now=now)
        return False
    again = _again(owed, outcome, owed.tried_from or done_at, now, jitter)
    values: dict[str, object] = {"next_try_at": again}
    if again is None:
        again = now + KEPT_FAILED
        values = {"next_try_at": again, "failed_at": now, "answer": outcome.answer}
    db.execute(update(Farewell).where(Farewell.id == owed.id).values(**values))
    outbox.reschedule(db, Topic.CERTIFY, owed.id, again)
    return "failed_at" not in values


def forget(db: Session, farewell_id: int, *, now: datetime) -> None:
    """Nothing is owed any more, and nobody is known."""
    db.execute(delete(Farewell).where(Farewell.id == farewell_id))
    outbox.done_for(db, Topic.CERTIFY, farewell_id)
    outbox.put(db, Topic.WIPE, farewell_id, now=now)


def list_unsent(db: Session, account_id: int | None) -> Sequence[Unsent]:
    """What an account could not send, oldest first; None: of accounts that are gone."""
    columns = Farewell.erasure_public_id, Farewell.recipient, Farewell.failed_at, Farewell.answer
    found = select(*columns).where(*_unsent_of(account_id)).order_by(Farewell.failed_at, Farewell.id)
    return [
        Unsent(erasure, recipient, failed_at, answer)
        for erasure, recipient, failed_at, answer in db.execute(found)
        if failed_at is not None
    ]


def send_again(db: Session, account_id: int | None, erasure: str, *, now: datetime) -> int:
    """Have those of an erasure tried anew; how many."""
    anew = update(Farewell).where(*_unsent_of(account_id), Farewell.erasure_public_id == erasure)
    values: dict[str, object] = {"failed_at": None, "answer": "", "tries": 0, "next_try_at": now}
    keys = db.execute(anew.values(**values, tried_from=now).returning(Farewell.id)).scalars().all()
    for key in keys:
        outbox.done_for(db, Topic.CERTIFY, key)
        outbox.put(db, Topic.CERTIFY, key, now=now)
    return len(keys)


def give_up(db: Session, account_id: int | None, erasure: str, *, now: datetime) -> int:
    """Forget to whom those of an erasure could not be sent; how many."""
    theirs = select(Farewell.id).where(*_unsent_of(account_id), Farewell.erasure_public_id == erasure)
    keys = db.execute(theirs).scalars().all()
    for key in keys:
        forget(db, key, now=now)
    return len(keys)


def _unsent_of(account_id: int | None) -> tuple[ColumnElement[bool], ...]:
    whose = Farewell.account_id.is_(None) if account_id is None else Farewell.account_id == account_id
    return whose, Farewell.failed_at.is_not(None)


def _again(owed: Owed, outcome: Outcome, since: datetime, now: datetime, jitter: float) -> datetime | None:
    if not isinstance(outcome, Deferred):
        return None
    if outcome.pause is not None:  # our own fault waits as well, but not for ever
        return now + outcome.pause if now < since + GIVE_UP_AFTER else None
    return next_try_at(owed.tries, since, now, jitter)
