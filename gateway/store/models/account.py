"""One business in the installation."""

from datetime import datetime

from sqlalchemy import Boolean, LargeBinary, String, false
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key


class Account(Record):
    """A business: owns mailboxes, people, customers and tickets; `public_id` identifies it outside.

    `held_told_at` is when its people were last told that mail of theirs is held back.
    `demands_second_factor`: nobody in it works with a password alone.
    """

    __tablename__ = "account"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    name: Mapped[str] = column(Privacy.PERSONAL, type_=String(200))
    mail_key: Mapped[bytes] = column(Privacy.SECRET, type_=LargeBinary(32))
    last_ticket_number: Mapped[int] = column(Privacy.TECHNICAL, default=0)
    held_told_at: Mapped[datetime | None] = column(Privacy.TECHNICAL)
    demands_second_factor: Mapped[bool] = column(
        Privacy.TECHNICAL, type_=Boolean, default=False, server_default=false()
    )
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
