"""The people of a business, and what lets them in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Staff(Record, whom=Whom.PEOPLE, lasts=Lasts.PERSON):
    """A person who works for the account, or a guest of it. `login` is unique in the installation.

    Their signature is chosen by the language of the mailbox that sends. Without `sees_all` they see what
    belongs to the groups they are given. An account has one owner at any time: an index sees to it, which
    stands in its migration alone, because its condition would load the dialects of both databases. While
    they are away, `stand_in_id` gets what is theirs; that is no foreign key, because SQLite would have to
    copy the table for it. Articles up to `reads_from` are none that they have still to read.
    `mail_kinds` and `browser_kinds` are of what they want to hear there, None as long as they have not
    chosen. `zone` is the time zone by whose clock they read, "" as long as nobody has said.
    """

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("account_id", "email"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    role: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RIGHTS, type_=String(20))
    login: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(100), unique=True)
    email: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(320))
    first_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(100), default="")
    last_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(100), default="")
    password_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(200))
    locale: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=String(10), default="")
    zone: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.SETTINGS, type_=String(64), default="", server_default=""
    )
    signature_en: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.REQUESTS, type_=Text, default="", server_default=""
    )
    signature_de: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.REQUESTS, type_=Text, default="", server_default=""
    )
    salutation: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.PEOPLE, type_=String(50), default="", server_default=""
    )
    postal_address: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.PEOPLE, type_=Text, default="", server_default=""
    )
    company: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.PEOPLE, type_=String(200), default="", server_default=""
    )
    sees_all: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.RIGHTS, type_=Boolean, default=True, server_default=true()
    )
    away_from: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.TEAMWORK)
    away_until: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.TEAMWORK)
    stand_in_id: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.TEAMWORK)
    mail_kinds: Mapped[list[str] | None] = column(
        Privacy.PERSONAL, Purpose.TELLING, type_=JSON(none_as_null=True)
    )
    browser_kinds: Mapped[list[str] | None] = column(
        Privacy.PERSONAL, Purpose.TELLING, type_=JSON(none_as_null=True)
    )
    new_tickets: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.TELLING, type_=String(8), default="", server_default=""
    )
    quiet: Mapped[dict[str, Any] | None] = column(
        Privacy.PERSONAL, Purpose.TELLING, type_=JSON(none_as_null=True)
    )
    notified_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.TELLING)
    reads_from: Mapped[int] = column(Privacy.TECHNICAL, Purpose.OWN_WORK, default=0, server_default="0")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PEOPLE)
    email_confirmed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    deactivated_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.WAY_IN)


class StaffGroup(Record, whom=Whom.STAFF, lasts=Lasts.PERSON):
    """That a person sees the customers of a group."""

    __tablename__ = "staff_group"
    __table_args__ = (UniqueConstraint("staff_id", "group_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id")
    group_id: Mapped[int] = link("customer_group.id", index=True)


class StaffNewsGroup(Record, whom=Whom.STAFF, lasts=Lasts.PERSON):
    """That a person wants to hear of new tickets of a group's customers."""

    __tablename__ = "staff_news_group"
    __table_args__ = (UniqueConstraint("staff_id", "group_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.TELLING)
    group_id: Mapped[int] = link("customer_group.id", index=True)


class Invitation(Record, whom=Whom.PEOPLE, lasts=Lasts.INVITATION):
    """What somebody was asked to join as; once accepted by a guest, it is what they may see and do.

    The link works once and until `expires_at`; only the hash of its secret is kept, none once it was used.
    Staff get `role`, `sees_all` and `groups` (keys); a guest gets a ticket, a customer or a group, what the
    three rights say, and all of it until `until`.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(320))
    first_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.RIGHTS, type_=String(100), default="")
    last_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.RIGHTS, type_=String(100), default="")
    locale: Mapped[str] = column(Privacy.PERSONAL, Purpose.RIGHTS, type_=String(10), default="")
    role: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RIGHTS, type_=String(20))
    sees_all: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=True)
    groups: Mapped[list[int]] = column(Privacy.TECHNICAL, Purpose.RIGHTS, type_=JSON, default=list)
    ticket_id: Mapped[int | None] = link("ticket.id", index=True)
    customer_id: Mapped[int | None] = link("customer.id", index=True)
    group_id: Mapped[int | None] = link("customer_group.id", index=True)
    may_note: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=False)
    may_answer: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=False)
    may_join: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=False)
    until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    invited_by_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    staff_id: Mapped[int | None] = link("staff.id", index=True)
    token_hash: Mapped[str | None] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    accepted_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    revoked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RIGHTS)


class GuestNotice(Record, whom=Whom.GUESTS, lasts=Lasts.TICKET):
    """When a guest was last told of news in a ticket, and when they last looked at it."""

    __tablename__ = "guest_notice"
    __table_args__ = (UniqueConstraint("staff_id", "ticket_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id")
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    told_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.TELLING)
    seen_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.TELLING)


class WebSession(Record, whom=Whom.PEOPLE, lasts=Lasts.SIGN_IN):
    """A sign-in in one browser; only the hash of the cookie is kept.

    `proven_at` is when the password was last asked for and right, `used_factor` that the sign-in provider
    had asked for more than one thing.
    """

    __tablename__ = "web_session"

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id", index=True)
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    seen_at: Mapped[datetime] = column(Privacy.PERSONAL, Purpose.WAY_IN)
    proven_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    used_factor: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.WAY_IN, type_=Boolean, default=False, server_default=false()
    )
    browser: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(200), default="")


class MailedLink(Record, whom=Whom.PEOPLE, lasts=Lasts.EXPIRES):
    """What a link that was mailed to a person is good for, once; only the hash of its secret is kept."""

    __tablename__ = "mailed_link"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id", index=True)
    purpose: Mapped[str] = column(Privacy.TECHNICAL, Purpose.WAY_IN, type_=String(20))
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(320))
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN, index=True)


class Knock(Record, whom=Whom.PEOPLE, lasts=Lasts.HOURS):
    """How often somebody tried to get in or reported an error in a stretch of time; `who` is a keyed hash."""

    __tablename__ = "knock"
    __table_args__ = (UniqueConstraint("who", "window_at"),)

    id: Mapped[int] = key()
    who: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=String(64))
    window_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROTECTION, index=True)
    times: Mapped[int] = column(Privacy.TECHNICAL, Purpose.PROTECTION)


class ApiToken(Record, whom=Whom.TECHNICAL, lasts=Lasts.ACCOUNT):
    """A bearer token of the account; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    label: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(100), default="")
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    revoked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.WAY_IN)


class IdempotencyKey(Record, whom=Whom.TECHNICAL, lasts=Lasts.DAY):
    """An answer that a repeated API POST gets again (24 h)."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    key: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(255))
    body_hash: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(64))
    status: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    location: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(200), default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS, index=True)
