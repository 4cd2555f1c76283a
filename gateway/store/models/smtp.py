"""Servers that mail leaves by: a mailbox's own account, and what outgoing servers say of themselves."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class SmtpAccount(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """The SMTP account of a mailbox, by which all its mail leaves; without one, the installation's server.

    `security` is tls, starttls or plain; `auth` password or xoauth2, for which `sealed_secret` is the refresh
    token; an empty `username` signs in nowhere. `is_operators`: named by whoever runs the installation, so it
    may stand anywhere. `sender` is the envelope's: ours, so that bounces find back, or the mailbox's own
    address. At most `max_connections` at a time and `mails_per_minute` (0: any number) for all processes
    together. `max_message_bytes` is the SIZE last offered (0: none). Nobody signs in before `resting_until`,
    and only who holds `refreshing_until` asks the token server.
    """

    __tablename__ = "smtp_account"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    mailbox_id: Mapped[int] = link("mailbox.id", unique=True)
    host: Mapped[str] = column(Privacy.PERSONAL, Purpose.SENDING, type_=String(255))
    port: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING)
    security: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(10))
    username: Mapped[str] = column(Privacy.PERSONAL, Purpose.SENDING, type_=String(320), default="")
    auth: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(10))
    sealed_secret: Mapped[str] = column(Privacy.SECRET, Purpose.SENDING, type_=Text, default="")
    token_url: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(500), default="")
    client_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(300), default="")
    sealed_client_secret: Mapped[str] = column(Privacy.SECRET, Purpose.SENDING, type_=Text, default="")
    sealed_access_token: Mapped[str] = column(Privacy.SECRET, Purpose.SENDING, type_=Text, default="")
    token_expires_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    is_operators: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.SENDING, default=False)
    sender: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(10))
    max_connections: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING)
    mails_per_minute: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING)
    max_message_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING, default=0)
    checked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    last_error: Mapped[str] = column(Privacy.CONTENT, Purpose.SENDING, type_=String(500), default="")
    failing_since: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    resting_until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    refreshing_until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)


class SmtpTurn(Record, whom=Whom.TECHNICAL, lasts=Lasts.DONE):
    """One mail's turn at a mailbox's own server, from `begins_at` on; `delivery_id` until it is spent.

    A turn to come keeps the mail's place in the minute. While `until` is ahead, `owner` (a process) has a
    connection open for it.
    """

    __tablename__ = "smtp_turn"
    __table_args__ = (Index("ix_smtp_turn_begins", "smtp_account_id", "begins_at"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    smtp_account_id: Mapped[int] = link("smtp_account.id")
    delivery_id: Mapped[int | None] = link("delivery.id", unique=True)
    owner: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(64), default="")
    begins_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)
    until: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)


class RelayOffer(Record, whom=Whom.TECHNICAL, lasts=Lasts.INSTALLATION):
    """The largest mail that the installation's outgoing server takes (0: any), as it said last."""

    __tablename__ = "relay_offer"

    id: Mapped[int] = key()
    server: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(300), unique=True)
    max_message_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING)
