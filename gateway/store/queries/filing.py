"""What filing asks the books before it decides: the same mail, the account's mailboxes, its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, null, select, union_all
from sqlalchemy.orm import Session

from gateway.mail.address import Address
from gateway.rules.acknowledging import Manners
from gateway.rules.hours import Hours
from gateway.rules.status import ArticleKind
from gateway.store.models import Account, Article, Delivery, Mailbox, Quarantined, Ticket, table


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    """A mailbox as filing needs it."""

    id: int
    address: str
    forwarding_local: str
    reopen_within: timedelta
    manners: Manners
    locale: str
    is_privacy: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SameMail:
    """Where a mail of the same content is: in a ticket, or in quarantine (`ticket_id` None)."""

    ticket_id: int | None


def find_same_mail(db: Session, account_id: int, content_hash: str, *, intake_id: int) -> SameMail | None:
    """Where a mail of the same content is that came before; this intake's own does not count."""
    values = {"account": account_id, "content": content_hash, "intake": intake_id}
    found = db.connection().execute(_SAME, values).scalars().all()
    return SameMail(next(filter(None, found), None)) if found else None


def own_mailboxes(db: Session, account_id: int) -> tuple[OwnMailbox, ...]:
    """The account's mailboxes, oldest first."""
    rows = db.connection().execute(_MAILBOXES, {"account": account_id})
    return tuple(
        OwnMailbox(
            id=row.id,
            address=row.address,
            forwarding_local=row.forwarding_local,
            reopen_within=timedelta(days=row.reopen_days),
            manners=Manners(row.acknowledges, row.answers_closed, Hours.from_stored(row.hours)),
            locale=row.locale,
            is_privacy=row.is_privacy,
            created_at=row.created_at,
        )
        for row in rows
    )


def mail_key(db: Session, account_id: int) -> bytes:
    """The key of the account's tokens and Message-IDs."""
    key: bytes = db.connection().execute(_KEY, {"account": account_id}).scalar_one()
    return key


def tickets_of_deliveries(db: Session, account_id: int, delivery_ids: Sequence[int]) -> list[int]:
    """The tickets that these deliveries of the account belong to."""
    delivery = table(Delivery).c
    mine = delivery.account_id == account_id, delivery.id.in_(delivery_ids)
    return list(db.execute(select(delivery.ticket_id).where(*mine)).scalars())


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail of ours to one recipient: its delivery and its ticket."""

    delivery_id: int
    ticket_id: int | None


def find_sent(db: Session, account_id: int, article_id: str, recipient: str) -> Sent | None:
    """The delivery of the account's article with this public id to this recipient, however it is spelt."""
    wanted = Address("", recipient).key
    rows = db.connection().execute(_SENT, {"account": account_id, "article": article_id})
    return next((Sent(*row[:2]) for row in rows if Address("", row.recipient).key == wanted), None)


def was_written_to(db: Session, account_id: int, contact_id: int) -> bool:
    """Whether staff ever answered a ticket of this contact."""
    return (
        db.connection().execute(_ANSWERED, {"account": account_id, "contact": contact_id}).first() is not None
    )


_ARTICLE, _MAILBOX, _HELD = table(Article).c, table(Mailbox).c, table(Quarantined).c
_DELIVERY, _TICKET = table(Delivery).c, table(Ticket).c
_SAME = union_all(
    select(_ARTICLE.ticket_id).where(
        _ARTICLE.account_id == bindparam("account"), _ARTICLE.content_hash == bindparam("content")
    ),
    select(null().cast(_ARTICLE.ticket_id.type)).where(
        _HELD.account_id == bindparam("account"),
        _HELD.content_hash == bindparam("content"),
        _HELD.intake_id != bindparam("intake"),
    ),
)
_SENT = (
    select(_DELIVERY.id, _DELIVERY.ticket_id, _DELIVERY.recipient)
    .join(table(Article), _ARTICLE.id == _DELIVERY.article_id)
    .where(
        _ARTICLE.account_id == bindparam("account"),
        _ARTICLE.public_id == bindparam("article"),
    )
)
_ANSWERED = (
    select(_ARTICLE.id)
    .join(table(Ticket), _TICKET.id == _ARTICLE.ticket_id)
    .where(
        _TICKET.account_id == bindparam("account"),
        _TICKET.contact_id == bindparam("contact"),
        _ARTICLE.kind == ArticleKind.OUTBOUND.value,
    )
    .limit(1)
)
_MAILBOXES = (
    select(
        _MAILBOX.id,
        _MAILBOX.address,
        _MAILBOX.forwarding_local,
        _MAILBOX.reopen_days,
        _MAILBOX.acknowledges,
        _MAILBOX.answers_closed,
        _MAILBOX.hours,
        _MAILBOX.locale,
        _MAILBOX.is_privacy,
        _MAILBOX.created_at,
    )
    .where(_MAILBOX.account_id == bindparam("account"))
    .order_by(_MAILBOX.id)
)
_KEY = select(table(Account).c.mail_key).where(table(Account).c.id == bindparam("account"))
