"""The texts in which a search found its words, for the list: a piece of each, with the matches marked."""

from collections.abc import Iterable, Mapping, Sequence
from re import Pattern

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from gateway.rules.marking import Part, excerpt, pattern
from gateway.rules.searching import Query
from gateway.store.models import Article, Attachment, table
from gateway.store.queries.found import Found

_MOST_CHARS = 20_000
_ARTICLE, _FILE = table(Article).c, table(Attachment).c
_THESE = _ARTICLE.id.in_(bindparam("articles", expanding=True))
_MINE = _ARTICLE.account_id == bindparam("account")
_NEW = select(_ARTICLE.id, func.substr(_ARTICLE.reply_text, 1, _MOST_CHARS)).where(_MINE, _THESE)
_WHOLE = select(_ARTICLE.id, func.substr(_ARTICLE.text, 1, _MOST_CHARS), _ARTICLE.subject).where(
    _MINE, _THESE
)
_NAMES = (
    select(_FILE.article_id, _FILE.filename)
    .where(_FILE.account_id == bindparam("account"))
    .where(_FILE.article_id.in_(bindparam("articles", expanding=True)))
    .order_by(_FILE.id)
)


def snippets_of(
    db: Session, account_id: int, query: Query, found: Sequence[Found]
) -> Mapping[int, tuple[Part, ...]]:
    """By ticket, the part of its newest matching message around the first match.

    First in what is new in it, then in its whole text, its subject and the names of its files. Tickets
    found by nothing that stands in a text have none.
    """
    marked = pattern(query)
    tickets = {one.article_id: one.ticket.id for one in found if one.article_id is not None}
    if marked is None or not tickets:
        return {}
    shown = _new_texts(db, account_id, marked, list(tickets))
    if rest := [article for article in tickets if article not in shown]:
        shown |= _elsewhere(db, account_id, marked, rest)
    return {tickets[article]: parts for article, parts in shown.items()}


def _new_texts(
    db: Session, account_id: int, marked: Pattern[str], articles: Sequence[int]
) -> dict[int, tuple[Part, ...]]:
    rows = db.connection().execute(_NEW, {"account": account_id, "articles": articles}).all()
    return {row[0]: parts for row in rows if (parts := excerpt(row[1], marked)) is not None}


def _elsewhere(
    db: Session, account_id: int, marked: Pattern[str], articles: Sequence[int]
) -> dict[int, tuple[Part, ...]]:
    values = {"account": account_id, "articles": articles}
    shown: dict[int, tuple[Part, ...]] = {}
    for article, text, subject in db.connection().execute(_WHOLE, values):
        _put(shown, article, (text, subject), marked)
    for article, name in db.connection().execute(_NAMES, values):
        _put(shown, article, (name,), marked)
    return shown


def _put(
    shown: dict[int, tuple[Part, ...]], article: int, texts: Iterable[str], marked: Pattern[str]
) -> None:
    """The first of these texts that holds a match, unless one was there already."""
    if article not in shown:
        parts = next((found for text in texts if (found := excerpt(text, marked)) is not None), None)
        if parts is not None:
            shown[article] = parts
