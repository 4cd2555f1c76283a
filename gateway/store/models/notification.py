"""What people are told of."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Notification(Record, whom=Whom.STAFF, lasts=Lasts.MONTH):
    """That something happened in a ticket which somebody wants to know, and whether they have read it.

    `mailed_at` is when it was mailed, or found to be nothing that they want by mail.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_staff_id_id", "staff_id", "id"),
        Index("ix_notification_staff_id_is_read", "staff_id", "is_read"),
        Index("ix_notification_mailed_at_at", "mailed_at", "at"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.TELLING)
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    article_id: Mapped[int | None] = link("article.id", index=True)
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TELLING, type_=String(12))
    is_read: Mapped[bool] = column(Privacy.PERSONAL, Purpose.TELLING, default=False)
    at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.TELLING, index=True)
    mailed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.TELLING)
