"""Telling guests and staff of a mail that came."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.store import guestnotices, notifications
from gateway.store.intake import IntakeRow, Source
from gateway.store.tickets import Standing

_IS_NEWS_FOR = timedelta(days=1)
"""People hear of a mail that came in lately, not of a backlog."""


def tell_of_mail(
    db: Session,
    row: IntakeRow,
    ticket: Standing,
    article_id: int,
    *,
    is_further: bool,
    auto: str | None,
    now: datetime,
) -> None:
    """Tell whoever should know, unless it is old or imported. `is_further` says that its ticket was there.

    Nobody is told of a ticket that a machine's mail opened (`auto`): our own mail about one, should it come
    back here, would be the next.
    """
    if row.source is Source.IMPORT or now - row.received_at >= _IS_NEWS_FOR:
        return
    guestnotices.owe(db, row.account_id, ticket.id, article_id, now=now)
    if is_further:  # a new ticket is nobody's yet, and nobody follows it
        notifications.tell_of_mail(db, ticket.id, article_id, now=now)
    elif ticket.tells_of_new and auto is None:
        notifications.tell_of_new(db, ticket.id, article_id=article_id, now=now)
