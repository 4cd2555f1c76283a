"""Bringing a ticket back before its people when a mail of theirs did not arrive."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.rules.notifying import Kind
from gateway.rules.status import after_inbound
from gateway.store import holders, notifications, tickets
from gateway.store.models import Article, Staff, Ticket


def raise_ticket(
    db: Session, account_id: int, ticket_id: int, article_id: int | None, *, now: datetime
) -> None:
    """A closed or waiting ticket opens; nobody's becomes that of whoever wrote the mail.

    Where that person is away, whoever stands in for them gets it.
    """
    ticket = tickets.stand_by_id(db, account_id, ticket_id)
    opened = after_inbound(ticket.status)
    tickets.set_status(db, account_id, ticket, opened, why=tickets.NOT_DELIVERED, now=now)
    tickets.change(db, account_id, ticket_id, {"updated_at": now})
    tickets.wait_from(db, account_id, ticket_id, now=now)
    if article_id is not None and not _is_somebodys(db, account_id, ticket_id):
        _give_to_author(db, account_id, ticket_id, article_id, now)
    holders.pass_on(db, account_id, ticket_id, now=now)
    notifications.tell_holder(db, ticket_id, Kind.FAILED, article_id=article_id, now=now)


def _is_somebodys(db: Session, account_id: int, ticket_id: int) -> bool:
    """Whether it is assigned to somebody who still works here."""
    assignee = select(Staff.id).join(Ticket, Ticket.assignee_id == Staff.id)
    mine = Ticket.account_id == account_id, Ticket.id == ticket_id
    return db.execute(assignee.where(*mine, holders.works_here())).first() is not None


def _give_to_author(db: Session, account_id: int, ticket_id: int, article_id: int, now: datetime) -> None:
    authors = select(Staff.id, Staff.login).join(Article, Article.staff_id == Staff.id)
    mine = Article.account_id == account_id, Article.id == article_id
    author = db.execute(authors.where(*mine, holders.works_here())).first()
    if author is not None:
        tickets.change(db, account_id, ticket_id, {"assignee_id": author.id})
        kind = tickets.EventKind.ASSIGNED
        tickets.add_event(db, account_id, ticket_id, kind, {"to": author.login}, now=now)
