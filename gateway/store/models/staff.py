"""The people of a business, and what lets them in."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class Staff(Record):
    """A person who works for the account. `login` is unique in the installation.

    Their signature is chosen by the language of the mailbox that sends.
    """

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("account_id", "email"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    role: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    login: Mapped[str] = column(Privacy.PERSONAL, type_=String(100), unique=True)
    email: Mapped[str] = column(Privacy.PERSONAL, type_=String(320))
    first_name: Mapped[str] = column(Privacy.PERSONAL, type_=String(100), default="")
    last_name: Mapped[str] = column(Privacy.PERSONAL, type_=String(100), default="")
    password_hash: Mapped[str] = column(Privacy.SECRET, type_=String(200))
    locale: Mapped[str] = column(Privacy.PERSONAL, type_=String(10), default="")
    signature_en: Mapped[str] = column(Privacy.PERSONAL, type_=Text, default="", server_default="")
    signature_de: Mapped[str] = column(Privacy.PERSONAL, type_=Text, default="", server_default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    email_confirmed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    deactivated_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)


class WebSession(Record):
    """A sign-in in one browser; only the hash of the cookie is kept.

    `proven_at` is when the password was last asked for and right.
    """

    __tablename__ = "web_session"

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id", index=True)
    token_hash: Mapped[str] = column(Privacy.SECRET, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    seen_at: Mapped[datetime] = column(Privacy.PERSONAL)
    proven_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    browser: Mapped[str] = column(Privacy.PERSONAL, type_=String(200), default="")


class MailedLink(Record):
    """What a link that was mailed to a person is good for, once; only the hash of its secret is kept."""

    __tablename__ = "mailed_link"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id", index=True)
    purpose: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320))
    token_hash: Mapped[str] = column(Privacy.SECRET, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, index=True)


class Knock(Record):
    """How often somebody tried to get in, in one stretch of time; `who` is a keyed hash."""

    __tablename__ = "knock"
    __table_args__ = (UniqueConstraint("who", "window_at"),)

    id: Mapped[int] = key()
    who: Mapped[str] = column(Privacy.PERSONAL, type_=String(64))
    window_at: Mapped[datetime] = column(Privacy.TECHNICAL, index=True)
    times: Mapped[int] = column(Privacy.TECHNICAL)


class ApiToken(Record):
    """A bearer token of the account; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    label: Mapped[str] = column(Privacy.PERSONAL, type_=String(100), default="")
    token_hash: Mapped[str] = column(Privacy.SECRET, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    revoked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)


class IdempotencyKey(Record):
    """An answer that a repeated API POST gets again (24 h)."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    key: Mapped[str] = column(Privacy.TECHNICAL, type_=String(255))
    body_hash: Mapped[str] = column(Privacy.TECHNICAL, type_=String(64))
    status: Mapped[int | None] = column(Privacy.TECHNICAL)
    location: Mapped[str] = column(Privacy.TECHNICAL, type_=String(200), default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, index=True)
