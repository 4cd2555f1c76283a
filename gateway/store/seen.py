"""Up to where each person has seen a ticket. Marks only move on, however out of turn two tabs tell them."""

from functools import cache

from sqlalchemy import Insert, bindparam, case, delete, func, select, update
from sqlalchemy.orm import Session

from gateway.store.models import Article, Mention, Notification, Staff, TicketSeen, table
from gateway.store.upsert import insert_into

_SEEN = table(TicketSeen)
_BEFORE_ALL = -1


def mark(db: Session, account_id: int, staff_id: int, ticket_id: int, article_id: int) -> None:
    """They have seen the ticket up to an article, of which the row is named, and read what they were told."""
    values = {
        "account_id": account_id,
        "staff_id": staff_id,
        "ticket_id": ticket_id,
        "article_id": article_id,
    }
    db.connection().execute(_mark(db.get_bind().dialect.name), values)
    seen = {"reader": staff_id, "ticket": ticket_id, "article": article_id}
    for statement in (_SEE, _READ):
        db.connection().execute(statement, seen)


def mark_unread(db: Session, account_id: int, staff_id: int, ticket_id: int) -> None:
    """All of the ticket is news to them, also what was there before they came."""
    mine = _SEEN.c.account_id == account_id, _SEEN.c.staff_id == staff_id, _SEEN.c.ticket_id == ticket_id
    db.execute(delete(_SEEN).where(*mine))
    mark(db, account_id, staff_id, ticket_id, _BEFORE_ALL)


def step_back(db: Session, account_id: int, article_id: int) -> None:
    """Whoever has seen all up to this article, which goes, has seen what is before it.

    SQLite gives the key of its newest row anew: what comes next would count as seen.
    """
    gone = {"account": account_id, "article": article_id}
    for statement in (_STEP_BACK, _READS_BEFORE):
        db.connection().execute(statement, gone)


def first_unread(db: Session, staff_id: int | None, ticket_id: int) -> str:
    """The public id of the first message that somebody has not seen, "" if they have seen all."""
    if staff_id is None:
        return ""
    found = db.connection().execute(_FIRST, {"reader": staff_id, "ticket": ticket_id}).scalar()
    return found or ""


_A, _READER = table(Article).c, table(Staff).c
_UP_TO = func.coalesce(
    select(_SEEN.c.article_id)
    .where(_SEEN.c.staff_id == bindparam("reader"), _SEEN.c.ticket_id == bindparam("ticket"))
    .scalar_subquery(),
    select(_READER.reads_from).where(_READER.id == bindparam("reader")).scalar_subquery(),
)
_FIRST = (
    select(_A.public_id).where(_A.ticket_id == bindparam("ticket"), _A.id > _UP_TO).order_by(_A.id).limit(1)
)


_M = table(Mention).c
_HERE = select(_A.id).where(_A.ticket_id == bindparam("ticket"), _A.id <= bindparam("article"))
_SEE = (
    update(table(Mention))
    .where(_M.staff_id == bindparam("reader"), ~_M.is_seen, _M.article_id.in_(_HERE))
    .values(is_seen=True)
)
_N = table(Notification).c
_READ = (
    update(table(Notification))
    .where(
        _N.staff_id == bindparam("reader"),
        _N.ticket_id == bindparam("ticket"),
        ~_N.is_read,
        func.coalesce(_N.article_id, 0) <= bindparam("article"),
    )
    .values(is_read=True)
)


_STEP_BACK = (
    update(_SEEN)
    .where(_SEEN.c.account_id == bindparam("account"), _SEEN.c.article_id == bindparam("article"))
    .values(article_id=_SEEN.c.article_id - 1)
)
_READS_BEFORE = (
    update(table(Staff))
    .where(_READER.account_id == bindparam("account"), _READER.reads_from == bindparam("article"))
    .values(reads_from=_READER.reads_from - 1)
)


@cache
def _mark(dialect: str) -> Insert:
    insert = insert_into(dialect, _SEEN)
    newer = case(
        (_SEEN.c.article_id < insert.excluded.article_id, insert.excluded.article_id),
        else_=_SEEN.c.article_id,
    )
    return insert.on_conflict_do_update(
        index_elements=[_SEEN.c.staff_id, _SEEN.c.ticket_id], set_={"article_id": newer}
    )
