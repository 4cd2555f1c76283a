"""Remote sessions: who was asked for what, who was there, from when to when; never what was seen or typed."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class RemoteSession(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """A session of a ticket. Of its link only the token's hash is kept once it has ended.

    `host_key_hash` is of the key of whoever redeemed the link, `code_hash` the keyed hash of the digits for
    the phone. `made_by_id` is None for an API token. `expires_at` is first the link's, then the session's.
    One for an installed system has no digits; its link is `sealed_call`, which that system alone can open.
    `system_id` is no foreign key, because SQLite would have to copy the table for it; systems stay.
    `alive_at` is when the relay at `relay_url` has last said that it holds the session.
    """

    __tablename__ = "remote_session"
    __table_args__ = (
        Index("ix_remote_session_state_expires_at", "state", "expires_at"),
        Index("ix_remote_session_system_id_state", "system_id", "state"),
    )

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    made_by_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", index=True, privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    asked: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=JSON)
    granted: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=JSON)
    state: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=String(10))
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.REMOTE, type_=String(64), unique=True)
    host_key_hash: Mapped[str | None] = column(Privacy.SECRET, Purpose.REMOTE, type_=String(64))
    sealed_secret: Mapped[str | None] = column(Privacy.SECRET, Purpose.REMOTE, type_=Text)
    code_hash: Mapped[str | None] = column(Privacy.SECRET, Purpose.REMOTE, type_=String(64), unique=True)
    code_expires_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REMOTE)
    way: Mapped[str | None] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=String(10))
    relay_url: Mapped[str | None] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=String(300))
    alive_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REMOTE)
    made_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REMOTE)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REMOTE)
    opened_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.REMOTE)
    consented_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.REMOTE)
    ended_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.REMOTE)
    why: Mapped[str | None] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=String(12))
    system_id: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.REMOTE)
    sealed_call: Mapped[bytes | None] = column(Privacy.SECRET, Purpose.REMOTE, type_=LargeBinary)


class RemoteVisit(Record, whom=Whom.PEOPLE, lasts=Lasts.TICKET):
    """That somebody was in a session, by which sign-in, and whether they had the control at any time."""

    __tablename__ = "remote_visit"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    session_id: Mapped[int] = link("remote_session.id", index=True)
    staff_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", index=True, privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    web_session_id: Mapped[int | None] = link("web_session.id", ondelete="SET NULL", index=True)
    joined_at: Mapped[datetime] = column(Privacy.PERSONAL, Purpose.REMOTE)
    left_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.REMOTE)
    controlled: Mapped[bool] = column(Privacy.PERSONAL, Purpose.REMOTE, type_=Boolean, default=False)


class RemotePass(Record, whom=Whom.PEOPLE, lasts=Lasts.EXPIRES):
    """What lets a signed-in person into a session, once and for a minute; gone with the sign-in."""

    __tablename__ = "remote_pass"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    pass_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    session_id: Mapped[int] = link("remote_session.id", index=True)
    staff_id: Mapped[int] = link("staff.id", index=True, privacy=Privacy.PERSONAL, purpose=Purpose.WAY_IN)
    web_session_id: Mapped[int] = link("web_session.id", index=True)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN, index=True)
    used_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.WAY_IN)


class RemoteSystem(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A ServiceClient that is installed for good, with its public keys: Ed25519 to sign, X25519 to seal for.

    `relay_url` is where it is, None once it has said goodbye; `unattended` what was granted at the system.
    One that was removed stays, so that it can be told so and its sessions tell of it; so does one whose
    customer is gone.
    """

    __tablename__ = "remote_system"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    customer_id: Mapped[int | None] = link("customer.id", ondelete="SET NULL", index=True)
    name: Mapped[str] = column(Privacy.PERSONAL, Purpose.REMOTE, type_=String(80))
    platform: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=String(40))
    sign_key: Mapped[bytes] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=LargeBinary(32))
    box_key: Mapped[bytes] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=LargeBinary(32))
    unattended: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=JSON)
    relay_url: Mapped[str | None] = column(Privacy.TECHNICAL, Purpose.REMOTE, type_=String(300))
    seen_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.REMOTE)
    enrolled_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REMOTE)
    removed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REMOTE)


class RemoteEnrolCode(Record, whom=Whom.CUSTOMERS, lasts=Lasts.EXPIRES):
    """The keyed hash of a code by which one system becomes a customer's; gone once it was used."""

    __tablename__ = "remote_enrol_code"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    customer_id: Mapped[int] = link("customer.id", index=True)
    code_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN, index=True)
