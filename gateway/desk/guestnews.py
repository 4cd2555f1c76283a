"""Telling guests that there is something new in a ticket: one mail, until they have looked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import guests
from gateway.errors import NotFound
from gateway.rules.access import Actor, Role
from gateway.store import deliveries, guestnotices, outbox
from gateway.store.models import Account, Article, Ticket
from gateway.store.outbox import Topic
from gateway.store.queries import reaches
from gateway.store.queries.reaches import Guest

TOLD_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class News:
    """What is new, and who is to hear of it."""

    account_id: int
    ticket_id: int
    number: int
    subject: str
    business: str
    guests: tuple[Guest, ...]


def find_news(db: Session, article_id: int, *, now: datetime) -> News | None:
    """Who is to be told of an article: those who see it, did not write it and have no such mail unread."""
    columns = (Article.account_id, Article.ticket_id, Article.public_id, Article.staff_id)
    found = db.execute(
        select(*columns, Ticket.number, Ticket.subject, Account.name)
        .join(Ticket, Ticket.id == Article.ticket_id)
        .join(Account, Account.id == Article.account_id)
        .where(Article.id == article_id)
    ).first()
    if found is None:
        return None
    account_id, ticket_id = found.account_id, found.ticket_id
    told = guestnotices.who_has_not_looked(db, account_id, ticket_id, since=now - TOLD_AGAIN_AFTER)
    waiting = (
        one
        for one in reaches.guests_of(db, account_id, ticket_id, now=now)
        if one.staff_id not in told and one.staff_id != found.staff_id
    )
    who = tuple(one for one in waiting if _sees(db, account_id, one, found.public_id, now))
    return News(account_id, ticket_id, found.number, found.subject, found.name, who)


def tell(
    db: Session, article_id: int, news: News | None, notices: Mapping[int, str], *, now: datetime
) -> None:
    """Owe each guest (by key) the mail with these bytes, once, and remember it; the article is done."""
    if not outbox.done_for(db, Topic.GUESTS, article_id) or news is None:
        return
    for guest in news.guests:
        deliveries.queue_notice(
            db,
            account_id=news.account_id,
            recipient=guest.email,
            raw_sha256=notices[guest.staff_id],
            now=now,
        )
        guestnotices.note_told(db, news.account_id, guest.staff_id, news.ticket_id, now=now)


def _sees(db: Session, account_id: int, guest: Guest, public_id: str, now: datetime) -> bool:
    reach = reaches.of_guest(db, account_id, guest.staff_id, now=now)
    by = Actor(account_id, Role.GUEST, guest.staff_id, guest.name, reach=reach)
    try:
        guests.find_article(db, by, public_id, now=now)
    except NotFound:
        return False
    return True
