"""The people of a business, and what lets them in."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class Staff(Record):
    """A person who works for the account, or a guest of it. `login` is unique in the installation.

    Their signature is chosen by the language of the mailbox that sends. Without `sees_all` they see what
    belongs to the groups they are given. An account has one owner at any time: an index sees to it, which
    stands in its migration alone, because its condition would load the dialects of both databases. While
    they are away, `stand_in_id` gets what is theirs; that is no foreign key, because SQLite would have to
    copy the table for it.
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
    salutation: Mapped[str] = column(Privacy.PERSONAL, type_=String(50), default="", server_default="")
    postal_address: Mapped[str] = column(Privacy.PERSONAL, type_=Text, default="", server_default="")
    company: Mapped[str] = column(Privacy.PERSONAL, type_=String(200), default="", server_default="")
    sees_all: Mapped[bool] = column(Privacy.TECHNICAL, type_=Boolean, default=True, server_default=true())
    away_from: Mapped[datetime | None] = column(Privacy.PERSONAL)
    away_until: Mapped[datetime | None] = column(Privacy.PERSONAL)
    stand_in_id: Mapped[int | None] = column(Privacy.TECHNICAL)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    email_confirmed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    deactivated_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)


class StaffGroup(Record):
    """That a person sees the customers of a group."""

    __tablename__ = "staff_group"
    __table_args__ = (UniqueConstraint("staff_id", "group_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id")
    group_id: Mapped[int] = link("customer_group.id", index=True)


class Invitation(Record):
    """What somebody was asked to join as; once accepted by a guest, it is what they may see and do.

    The link works once and until `expires_at`; only the hash of its secret is kept, none once it was used.
    Staff get `role`, `sees_all` and `groups` (keys); a guest gets a ticket, a customer or a group, what the
    three rights say, and all of it until `until`.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320))
    first_name: Mapped[str] = column(Privacy.PERSONAL, type_=String(100), default="")
    last_name: Mapped[str] = column(Privacy.PERSONAL, type_=String(100), default="")
    locale: Mapped[str] = column(Privacy.PERSONAL, type_=String(10), default="")
    role: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    sees_all: Mapped[bool] = column(Privacy.TECHNICAL, default=True)
    groups: Mapped[list[int]] = column(Privacy.TECHNICAL, type_=JSON, default=list)
    ticket_id: Mapped[int | None] = link("ticket.id", index=True)
    customer_id: Mapped[int | None] = link("customer.id", index=True)
    group_id: Mapped[int | None] = link("customer_group.id", index=True)
    may_note: Mapped[bool] = column(Privacy.TECHNICAL, default=False)
    may_answer: Mapped[bool] = column(Privacy.TECHNICAL, default=False)
    may_join: Mapped[bool] = column(Privacy.TECHNICAL, default=False)
    until: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    invited_by_id: Mapped[int | None] = link("staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL)
    staff_id: Mapped[int | None] = link("staff.id", index=True)
    token_hash: Mapped[str | None] = column(Privacy.SECRET, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    accepted_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    revoked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)


class GuestNotice(Record):
    """When a guest was last told of news in a ticket, and when they last looked at it."""

    __tablename__ = "guest_notice"
    __table_args__ = (UniqueConstraint("staff_id", "ticket_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id")
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    told_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    seen_at: Mapped[datetime | None] = column(Privacy.PERSONAL)


class WebSession(Record):
    """A sign-in in one browser; only the hash of the cookie is kept.

    `proven_at` is when the password was last asked for and right, `used_factor` that the sign-in provider
    had asked for more than one thing.
    """

    __tablename__ = "web_session"

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id", index=True)
    token_hash: Mapped[str] = column(Privacy.SECRET, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    seen_at: Mapped[datetime] = column(Privacy.PERSONAL)
    proven_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    used_factor: Mapped[bool] = column(
        Privacy.TECHNICAL, type_=Boolean, default=False, server_default=false()
    )
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
