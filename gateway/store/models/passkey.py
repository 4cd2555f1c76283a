"""Passkeys of people (WebAuthn), and the challenges that are out."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Passkey(Record, whom=Whom.PEOPLE, lasts=Lasts.PERSON):
    """One authenticator of a person: the public half of its key. `credential_id` is base64url."""

    __tablename__ = "passkey"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    staff_id: Mapped[int] = link("staff.id", index=True)
    name: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(100))
    credential_id: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(1400), unique=True)
    public_key: Mapped[bytes] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=LargeBinary)
    sign_count: Mapped[int] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    used_at: Mapped[datetime | None] = column(Privacy.PERSONAL, Purpose.WAY_IN)


class Ceremony(Record, whom=Whom.PEOPLE, lasts=Lasts.EXPIRES):
    """A challenge that one browser may answer once, within minutes.

    `staff_id` is whose answer it must be; None where anybody may sign in with it.
    """

    __tablename__ = "ceremony"

    id: Mapped[int] = key()
    staff_id: Mapped[int | None] = link("staff.id", index=True)
    purpose: Mapped[str] = column(Privacy.TECHNICAL, Purpose.WAY_IN, type_=String(20))
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    challenge: Mapped[bytes] = column(Privacy.SECRET, Purpose.WAY_IN, type_=LargeBinary)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN, index=True)
