"""How a business begins: whom the operator has invited, and how far a guided start has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class SignUpInvitation(Record, whom=Whom.PEOPLE, lasts=Lasts.EXPIRES):
    """That an address may begin an account, once and until `expires_at`; only hashes of secrets are kept.

    `token_hash` is of the link that the operator saw. `mailed_hash` is of another one, which nobody has seen
    but the reader of `address`: it proves that the address is theirs.
    """

    __tablename__ = "sign_up_invitation"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.WAY_IN, type_=String(320), index=True)
    token_hash: Mapped[str] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    mailed_hash: Mapped[str | None] = column(Privacy.SECRET, Purpose.WAY_IN, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.WAY_IN, index=True)


class GuidedStart(Record, whom=Whom.TECHNICAL, lasts=Lasts.DONE):
    """The guided start of an account, while it goes on: the steps that are behind its owner, done or skipped.

    `address` and `servers` are those of a mailbox that is about to be connected; `trouble` is what was wrong
    when that was tried last, as accounts at servers have it.
    """

    __tablename__ = "guided_start"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", unique=True)
    done: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=JSON, default=list)
    skipped: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=JSON, default=list)
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=String(320), default="")
    servers: Mapped[dict[str, Any] | None] = column(
        Privacy.PERSONAL, Purpose.SETTINGS, type_=JSON(none_as_null=True)
    )
    trouble: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=String(500), default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
