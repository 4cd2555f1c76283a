"""A budget that is spent, as a worker finds it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.rules.budget import Budget, windows
from gateway.store import deliveries, session
from gateway.store.models import Article, Delivery, OutgoingTally

FULL = Budget(account_hour=20)


def hold(public_id: str, *, now: datetime) -> None:
    """Let a worker take an article's deliveries, once their time has come, while the hour is full."""
    mine = select(Delivery.id, Delivery.account_id).join(Article, Article.id == Delivery.article_id)
    with session.transaction() as db:
        rows = db.execute(mine.where(Article.public_id == public_id).order_by(Delivery.id)).all()
    for delivery_id, account_id in rows:
        fill(account_id, now)
        with session.transaction() as db:
            minute = timedelta(minutes=1)
            taken = deliveries.claim(db, delivery_id, owner="test", now=now, lease=minute, budget=FULL)
            assert taken is None


def fill(account_id: int, now: datetime) -> None:
    """Have no place left in the account's hour."""
    (window,) = windows(FULL, "", now=now)
    row = {"account_id": account_id, "bound": window.bound.value, "recipient": "", "window_at": window.at}
    with session.transaction() as db:
        if db.execute(select(OutgoingTally.id).filter_by(**row)).first() is None:
            db.add(OutgoingTally(**row, mails=FULL.account_hour))
