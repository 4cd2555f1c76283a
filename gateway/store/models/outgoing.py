"""What is owed to the outside: wake-ups for workers, and mails to recipients."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class Outbox(Record):
    """Something a worker must do after the commit; the row goes when it is done.

    `due_at` is when a worker should be told (again); `told` counts how often the sweep repeated it.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "due_at", "id"), Index("ix_outbox_work", "topic", "ref_id"))

    id: Mapped[int] = key()
    topic: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    ref_id: Mapped[int] = column(Privacy.TECHNICAL)
    told: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    due_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)


class Delivery(Record):
    """One article to one recipient. Leased by one worker at a time (`lease_token`, `leased_until`)."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("article_id", "recipient"),
        Index("ix_delivery_state", "account_id", "state"),
        Index("ix_delivery_lease", "lease_owner"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    article_id: Mapped[int] = link("article.id")
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL")
    recipient: Mapped[str] = column(Privacy.PERSONAL, type_=String(320))
    state: Mapped[str] = column(Privacy.TECHNICAL, type_=String(20))
    answer: Mapped[str] = column(Privacy.CONTENT, type_=Text, default="")
    attempts: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    next_try_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    lease_owner: Mapped[str] = column(Privacy.TECHNICAL, type_=String(64), default="")
    lease_token: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), default="")
    leased_until: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    finished_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
