"""What was or is being erased."""

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Erasure(Record, whom=Whom.STAFF, lasts=Lasts.INSTALLATION):
    """An erasure: what it is of as long as it goes on, afterwards that it was, with counts and receipt.

    One worker at a time is at it (`lease_token`, `leased_until`), at `step`. Once it is done, `subject_id`,
    `begin_at`, `end_at`, `statuses`, `quoted` and `staff_id` are empty, and its items are gone. With the
    account goes its `account_id` alone, so that the receipt stays. `again_from` is set where a restored
    backup had brought back what was erased before: what came into being later stays.
    """

    __tablename__ = "erasure"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int | None] = link("account.id", ondelete="SET NULL", index=True)
    staff_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", index=True, privacy=Privacy.PERSONAL, purpose=Purpose.ERASING
    )
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=String(12))
    subject_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=String(32), default="")
    begin_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.ERASING)
    end_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.ERASING)
    statuses: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=JSON, default=list)
    quoted: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=JSON, default=list)
    state: Mapped[str] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=String(10))
    step: Mapped[str] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=String(12))
    counts: Mapped[dict[str, int]] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=JSON, default=dict)
    again_from: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.ERASING)
    lease_token: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), default="")
    leased_until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    asked_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROOF)
    begun_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.PROOF)
    done_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.PROOF)
    receipt: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=Text, default="")


class ErasureItem(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DONE):
    """Something that an erasure takes: a row by its key (`row_id`), an address or a blob by its text (`ref`).

    What is taken is written down before the first of it goes, so that a worker that is killed is followed by
    one that knows; the items are gone when it is done.
    """

    __tablename__ = "erasure_item"
    __table_args__ = (
        UniqueConstraint("erasure_id", "kind", "row_id", "ref"),
        Index("ix_erasure_item_ref", "kind", "ref"),
    )

    id: Mapped[int] = key()
    erasure_id: Mapped[int] = link("erasure.id")
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.ERASING, type_=String(12))
    row_id: Mapped[int] = column(Privacy.TECHNICAL, Purpose.ERASING, default=0)
    ref: Mapped[str] = column(Privacy.PERSONAL, Purpose.ERASING, type_=String(320), default="")
