"""Raw mail that was accepted, the fate of every offer of it, and what is held back."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Intake(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A raw mail that an account owes a ticket. `filed_at` is empty until it has one.

    `client_ip` and `helo` are of the client that brought it by SMTP, for SPF; empty on other ways in.
    """

    __tablename__ = "intake"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    raw_sha256: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=String(64), index=True)
    size_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    source: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(20))
    mail_from: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=Text, default="")
    client_ip: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=String(45), default="")
    helo: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=String(255), default="")
    tries: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RUNNING, default=0)
    received_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    filed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS)


class Offer(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """The ledger: one row for each recipient that a mail was offered to, with exactly one fate.

    `fate` is pending until the mail is filed; `rcpt_to` is the address as the envelope had it.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index("ix_offer_fate", "account_id", "fate"),
        Index("ix_offer_mailbox", "mailbox_id", "id"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    intake_id: Mapped[int | None] = link("intake.id", ondelete="SET NULL", index=True)
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL")
    ticket_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL")
    rcpt_to: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=Text)
    source: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(20))
    fate: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(20))
    reason: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(200), default="")
    offered_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)


class Quarantined(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """An accepted mail that is doubtful: held back until somebody releases or dismisses it.

    `reason` says why; `ticket_id` is the ticket that it names. `outcome` is empty while it waits.
    """

    __tablename__ = "quarantined"
    __table_args__ = (
        Index("ix_quarantined_waiting", "account_id", "settled_at", "id"),
        UniqueConstraint("account_id", "content_hash"),
    )

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    intake_id: Mapped[int] = link("intake.id", unique=True)
    ticket_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL")
    reason: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(40))
    content_hash: Mapped[str] = column(Privacy.CONTENT, Purpose.PROTECTION, type_=String(64))
    from_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=Text, default="")
    from_address: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=Text, default="")
    subject: Mapped[str] = column(Privacy.CONTENT, Purpose.PROTECTION, type_=Text, default="")
    snippet: Mapped[str] = column(Privacy.CONTENT, Purpose.PROTECTION, type_=String(200), default="")
    outcome: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(20), default="")
    settled_by_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    arrived_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROTECTION)
    settled_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.PROTECTION)


class SenderTally(Record, whom=Whom.CUSTOMERS, lasts=Lasts.HOURS):
    """How many mails an address has sent to an account in a stretch of time; a storm is seen by it.

    `ticket_id` is the ticket into which the sender's further mails are folded, once it storms.
    """

    __tablename__ = "sender_tally"
    __table_args__ = (
        UniqueConstraint("account_id", "address", "window_at"),
        Index("ix_sender_tally_window", "window_at"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL")
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=String(320))
    window_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROTECTION)
    mails: Mapped[int] = column(Privacy.TECHNICAL, Purpose.PROTECTION, default=0)
