"""What somebody is about to write."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Draft(Record, whom=Whom.PEOPLE, lasts=Lasts.SENT):
    """An answer or a note that was not sent yet, as its writer left it; each forwarded message has its own.

    `to`, `cc` and `bcc` are lines as they were typed, `files` as `gateway.store.drafts` stores them.
    `version` counts how often it was saved, so that of two tabs one does not overwrite the other unseen.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("ticket_id", "staff_id", "forward_of"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    staff_id: Mapped[int] = link("staff.id", index=True)
    forward_of: Mapped[str] = column(Privacy.TECHNICAL, Purpose.OWN_WORK, type_=String(32), default="")
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.OWN_WORK, type_=String(20))
    to: Mapped[str] = column(Privacy.PERSONAL, Purpose.OWN_WORK, type_=Text, default="")
    cc: Mapped[str] = column(Privacy.PERSONAL, Purpose.OWN_WORK, type_=Text, default="")
    bcc: Mapped[str] = column(Privacy.PERSONAL, Purpose.OWN_WORK, type_=Text, default="")
    text: Mapped[str] = column(Privacy.CONTENT, Purpose.OWN_WORK, type_=Text, default="")
    is_shared: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.OWN_WORK, type_=Boolean, default=False, server_default=false()
    )
    files: Mapped[list[Any]] = column(Privacy.CONTENT, Purpose.OWN_WORK, type_=JSON, default=list)
    version: Mapped[int] = column(Privacy.TECHNICAL, Purpose.OWN_WORK)
    saved_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.OWN_WORK)
