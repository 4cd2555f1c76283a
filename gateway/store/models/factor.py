"""What a person needs beside the password, and who is in half-way."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Totp(Record, whom=Whom.STAFF, lasts=Lasts.PERSON):
    """The key that a person's app makes codes of (RFC 6238); in use once `confirmed_at` is set.

    `last_step` is that of the last code that was taken: none is taken twice.
    """

    __tablename__ = "totp"

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id", unique=True)
    sealed_secret: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(300))
    last_step: Mapped[int] = column(Privacy.TECHNICAL, Purpose.WAY_IN, default=0)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    confirmed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.WAY_IN)


class RecoveryCode(Record, whom=Whom.STAFF, lasts=Lasts.PERSON):
    """A code for the day on which the app is lost; only its hash is kept, and it goes with its use."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("staff_id", "code_hash"),)

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id")
    code_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64))


class HalfSignIn(Record, whom=Whom.PEOPLE, lasts=Lasts.EXPIRES):
    """A browser in which the password was right and the second factor is owed; kept for minutes."""

    __tablename__ = "half_sign_in"

    id: Mapped[int] = key()
    staff_id: Mapped[int] = link("staff.id", index=True)
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN, index=True)
