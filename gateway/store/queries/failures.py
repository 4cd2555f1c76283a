"""Read model of the mails that did not arrive: newest first, until somebody does something about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.failures import is_listed
from gateway.store.models import Article, Delivery, Staff, Ticket
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position


@dataclass(frozen=True, slots=True)
class FailedView:
    """One mail that did not reach one recipient. `author` is a login, None for an automatic mail."""

    article: str
    ticket: int
    subject: str
    author: str | None
    recipient: str
    state: str
    answer: str
    failed_at: datetime


def list_failed(db: Session, sight: Sight, *, after: str | None = None, limit: int = 50) -> Page[FailedView]:
    """A page of them, newest first; Invalid for a foreign cursor or a limit out of 1..200."""
    statement: Select[*tuple[Any, ...]] = _LISTED.of(sight)
    if after:
        seen = position(after)
        older = and_(Delivery.finished_at == seen.at, Delivery.id < seen.id)
        statement = statement.where(or_(Delivery.finished_at < seen.at, older))
    rows = db.execute(statement.limit(check_limit(limit) + 1), seeing.values(sight)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = cursor(Position(last.finished_at, last.id)) if last else None
    return Page(tuple(_view(row) for row in rows[:limit]), following)


_LISTED = seeing.Scoped(
    select(
        Delivery.id,
        Article.public_id,
        Ticket.number,
        Ticket.subject,
        Staff.login,
        Delivery.recipient,
        Delivery.state,
        Delivery.answer,
        Delivery.finished_at,
    )
    .join(Article, Article.id == Delivery.article_id)
    .join(Ticket, Ticket.id == Delivery.ticket_id)
    .outerjoin(Staff, Staff.id == Article.staff_id)
    .where(is_listed(), Delivery.finished_at.is_not(None))
    .where(Delivery.account_id == bindparam("account"))
    .order_by(Delivery.finished_at.desc(), Delivery.id.desc()),
    within=seeing.TICKETS,
)


def _view(row: Row[*tuple[Any, ...]]) -> FailedView:
    return FailedView(
        article=row.public_id,
        ticket=row.number,
        subject=row.subject,
        author=row.login,
        recipient=row.recipient,
        state=row.state,
        answer=row.answer,
        failed_at=row.finished_at,
    )
