"""Deliveries that are held back because the budget was spent: released by people, or never sent.

Both take the oldest first, and so many at once that no page has to wait; a second call takes the next ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, exists, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.store import outbox
from gateway.store.deliveries import State
from gateway.store.models import Account, Delivery, table

MOST_AT_ONCE = 500
MOST_COUNTED = 9_999


@dataclass(frozen=True, slots=True)
class Which:
    """Which held deliveries of an account: all, those of an article, those to a recipient, or both."""

    article_id: int | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One that was held."""

    id: int
    ticket_id: int
    article_id: int
    recipient: str


def is_held() -> Exists:
    """Whether the account of the statement around it has mail that is held."""
    mine = Delivery.account_id == Account.id, Delivery.state == State.HELD.value
    return exists().where(*mine).correlate(Account)


def count(db: Session, account_id: int) -> int:
    """How many are held, counted up to `MOST_COUNTED` + 1."""
    held = select(Delivery.id).where(Delivery.account_id == account_id, Delivery.state == State.HELD.value)
    counted = held.limit(MOST_COUNTED + 1).subquery()
    return db.execute(select(func.count()).select_from(counted)).scalar_one()


def release(db: Session, account_id: int, which: Which, *, now: datetime) -> Sequence[Held]:
    """Owe them again, at once and in their order; they have no place in the budget and need none."""
    values = {"state": State.QUEUED.value, "answer": "", "created_at": now, "finished_at": None}
    released = _take(db, account_id, which, values)
    for delivery in released:
        outbox.put(db, outbox.Topic.DELIVER, delivery.id, now=now)
    return released


def discard(db: Session, account_id: int, which: Which, *, now: datetime) -> Sequence[Held]:
    """Never send them."""
    return _take(db, account_id, which, {"state": State.WITHDRAWN.value, "answer": "", "finished_at": now})


def is_watched(db: Session) -> bool:
    """Whether any account has held mail or was told of some; cheap, to be asked before the rest."""
    return db.connection().execute(_ANY).first() is not None


def accounts_to_tell(db: Session, *, told_before: datetime) -> Sequence[int]:
    """The accounts with held mail whose people were not told of it, or before that moment."""
    is_due = or_(Account.held_told_at.is_(None), Account.held_told_at <= told_before)
    return db.execute(select(Account.id).where(is_due, is_held()).order_by(Account.id)).scalars().all()


def note_told(db: Session, account_id: int, *, now: datetime) -> None:
    """Its people were told."""
    db.execute(update(Account).where(Account.id == account_id).values(held_told_at=now))


def forget_told(db: Session) -> int:
    """Where nothing is held any more, the next one is told at once; how many accounts."""
    over = update(Account).where(Account.held_told_at.is_not(None), ~is_held())
    return len(db.execute(over.values(held_told_at=None).returning(Account.id)).all())


def _take(db: Session, account_id: int, which: Which, values: dict[str, Any]) -> Sequence[Held]:
    mine = Delivery.account_id == account_id, Delivery.state == State.HELD.value
    oldest = select(Delivery.id).where(*mine).order_by(Delivery.id).limit(MOST_AT_ONCE)
    if which.article_id is not None:
        oldest = oldest.where(Delivery.article_id == which.article_id)
    if which.recipient is not None:
        oldest = oldest.where(Delivery.recipient == which.recipient)
    taken = update(Delivery).where(*mine, Delivery.id.in_(oldest.scalar_subquery())).values(**values)
    rows = db.execute(taken.returning(*_TOLD), execution_options={"synchronize_session": False}).all()
    return sorted((Held(*row) for row in rows), key=lambda held: held.id)


_IT = table(Delivery).c
_TOLD = (_IT.id, _IT.ticket_id, _IT.article_id, _IT.recipient)
_ANY = select(Account.id).where(or_(Account.held_told_at.is_not(None), is_held())).limit(1)
