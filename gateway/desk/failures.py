"""Mails that did not arrive: sent again as they are, or put aside."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk.replying import ArticleRef
from gateway.errors import Conflict
from gateway.rules.access import Actor, Permission, require
from gateway.store import articles, failures, tickets
from gateway.store.failures import Settled
from gateway.store.tickets import EventKind


def resend(db: Session, by: Actor, public_id: str, recipient: str, *, now: datetime) -> ArticleRef:
    """Try the same mail again, under its Message-ID, for the one recipient whom it did not reach.

    Raises NotFound for a foreign article, Conflict where nothing failed or another mail has replaced it.
    """
    require(by, Permission.WORK_TICKETS)
    require(by, Permission.SEND_MAIL)
    article = articles.locate(db, by.sight, public_id)
    if not failures.requeue(db, by.account_id, article.id, recipient, now=now):
        raise Conflict("There is nothing to send again to this recipient.")
    return _tell(db, by, article, EventKind.RESENT, recipient, now)


def dismiss(db: Session, by: Actor, public_id: str, recipient: str, *, now: datetime) -> ArticleRef:
    """Take a failure off the list; in its ticket it is told as before. Errors as for `resend`."""
    require(by, Permission.WORK_TICKETS)
    article = articles.locate(db, by.sight, public_id)
    if not failures.settle(db, by.account_id, article.id, Settled.DISMISSED, recipient=recipient):
        raise Conflict("This failure is on the list no more.")
    return _tell(db, by, article, EventKind.FAILURE_DISMISSED, recipient, now)


def _tell(
    db: Session, by: Actor, article: articles.Place, kind: EventKind, recipient: str, now: datetime
) -> ArticleRef:
    who, data = by.staff_id, {"recipient": recipient}
    account_id, ticket_id = by.account_id, article.ticket_id
    tickets.add_event(db, account_id, ticket_id, kind, data, staff_id=who, article_id=article.id, now=now)
    return ArticleRef(tickets.stand_by_id(db, account_id, ticket_id).number, article.public_id)
