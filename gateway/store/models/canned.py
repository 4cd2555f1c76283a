"""Texts that are written once and answered with often."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class CannedReply(Record):
    """A text of the account by its name; placeholders in it are filled when it is inserted."""

    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    name: Mapped[str] = column(Privacy.CONTENT, type_=String(100))
    text: Mapped[str] = column(Privacy.CONTENT, type_=Text)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
