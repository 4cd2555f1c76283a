"""A request and what happened to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class Ticket(Record):
    """A request; `number` is what people see, unique in the account.

    `updated_at` is its newest activity, which orders lists; `snippet` is the start of the newest text;
    `folded_count` is how many further mails of a storm were folded into it. A merged ticket is empty and
    leads to `merged_into_id`, which is never merged itself; that is no foreign key, because SQLite would have
    to copy the table for it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        Index("ix_ticket_activity", "account_id", "updated_at", "id"),
        Index("ix_ticket_status_activity", "account_id", "status", "updated_at", "id"),
        Index("ix_ticket_assignee", "account_id", "status", "assignee_id", "updated_at"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    number: Mapped[int] = column(Privacy.TECHNICAL)
    subject: Mapped[str] = column(Privacy.CONTENT, type_=Text)
    status: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL", index=True)
    contact_id: Mapped[int | None] = link("contact.id", ondelete="SET NULL", index=True)
    customer_id: Mapped[int | None] = link("customer.id", ondelete="SET NULL", index=True)
    requester_name: Mapped[str] = column(Privacy.PERSONAL, type_=String(300), default="")
    requester_address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320), default="")
    assignee_id: Mapped[int | None] = link("staff.id", ondelete="SET NULL")
    maybe_belongs_to_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL", index=True)
    follow_up_of_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL", index=True)
    merged_into_id: Mapped[int | None] = column(Privacy.TECHNICAL, index=True)
    tags: Mapped[list[str]] = column(Privacy.CONTENT, type_=JSON, default=list)
    snippet: Mapped[str] = column(Privacy.CONTENT, type_=String(200), default="")
    article_count: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    folded_count: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    attachment_count: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    updated_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    closed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)


class TicketEvent(Record):
    """One line of the timeline: who did what when. `data` has keys that the kind knows."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket", "ticket_id", "id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    kind: Mapped[str] = column(Privacy.TECHNICAL, type_=String(40))
    staff_id: Mapped[int | None] = link("staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL)
    article_id: Mapped[int | None] = link("article.id")
    data: Mapped[dict[str, Any]] = column(Privacy.CONTENT, type_=JSON, default=dict)
    at: Mapped[datetime] = column(Privacy.TECHNICAL)


class Participant(Record):
    """An address that takes part in a ticket: its mails may be threaded by header or subject."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("ticket_id", "address"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320))
