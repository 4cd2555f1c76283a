"""Raw mail that was accepted, and the fate of every offer of it."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class Intake(Record):
    """A raw mail that an account owes a ticket. `filed_at` is empty until it has one."""

    __tablename__ = "intake"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    raw_sha256: Mapped[str] = column(Privacy.CONTENT, type_=String(64), index=True)
    size_bytes: Mapped[int] = column(Privacy.TECHNICAL)
    source: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    mail_from: Mapped[str] = column(Privacy.PERSONAL, type_=Text, default="")
    tries: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    received_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    filed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)


class Offer(Record):
    """The ledger: one row for each recipient that a mail was offered to, with exactly one fate.

    `fate` is pending until the mail is filed; `rcpt_to` is the address as the envelope had it.
    """

    __tablename__ = "offer"
    __table_args__ = (Index("ix_offer_fate", "account_id", "fate"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    intake_id: Mapped[int | None] = link("intake.id", ondelete="SET NULL", index=True)
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL")
    ticket_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL")
    rcpt_to: Mapped[str] = column(Privacy.PERSONAL, type_=Text)
    source: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    fate: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    reason: Mapped[str] = column(Privacy.TECHNICAL, type_=String(200), default="")
    offered_at: Mapped[datetime] = column(Privacy.TECHNICAL)
