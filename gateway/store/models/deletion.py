"""What people asked to have deleted, by mail."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class DeletionRequest(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DONE):
    """That a ticket asks for deletion: in words, or by the address that it came to (`because`).

    `address` is who asks, until it is erased. They were asked to confirm at `asked_at`, in answer to
    the mail `intake_id`; at `confirmed_at` they did, at `doubted_at` somebody did who may be another. What is
    carried out for them is `erasure`, by its public id. Both are no foreign keys.
    """

    __tablename__ = "deletion_request"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    ticket_id: Mapped[int | None] = link("ticket.id", ondelete="SET NULL", unique=True)
    intake_id: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=String(320))
    locale: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(10))
    because: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(10))
    asked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    confirmed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.PROOF)
    doubted_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.PROOF)
    erasure: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(32), default="", index=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
