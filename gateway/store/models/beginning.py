"""How a business begins: whom the operator has invited, and how far a guided start has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class SignUpInvitation(Record):
    """That an address may begin an account, once and until `expires_at`; only hashes of secrets are kept.

    `token_hash` is of the link that the operator saw. `mailed_hash` is of another one, which nobody has seen
    but the reader of `address`: it proves that the address is theirs.
    """

    __tablename__ = "sign_up_invitation"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320), index=True)
    token_hash: Mapped[str] = column(Privacy.SECRET, type_=String(64), unique=True)
    mailed_hash: Mapped[str | None] = column(Privacy.SECRET, type_=String(64), unique=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, index=True)


class GuidedStart(Record):
    """The guided start of an account, while it goes on: the steps that are behind its owner, done or skipped.

    `address` and `servers` are those of a mailbox that is about to be connected; `trouble` is what was wrong
    when that was tried last, as accounts at servers have it.
    """

    __tablename__ = "guided_start"

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", unique=True)
    done: Mapped[list[str]] = column(Privacy.TECHNICAL, type_=JSON, default=list)
    skipped: Mapped[list[str]] = column(Privacy.TECHNICAL, type_=JSON, default=list)
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320), default="")
    servers: Mapped[dict[str, Any] | None] = column(Privacy.PERSONAL, type_=JSON(none_as_null=True))
    trouble: Mapped[str] = column(Privacy.TECHNICAL, type_=String(500), default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)
