"""What somebody asked to take along."""

from datetime import datetime

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Export(Record, whom=Whom.STAFF, lasts=Lasts.WEEK):
    """An export of the account, a customer or a contact (`scope`, whose public id is `subject_id`).

    It is a file (`gateway.store.exportfiles`) once it is ready, until `expires_at`. One worker at a time
    makes it (`lease_token`, `leased_until`); `done` of `total` files are in it so far, `tries` is how often
    one began.
    """

    __tablename__ = "export"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link(
        "staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.TAKING_ALONG, index=True
    )
    scope: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, type_=String(10))
    subject_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, type_=String(32))
    with_notes: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, type_=Boolean)
    state: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, type_=String(10))
    tries: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RUNNING, default=0)
    done: Mapped[int] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, default=0)
    total: Mapped[int] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, default=0)
    size_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, default=0)
    lease_token: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), default="")
    leased_until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    asked_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG)
    ready_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG)
    expires_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.TAKING_ALONG, index=True)
