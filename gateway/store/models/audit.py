"""What was done in an account that its owner may have to account for."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class AuditEntry(Record, whom=Whom.PEOPLE, lasts=Lasts.ACCOUNT):
    """One entry of an account's audit log: who did what to what, by public ids alone, no text of people.

    `hash` is over all of it and over the hash of the entry before, so that none is changed or taken out
    unnoticed; the database refuses both as long as the account is there.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "seq"),
        Index("ix_audit_entry_of_kind", "account_id", "kind", "seq"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    seq: Mapped[int] = column(Privacy.TECHNICAL, Purpose.PROOF)
    at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROOF)
    actor_kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(20))
    actor_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(32))
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(40))
    subject_kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(20))
    subject_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(32))
    facts: Mapped[dict[str, Any]] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=JSON, default=dict)
    previous_hash: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(64))
    hash: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(64))
