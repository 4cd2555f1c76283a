"""What staff keep for their own work: views of the list, and how it was before an act that can be undone.

And what is kept for them: that a ticket was due, and the numbers of a report.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class SavedView(Record, whom=Whom.STAFF, lasts=Lasts.PERSON):
    """A search under a name, in an order; everybody's where it is shared."""

    __tablename__ = "saved_view"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.OWN_WORK, index=True)
    name: Mapped[str] = column(Privacy.CONTENT, Purpose.OWN_WORK, type_=String(60))
    query: Mapped[str] = column(Privacy.CONTENT, Purpose.OWN_WORK, type_=Text)
    order: Mapped[str] = column(Privacy.TECHNICAL, Purpose.OWN_WORK, type_=String(20))
    is_shared: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.OWN_WORK)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.OWN_WORK)


class Act(Record, whom=Whom.STAFF, lasts=Lasts.UNDO):
    """Something somebody did to tickets; `what` says what, as its kind knows it."""

    __tablename__ = "act"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.OWN_WORK, index=True)
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.OWN_WORK, type_=String(20))
    what: Mapped[dict[str, Any]] = column(Privacy.CONTENT, Purpose.OWN_WORK, type_=JSON)
    count: Mapped[int] = column(Privacy.TECHNICAL, Purpose.OWN_WORK)
    undone_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.OWN_WORK)
    at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.OWN_WORK, index=True)


class ActItem(Record, whom=Whom.STAFF, lasts=Lasts.UNDO):
    """A ticket of an act. `before` is what undoing needs, null as long as it is still to be done."""

    __tablename__ = "act_item"
    __table_args__ = (Index("ix_act_item_act", "act_id", "id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    act_id: Mapped[int] = link("act.id")
    ticket_id: Mapped[int] = link("ticket.id", index=True)
    before: Mapped[dict[str, Any] | None] = column(
        Privacy.CONTENT, Purpose.OWN_WORK, type_=JSON(none_as_null=True)
    )


class Reminder(Record, whom=Whom.TECHNICAL, lasts=Lasts.TICKET):
    """That a ticket is about to be due, or is (`stage`): once for each of its moments, whoever noticed it."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("ticket_id", "goal", "due_at", "stage"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    ticket_id: Mapped[int] = link("ticket.id")
    goal: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TELLING, type_=String(12))
    due_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.TELLING)
    stage: Mapped[str] = column(Privacy.TECHNICAL, Purpose.TELLING, type_=String(8))
    at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.TELLING)


class Report(Record, whom=Whom.TECHNICAL, lasts=Lasts.WEEK):
    """The numbers of a report as they were last counted: `key` says of what, for whose eyes.

    `staff_id` is whose sight it is bound to, null for all of the account. Between `asked_at` and
    `counted_at` somebody counts; `seconds` is how long that took.
    """

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    staff_id: Mapped[int | None] = link("staff.id", index=True)
    key: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REPORTS, type_=String(64))
    question: Mapped[dict[str, Any]] = column(Privacy.TECHNICAL, Purpose.REPORTS, type_=JSON)
    numbers: Mapped[dict[str, Any] | None] = column(
        Privacy.CONTENT, Purpose.REPORTS, type_=JSON(none_as_null=True)
    )
    asked_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REPORTS)
    counted_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.REPORTS, index=True)
    seconds: Mapped[float] = column(Privacy.TECHNICAL, Purpose.REPORTS, type_=Float, default=0.0)
