"""A request and what happened to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.priority import Priority
from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.rules.queue import DONE
from gateway.store.models.record import Record, column, key, link


class Ticket(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A request; `number` is what people see, unique in the account.

    `updated_at` is its newest activity, which orders lists; `snippet` is the start of the newest text;
    `folded_count` is how many further mails of a storm were folded into it. A merged ticket is empty and
    leads to `merged_into_id`, which is never merged itself; that is no foreign key, because SQLite would have
    to copy the table for it, and neither is `last_article_id`, its newest article, 0 for none.
    `queue_at` is its place among those that wait, as `gateway.rules.queue` has it; `wake_at` is when a
    sleeping one comes back. `due_at` is when it owes `due_for` (`gateway.rules.due`), or a place behind those
    that owe something; `remind_at` is when to call that to mind. Seconds are of working time: up to the first
    answer, up to the end, and of rest in between, which goes on since `rests_since`.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        Index("ix_ticket_activity", "account_id", "updated_at", "id"),
        Index("ix_ticket_status_activity", "account_id", "status", "updated_at", "id"),
        Index("ix_ticket_assignee", "account_id", "status", "assignee_id", "updated_at"),
        Index("ix_ticket_queue", "account_id", "queue_at", "id"),
        Index("ix_ticket_due", "account_id", "due_at", "id"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    number: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    subject: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text)
    status: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(20))
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL", index=True)
    contact_id: Mapped[int | None] = link("contact.id", ondelete="SET NULL", index=True)
    customer_id: Mapped[int | None] = link("customer.id", ondelete="SET NULL", index=True)
    requester_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=String(300), default="")
    requester_address: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=String(320), default="")
    assignee_id: Mapped[int | None] = link("staff.id", ondelete="SET NULL")
    maybe_belongs_to_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL", index=True)
    follow_up_of_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL", index=True)
    merged_into_id: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS, index=True)
    tags: Mapped[list[str]] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=JSON, default=list)
    snippet: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=String(200), default="")
    article_count: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=0)
    folded_count: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=0)
    attachment_count: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=0)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    updated_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    closed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REPORTS)
    priority: Mapped[int] = column(
        Privacy.TECHNICAL,
        Purpose.REQUESTS,
        type_=SmallInteger,
        default=Priority.NORMAL.value,
        server_default=str(Priority.NORMAL.value),
    )
    last_article_id: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=0, server_default="0")
    queue_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=DONE)
    wake_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS, index=True)
    due_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=DONE)
    due_for: Mapped[str] = column(
        Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(12), default="", server_default=""
    )
    remind_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS, index=True)
    first_answered_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REPORTS)
    answer_seconds: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.REPORTS)
    resolution_seconds: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.REPORTS)
    rests_since: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    rest_seconds: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=0, server_default="0")


class TicketEvent(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """One line of the timeline: who did what when. `data` has keys that the kind knows."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket", "ticket_id", "id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TEAMWORK, type_=String(40))
    staff_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    article_id: Mapped[int | None] = link("article.id")
    data: Mapped[dict[str, Any]] = column(Privacy.CONTENT, Purpose.TEAMWORK, type_=JSON, default=dict)
    at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.TEAMWORK)


class Participant(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """An address that takes part in a ticket: its mails may be threaded by header or subject."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("ticket_id", "address"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=String(320))


class TicketLink(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """Two tickets that have to do with each other; `ticket_id` is the older one's."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    other_id: Mapped[int] = link("ticket.id", index=True)


class TicketSeen(Record, whom=Whom.PEOPLE, lasts=Lasts.TICKET):
    """Up to which article somebody has seen a ticket; without a row, up to their `reads_from`.

    -1 is before all of them: they want to read it once more.
    """

    __tablename__ = "ticket_seen"
    __table_args__ = (UniqueConstraint("staff_id", "ticket_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.OWN_WORK)
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    article_id: Mapped[int] = column(Privacy.PERSONAL, Purpose.OWN_WORK)
