"""Deliveries that failed or came back: tried again, put aside, or replaced by another mail.

Put aside and replaced ones keep their state and are on no list any more.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select, update
from sqlalchemy.orm import Session

from gateway.store import outbox
from gateway.store.deliveries import State
from gateway.store.models import Delivery, Ticket

MOST_COUNTED = 999
FAILED = (State.FAILED, State.BOUNCED)


class Settled(StrEnum):
    """What people did about a delivery that failed."""

    DISMISSED = "dismissed"
    REPLACED = "replaced"


def is_listed() -> ColumnElement[bool]:
    """Whether a delivery of a ticket failed and nobody has done anything about it."""
    return Delivery.state.in_(FAILED) & (Delivery.settled == "") & Delivery.article_id.is_not(None)


def failed_count(within: ColumnElement[bool] | None = None) -> ScalarSelect[int]:
    """How many are listed in the account `:account`, counted up to `MOST_COUNTED` + 1.

    `within` is a condition on their tickets.
    """
    listed = select(Delivery.id).where(Delivery.account_id == bindparam("account"), is_listed())
    if within is not None:
        listed = listed.join(Ticket, Ticket.id == Delivery.ticket_id).where(within)
    counted = listed.limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def requeue(db: Session, account_id: int, article_id: int, recipient: str, *, now: datetime) -> bool:
    """Owe the same mail to the recipient anew, its tries counted from here; False if it did not fail."""
    values = {
        "state": State.QUEUED.value,
        "settled": "",
        "answer": "",
        "attempts": 0,
        "claims": 0,
        "next_try_at": None,
        "created_at": now,
        "finished_at": None,
    }
    found = _set(db, account_id, article_id, values, Delivery.recipient == recipient)
    for delivery_id in found:
        outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now)
    return bool(found)


def settle(
    db: Session, account_id: int, article_id: int, how: Settled, *, recipient: str | None = None
) -> bool:
    """Take an article's failed deliveries off the list, or only that to `recipient`; False if none was on."""
    only = [] if recipient is None else [Delivery.recipient == recipient]
    return bool(_set(db, account_id, article_id, {"settled": how.value}, Delivery.settled == "", *only))


def _set(
    db: Session, account_id: int, article_id: int, values: dict[str, Any], *where: ColumnElement[bool]
) -> Sequence[int]:
    mine = Delivery.account_id == account_id, Delivery.article_id == article_id
    failed = update(Delivery).where(*mine, Delivery.state.in_(FAILED), *where)
    not_replaced = failed.where(Delivery.settled != Settled.REPLACED.value)
    return db.execute(not_replaced.values(**values).returning(Delivery.id)).scalars().all()
