"""A server that takes no mail, as the database learns of it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.rules.budget import Budget
from gateway.rules.retry import Failed
from gateway.store import deliveries, session
from gateway.store.models import Article, Delivery

UNKNOWN = "550 5.1.1 no such user"


def refuse(public_id: str, *recipients: str, answer: str = UNKNOWN, now: datetime) -> None:
    """Let an article's mail fail at all of its recipients, or at these, once its time has come."""
    owed = select(Delivery.id, Delivery.recipient).join(Article, Article.id == Delivery.article_id)
    with session.reading() as db:
        rows = db.execute(owed.where(Article.public_id == public_id)).all()
    for delivery_id, recipient in rows:
        if not recipients or recipient in recipients:
            _fail(delivery_id, answer, now)


def _fail(delivery_id: int, answer: str, now: datetime) -> None:
    with session.transaction() as db:
        held = deliveries.claim(
            db, delivery_id, owner="test", now=now, lease=timedelta(minutes=1), budget=Budget()
        )
        assert held is not None
        assert deliveries.record(db, held.id, held.token, Failed(answer), now=now, jitter=0.0)
