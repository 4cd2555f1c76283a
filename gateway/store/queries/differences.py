"""What others have done to a ticket since somebody looked at it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from gateway.rules.seen import Seen
from gateway.rules.status import ArticleKind
from gateway.store.models import Article, Staff, Ticket, TicketEvent, table
from gateway.store.queries.articles import EventView
from gateway.store.tickets import EventKind

MOST_SHOWN = 20
_MAX_CHARS = 300
_COUNTS = (EventKind.STATUS, EventKind.ASSIGNED, EventKind.MERGED)
_TAKES_ONE_AWAY = (EventKind.SPLIT, EventKind.NOTE_UNDONE)
"""After these there is one article less: what came since begins that much earlier."""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that has come since; `author` is the login where staff or a guest wrote it."""

    public_id: str
    kind: ArticleKind
    author: str | None
    from_: str
    created_at: datetime
    beginning: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What has come since, the newest `MOST_SHOWN` of each, and what is there now."""

    articles: tuple[NewArticle, ...]
    events: tuple[EventView, ...]
    seen: Seen

    def __bool__(self) -> bool:
        return bool(self.articles or self.events)


def find_difference(
    db: Session, account_id: int, ticket_id: int, staff_id: int | None, seen: Seen
) -> Difference:
    """What others have said and decided since `seen`: mails, answers, notes; state, assignee, merging.

    The ticket is held for the rest of the transaction, so that of two who answer at once one sees the other.
    """
    mine = {"account": account_id, "ticket": ticket_id}
    db.connection().execute(_HOLD, mine)
    count, lines = db.connection().execute(_COUNT, mine).one()
    now = Seen(count, lines)
    if now == seen:
        return Difference((), (), now)
    told = db.connection().execute(_EVENTS, mine | {"seen": seen.events}).all()
    gone = sum(row.kind in _TAKES_ONE_AWAY for row in told)
    new = db.connection().execute(_ARTICLES, mine | {"seen": max(seen.articles - gone, 0)})
    articles = [_article(row) for row in new if _is_anothers(row, staff_id)]
    events = [
        EventView(row.kind, row.at, row.login, row.data)
        for row in told
        if row.kind in _COUNTS and row.staff_id not in (None, staff_id)
    ]
    return Difference(tuple(articles[-MOST_SHOWN:]), tuple(events[-MOST_SHOWN:]), now)


def _is_anothers(row: Row[*tuple[Any, ...]], staff_id: int | None) -> bool:
    if row.is_folded or row.kind == ArticleKind.AUTOMATIC.value:
        return False
    return bool(row.kind == ArticleKind.INBOUND.value or row.staff_id != staff_id)


def _article(row: Row[*tuple[Any, ...]]) -> NewArticle:
    words = " ".join(row.beginning.split())[:_MAX_CHARS]
    who = row.from_name or row.from_address
    return NewArticle(row.public_id, ArticleKind(row.kind), row.login, who, row.created_at, words)


_ARTICLE, _EVENT, _TICKET, _STAFF = table(Article).c, table(TicketEvent).c, table(Ticket).c, table(Staff).c
_MINE = (_ARTICLE.account_id == bindparam("account"), _ARTICLE.ticket_id == bindparam("ticket"))
_TOLD = (_EVENT.account_id == bindparam("account"), _EVENT.ticket_id == bindparam("ticket"))
_HOLD = (
    select(_TICKET.id)
    .where(_TICKET.account_id == bindparam("account"), _TICKET.id == bindparam("ticket"))
    .with_for_update()
)
_COUNT = select(
    select(func.count()).where(*_MINE).scalar_subquery(), select(func.count()).where(*_TOLD).scalar_subquery()
)
_ARTICLES = (
    select(
        _ARTICLE.public_id,
        _ARTICLE.kind,
        _ARTICLE.staff_id,
        _STAFF.login,
        _ARTICLE.from_name,
        _ARTICLE.from_address,
        _ARTICLE.created_at,
        _ARTICLE.is_folded,
        func.substr(_ARTICLE.reply_text, 1, 4 * _MAX_CHARS).label("beginning"),
    )
    .select_from(table(Article).outerjoin(table(Staff), _STAFF.id == _ARTICLE.staff_id))
    .where(*_MINE)
    .order_by(_ARTICLE.id)
    .offset(bindparam("seen"))
)
_EVENTS = (
    select(_EVENT.kind, _EVENT.staff_id, _EVENT.at, _STAFF.login, _EVENT.data)
    .select_from(table(TicketEvent).outerjoin(table(Staff), _STAFF.id == _EVENT.staff_id))
    .where(*_TOLD)
    .order_by(_EVENT.id)
    .offset(bindparam("seen"))
)
