"""IMAP accounts from which mailboxes are fetched, and what was seen there."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class ImapSource(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """The IMAP account of a mailbox. Fetched by one process at a time (`lease_token`, `leased_until`).

    `security` is tls, starttls or plain; `auth` password or xoauth2, for which `sealed_secret` is the
    refresh token. `when_done` is what becomes of a fetched mail there: keep, seen, move (to `move_to`) or
    delete. `state` is trial until somebody has seen what an import would bring (`trial`), then active or
    paused. Mail that arrived before `connected_at` is never answered automatically.
    """

    __tablename__ = "imap_source"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    mailbox_id: Mapped[int] = link("mailbox.id", unique=True)
    host: Mapped[str] = column(Privacy.PERSONAL, Purpose.FETCHING, type_=String(255))
    port: Mapped[int] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    security: Mapped[str] = column(Privacy.TECHNICAL, Purpose.FETCHING, type_=String(10))
    username: Mapped[str] = column(Privacy.PERSONAL, Purpose.FETCHING, type_=String(320))
    auth: Mapped[str] = column(Privacy.TECHNICAL, Purpose.FETCHING, type_=String(10))
    sealed_secret: Mapped[str] = column(Privacy.SECRET, Purpose.FETCHING, type_=Text)
    token_url: Mapped[str] = column(Privacy.TECHNICAL, Purpose.FETCHING, type_=String(500), default="")
    client_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.FETCHING, type_=String(300), default="")
    sealed_client_secret: Mapped[str] = column(Privacy.SECRET, Purpose.FETCHING, type_=Text, default="")
    sealed_access_token: Mapped[str] = column(Privacy.SECRET, Purpose.FETCHING, type_=Text, default="")
    token_expires_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    folders: Mapped[list[str]] = column(Privacy.CONTENT, Purpose.FETCHING, type_=JSON, default=list)
    when_done: Mapped[str] = column(Privacy.TECHNICAL, Purpose.FETCHING, type_=String(10))
    move_to: Mapped[str] = column(Privacy.CONTENT, Purpose.FETCHING, type_=String(300), default="")
    imports_old: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.FETCHING, default=False)
    state: Mapped[str] = column(Privacy.TECHNICAL, Purpose.FETCHING, type_=String(10))
    trial: Mapped[dict[str, Any] | None] = column(
        Privacy.TECHNICAL, Purpose.FETCHING, type_=JSON(none_as_null=True)
    )
    connected_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    checked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    last_error: Mapped[str] = column(Privacy.CONTENT, Purpose.FETCHING, type_=String(500), default="")
    failing_since: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    lease_owner: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(64), default="")
    lease_token: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), default="")
    leased_until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.FETCHING)


class ImapFolder(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """A folder of a source: all UIDs below `next_uid` under this `uidvalidity` have been looked at."""

    __tablename__ = "imap_folder"
    __table_args__ = (UniqueConstraint("source_id", "name"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    source_id: Mapped[int] = link("imap_source.id")
    name: Mapped[str] = column(Privacy.CONTENT, Purpose.FETCHING, type_=String(300))
    uidvalidity: Mapped[int] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    next_uid: Mapped[int] = column(Privacy.TECHNICAL, Purpose.FETCHING, default=1)


class ImapMessage(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """One UID: taken by the commit that made its intake, marked on the server only after that."""

    __tablename__ = "imap_message"
    __table_args__ = (
        UniqueConstraint("folder_id", "uidvalidity", "uid"),
        Index("ix_imap_message_unmarked", "folder_id", "marked_at"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    folder_id: Mapped[int] = link("imap_folder.id")
    intake_id: Mapped[int | None] = link("intake.id", ondelete="SET NULL", index=True)
    uidvalidity: Mapped[int] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    uid: Mapped[int] = column(Privacy.TECHNICAL, Purpose.FETCHING)
    marked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.FETCHING)
