"""What people tell the operator without a mail: a ticket of the operator's account, from nobody."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.i18n import DEFAULT_LOCALE
from gateway.mail.address import Address
from gateway.rules.access import Role
from gateway.rules.status import ArticleKind, Status
from gateway.store import articles, notifications, tickets
from gateway.store.articles import NewArticle, snippet_of
from gateway.store.models import Staff
from gateway.store.queries import operating as queries
from gateway.store.tickets import EventKind, NewTicketRow

_SUBJECT_CHARS = 60


def is_read(db: Session) -> bool:
    """Whether there is somebody to read it: an account that is the operator's."""
    return queries.find_operators(db) is not None


def locale_of(db: Session, account_id: int) -> str:
    """The language of the account's owner, in which subjects are written."""
    owner = Staff.account_id == account_id, Staff.role == Role.OWNER.value
    return db.execute(select(Staff.locale).where(*owner)).scalar() or DEFAULT_LOCALE


def short(text: str) -> str:
    """The beginning of a text, as a subject has it."""
    return snippet_of(text)[:_SUBJECT_CHARS]


def open_ticket(
    db: Session, account_id: int, subject: str, text: str, *, at: datetime, now: datetime, public_id: str = ""
) -> None:
    """A ticket without a requester, as of `at`, with this text as its message.

    IntegrityError where the message's `public_id`, if one is given, is there already.
    """
    new = NewTicketRow(
        subject=subject,
        status=Status.NEW,
        mailbox_id=None,
        contact_id=None,
        customer_id=None,
        requester_name="",
        requester_address="",
    )
    ticket = tickets.open_ticket(db, account_id, new, now=at)
    article = NewArticle(
        kind=ArticleKind.INBOUND,
        from_=Address("", ""),
        subject=subject,
        text=text,
        reply_text=text,
        public_id=public_id,
    )
    article_id, _public_id = articles.append(db, account_id, ticket.id, article, now=at)
    tickets.add_event(db, account_id, ticket.id, EventKind.CREATED, article_id=article_id, now=at)
    if ticket.tells_of_new:
        notifications.tell_of_new(db, ticket.id, article_id=article_id, now=now)
