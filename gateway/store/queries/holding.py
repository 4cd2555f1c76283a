"""Read model of the mails that are held back: oldest first, as they would leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.deliveries import State
from gateway.store.models import Article, Delivery, Staff, Ticket
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position


@dataclass(frozen=True, slots=True)
class HeldMailView:
    """One mail that is held back from one recipient. `author` is a login, None for an automatic mail.

    `reason` is as `gateway.rules.budget.Over` stores it.
    """

    article: str
    ticket: int
    subject: str
    author: str | None
    recipient: str
    reason: str
    held_at: datetime


def list_held_mail(
    db: Session, sight: Sight, *, after: str | None = None, limit: int = 50
) -> Page[HeldMailView]:
    """A page of them; Invalid for a foreign cursor or a limit out of 1..200."""
    statement: Select[*tuple[Any, ...]] = _LISTED.of(sight)
    if after:
        seen = position(after)
        statement = statement.where(
            or_(
                Delivery.finished_at > seen.at,
                and_(Delivery.finished_at == seen.at, Delivery.id > seen.id),
            )
        )
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
        Delivery.answer,
        Delivery.finished_at,
    )
    .join(Article, Article.id == Delivery.article_id)
    .join(Ticket, Ticket.id == Delivery.ticket_id)
    .outerjoin(Staff, Staff.id == Article.staff_id)
    .where(Delivery.state == State.HELD.value)
    .where(Delivery.account_id == bindparam("account"))
    .order_by(Delivery.finished_at, Delivery.id),
    within=seeing.TICKETS,
)


def _view(row: Row[*tuple[Any, ...]]) -> HeldMailView:
    return HeldMailView(
        article=row.public_id,
        ticket=row.number,
        subject=row.subject,
        author=row.login,
        recipient=row.recipient,
        reason=row.answer,
        held_at=row.finished_at,
    )
