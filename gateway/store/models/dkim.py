"""Keys that sign outgoing mail."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class DkimKey(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """A key of an account for one mail domain. `sealed_private_key` is never shown.

    It signs while `is_active`, which it is once the DNS showed its record. `seen` is what was found there
    at `looked_at` ("" before the first look). While a new one waits for its record, the old one signs.
    """

    __tablename__ = "dkim_key"
    __table_args__ = (UniqueConstraint("account_id", "domain", "selector"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    domain: Mapped[str] = column(Privacy.PERSONAL, Purpose.SENDING, type_=String(253))
    selector: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(63))
    public_key: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=Text)
    sealed_private_key: Mapped[str] = column(Privacy.SECRET, Purpose.SENDING, type_=Text)
    is_active: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.SENDING, default=False)
    seen: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(10), default="")
    looked_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)
