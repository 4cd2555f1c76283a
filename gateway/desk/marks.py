"""What somebody has read: marks of their own, by the messages that they were shown."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Actor, Permission, require
from gateway.store import seeing, seen
from gateway.store import tickets as rows
from gateway.store.models import Article, Ticket


def mark_seen(db: Session, by: Actor, number: int, article: str) -> None:
    """They have seen the ticket up to this message. NotFound for what they do not see."""
    staff_id = _reader(by)
    ticket = rows.stand(db, by.sight, number)
    mine = Article.account_id == by.account_id, Article.public_id == article, Article.ticket_id == ticket.id
    found = db.execute(select(Article.id).where(*mine)).scalar()
    if found is None:
        raise NotFound("There is no such message.")
    seen.mark(db, by.account_id, staff_id, ticket.id, found)


def mark_read(db: Session, by: Actor, numbers: Sequence[int]) -> None:
    """They have read these tickets to the end. What they do not see is passed over; NotFound if it is all."""
    staff_id = _reader(by)
    for ticket_id, newest in _seen(db, by, numbers):
        seen.mark(db, by.account_id, staff_id, ticket_id, newest)


def mark_unread(db: Session, by: Actor, numbers: Sequence[int]) -> None:
    """They want to read these tickets once more. Errors as for `mark_read`."""
    staff_id = _reader(by)
    for ticket_id, _newest in _seen(db, by, numbers):
        seen.mark_unread(db, by.account_id, staff_id, ticket_id)


def _seen(db: Session, by: Actor, numbers: Sequence[int]) -> Sequence[tuple[int, int]]:
    within = () if by.reach is None else (seeing.TICKETS,)
    mine = Ticket.account_id == by.account_id, Ticket.number.in_(numbers), *within
    found = db.execute(select(Ticket.id, Ticket.last_article_id).where(*mine), seeing.values(by.sight))
    tickets = [(ticket_id, newest) for ticket_id, newest in found]
    if not tickets:
        raise NotFound("There is no such ticket.")
    return tickets


def _reader(by: Actor) -> int:
    require(by, Permission.WORK_TICKETS)
    if by.staff_id is None:
        raise NotFound
    return by.staff_id
