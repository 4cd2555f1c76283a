"""Texts that are written once and answered with often."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class CannedReply(Record, whom=Whom.TECHNICAL, lasts=Lasts.DELETED):
    """A text of the account by its name; placeholders in it are filled when it is inserted."""

    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    name: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=String(100))
    text: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
