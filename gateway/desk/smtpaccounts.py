"""The SMTP account of a mailbox: save it, look at it, remove it.

Edges seal the secrets; nothing here shows one. The sending itself is `gateway.outbound`'s.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.desk.servers import login
from gateway.desk.servers.login import Login
from gateway.errors import Invalid, NotFound
from gateway.rules.access import Actor, Permission, require
from gateway.store import deliveries, mailboxes, smtp
from gateway.store.audit import Ref
from gateway.store.models import Mailbox, SmtpAccount
from gateway.store.servers import Auth, Security
from gateway.store.smtp import EnvelopeSender, OutgoingAccount

MOST_CONNECTIONS = 50
MOST_MAILS_PER_MINUTE = 1000
"""0 is any number; above this nobody asks for a limit, and each mail of the last minute is a row."""


@dataclass(frozen=True, slots=True)
class Outgoing(Login):
    """How to reach the account, from whom its envelopes say that a mail is, and how much it may be asked."""

    port: int = 465
    sender: EnvelopeSender = EnvelopeSender.OURS
    max_connections: int = 2
    mails_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class SmtpView:
    """An SMTP account as people see it: no secret.

    `error` is as stored, "" while all is well; `max_message_bytes` 0 where the server names no limit.
    """

    host: str
    port: int
    security: Security
    auth: Auth
    username: str
    token_url: str
    client_id: str
    sender: EnvelopeSender
    max_connections: int
    mails_per_minute: int
    max_message_bytes: int
    error: str
    failing_since: datetime | None
    checked_at: datetime | None


def save(
    db: Session, by: Actor, mailbox_id: str, wanted: Outgoing, *, now: datetime, is_operators: bool = False
) -> SmtpView:
    """Give a mailbox its SMTP account, or replace how it is reached; an empty secret leaves the one it has.

    Mail that waits for it is tried at once. `is_operators`: who runs the installation names the server, so it
    may stand anywhere. Invalid names the field at fault; NotFound for a foreign mailbox.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    mailbox = mailboxes.get(db, by.account_id, mailbox_id).id
    known = _find(db, by, mailbox_id)
    values = login.checked(wanted, known, may_be_nobody=True) | {
        "sender": wanted.sender.value,
        "max_connections": _number(wanted.max_connections, "max_connections", 1, MOST_CONNECTIONS),
        "mails_per_minute": _number(wanted.mails_per_minute, "mails_per_minute", 0, MOST_MAILS_PER_MINUTE),
    }
    account = known or SmtpAccount(
        account_id=by.account_id, mailbox_id=mailbox, is_operators=False, created_at=now
    )
    is_another = known is None or login.goes_elsewhere(known, values)
    for name, value in values.items():
        setattr(account, name, value)
    account.is_operators = is_operators or (account.is_operators and not is_another)
    if is_another:
        account.max_message_bytes, account.checked_at = 0, None
    account.last_error, account.failing_since, account.resting_until = "", None, None
    db.add(account)
    db.flush()
    deliveries.try_again(db, by.account_id, mailbox, now=now)
    auditing.note(db, by, Kind.SMTP_CHANGED, Ref(What.MAILBOX.value, mailbox_id), now=now)
    return _view(account)


def remove(db: Session, by: Actor, mailbox_id: str, *, now: datetime) -> None:
    """Forget the account and its secrets: mail leaves by the installation's server, what waits at once."""
    require(by, Permission.MANAGE_ACCOUNT)
    account = _find(db, by, mailbox_id)
    if account is None:
        raise NotFound("This mailbox has no SMTP account.")
    db.delete(account)
    db.flush()
    deliveries.try_again(db, by.account_id, account.mailbox_id, now=now)
    auditing.note(db, by, Kind.SMTP_REMOVED, Ref(What.MAILBOX.value, mailbox_id), now=now)


def find_view(db: Session, by: Actor, mailbox_id: str) -> SmtpView | None:
    """The SMTP account of a mailbox, None if it has none; NotFound for a foreign mailbox."""
    require(by, Permission.MANAGE_ACCOUNT)
    mailboxes.get(db, by.account_id, mailbox_id)
    account = _find(db, by, mailbox_id)
    return _view(account) if account else None


def get_account(db: Session, by: Actor, mailbox_id: str) -> OutgoingAccount:
    """The account with its sealed secrets, to be tried; NotFound if the mailbox has none, or is foreign."""
    require(by, Permission.MANAGE_ACCOUNT)
    found = smtp.find_of_mailbox(db, by.account_id, mailbox_id)
    if found is None:
        raise NotFound("This mailbox has no SMTP account.")
    return found


def _find(db: Session, by: Actor, mailbox_id: str) -> SmtpAccount | None:
    mine = SmtpAccount.account_id == by.account_id, Mailbox.public_id == mailbox_id
    rows = select(SmtpAccount).join(Mailbox, Mailbox.id == SmtpAccount.mailbox_id).where(*mine)
    return db.execute(rows.with_for_update(of=SmtpAccount)).scalar()


def _number(number: int, field: str, least: int, most: int) -> int:
    if not least <= number <= most:
        raise Invalid("This number is too small or too large.", field=field)
    return number


def _view(account: SmtpAccount) -> SmtpView:
    return SmtpView(
        host=account.host,
        port=account.port,
        security=Security(account.security),
        auth=Auth(account.auth),
        username=account.username,
        token_url=account.token_url,
        client_id=account.client_id,
        sender=EnvelopeSender(account.sender),
        max_connections=account.max_connections,
        mails_per_minute=account.mails_per_minute,
        max_message_bytes=account.max_message_bytes,
        error=account.last_error,
        failing_since=account.failing_since,
        checked_at=account.checked_at,
    )
