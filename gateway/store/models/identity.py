"""Who people are at the operator's sign-in provider."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class StaffIdentity(Record, whom=Whom.PEOPLE, lasts=Lasts.PERSON):
    """A person's identity at a provider: they have one there, and it is nobody else's here."""

    __tablename__ = "staff_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("staff_id", "issuer"))

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id")
    issuer: Mapped[str] = column(Privacy.TECHNICAL, Purpose.WAY_IN, type_=String(500))
    subject: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(255))
    linked_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    used_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.WAY_IN)
