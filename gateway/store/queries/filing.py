"""What filing asks the books before it decides: the same mail, the account's mailboxes, its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.store.models import Account, Article, Delivery, Mailbox, table


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    """A mailbox as filing needs it."""

    id: int
    address: str
    forwarding_local: str
    reopen_within: timedelta


def ticket_with_same_mail(db: Session, account_id: int, content_hash: str) -> int | None:
    """The ticket that holds a mail of the same content."""
    return db.connection().execute(_SAME, {"account": account_id, "content": content_hash}).scalar()


def own_mailboxes(db: Session, account_id: int) -> tuple[OwnMailbox, ...]:
    """The account's mailboxes, oldest first."""
    rows = db.connection().execute(_MAILBOXES, {"account": account_id})
    return tuple(
        OwnMailbox(row.id, row.address, row.forwarding_local, timedelta(days=row.reopen_days)) for row in rows
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


_ARTICLE, _MAILBOX = table(Article).c, table(Mailbox).c
_SAME = select(_ARTICLE.ticket_id).where(
    _ARTICLE.account_id == bindparam("account"), _ARTICLE.content_hash == bindparam("content")
)
_MAILBOXES = (
    select(_MAILBOX.id, _MAILBOX.address, _MAILBOX.forwarding_local, _MAILBOX.reopen_days)
    .where(_MAILBOX.account_id == bindparam("account"))
    .order_by(_MAILBOX.id)
)
_KEY = select(table(Account).c.mail_key).where(table(Account).c.id == bindparam("account"))
