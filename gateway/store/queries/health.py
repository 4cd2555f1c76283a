"""Numbers for those who run the installation: counts and ages, nothing about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway.store.intake import Fate
from gateway.store.models import Delivery, Offer, Outbox
from gateway.store.outbox import Topic


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is owed, what became of mail in, and how mail out fares; every known name has a count."""

    outbox: Mapping[str, int]
    oldest_due_seconds: float
    offers: Mapping[str, int]
    deliveries: Mapping[str, int]


def ping(db: Session) -> None:
    """Nothing if the database answers; Unavailable (from the transaction) if not."""
    db.execute(text("SELECT 1"))


def count(db: Session, *, now: datetime) -> Numbers:
    """All numbers at one moment, over all accounts."""
    by_topic = select(Outbox.topic, func.count()).group_by(Outbox.topic)
    by_fate = select(Offer.fate, func.count()).group_by(Offer.fate)
    by_state = select(Delivery.state, func.count()).group_by(Delivery.state)
    oldest = db.execute(select(func.min(Outbox.due_at))).scalar()
    return Numbers(
        outbox={topic.value: 0 for topic in Topic} | dict(db.execute(by_topic).all()),
        oldest_due_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        offers={fate.value: 0 for fate in Fate} | dict(db.execute(by_fate).all()),
        deliveries=dict(db.execute(by_state).all()),
    )
