"""The outbox: what a worker must do after a commit. The rows are the truth, a queue only wakes.

A row says topic and id. Whoever does the work removes the row in the transaction that finishes
it, so a lost wake-up costs a delay and a doubled one costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.store.models import Outbox, table
from gateway.store.session import inserted_id, wake_after_commit

TOLD_AGAIN_AFTER = timedelta(seconds=5)
"""How long a wake-up has before the sweep repeats it."""


class Topic(StrEnum):
    """What kinds of work there are."""

    FILE = "file"
    DELIVER = "deliver"
    SCAN = "scan"
    PREVIEW = "preview"
    GUESTS = "guests"
    ACT = "act"
    DUE = "due"
    REPORT = "report"
    EXPORT = "export"
    ERASE = "erase"
    CERTIFY = "certify"
    WIPE = "wipe"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One piece of work: on an intake, delivery, article, account, export, or what else its topic says.

    `told` is how often the sweep repeated it.
    """

    id: int
    topic: Topic
    ref_id: int
    told: int


def put(db: Session, topic: Topic, ref_id: int, *, now: datetime, not_before: datetime | None = None) -> int:
    """Owe a piece of work, at once or not before a moment; returns the row's id.

    A row that is due wakes a worker after the commit; the sweep leaves it alone for a while.
    """
    later = not_before is not None and not_before > now
    due_at = not_before if later else now + TOLD_AGAIN_AFTER
    row = {"topic": topic.value, "ref_id": ref_id, "told": 0, "due_at": due_at, "created_at": now}
    outbox_id = inserted_id(db, _INSERT, row)
    if not later:
        wake_after_commit(db, topic.value, outbox_id)
    return outbox_id


def get(db: Session, outbox_id: int) -> OutboxRow | None:
    """The row, or None when its work is done."""
    found = db.connection().execute(_BY_ID, {"id": outbox_id}).first()
    return _row(*found) if found else None


def done(db: Session, outbox_id: int) -> None:
    """The work is finished."""
    db.execute(delete(Outbox).where(Outbox.id == outbox_id))


def done_for(db: Session, topic: Topic, ref_id: int) -> bool:
    """The work on `ref_id` is finished, whichever row owed it; False if none did."""
    return db.connection().execute(_DONE_FOR, {"topic": topic.value, "ref": ref_id}).rowcount > 0


def reschedule(db: Session, topic: Topic, ref_id: int, due_at: datetime) -> None:
    """Do it again at a later moment."""
    rows = update(Outbox).where(Outbox.topic == topic.value, Outbox.ref_id == ref_id)
    db.execute(rows.values(due_at=due_at))


def claim_due(db: Session, *, now: datetime, limit: int, topic: Topic | None = None) -> Sequence[OutboxRow]:
    """The oldest rows that are due, each told once: `due_at` moves on, so that others leave them alone."""
    due = select(Outbox.id).where(Outbox.due_at <= now).order_by(Outbox.due_at, Outbox.id)
    if topic is not None:
        due = due.where(Outbox.topic == topic.value)
    ids = due.limit(limit).with_for_update(skip_locked=True).scalar_subquery()
    claimed = update(Outbox).where(Outbox.id.in_(ids))
    told = claimed.values(due_at=now + TOLD_AGAIN_AFTER, told=Outbox.told + 1)
    rows = db.execute(told.returning(Outbox.id, Outbox.topic, Outbox.ref_id, Outbox.told)).all()
    return [_row(*row) for row in sorted(rows)]


def claim_all(db: Session, topic: Topic, *, now: datetime, lease: timedelta) -> Sequence[int]:
    """All rows of a topic that one piece of work settles together, for `lease`; none that others have."""
    free = update(Outbox).where(Outbox.topic == topic.value, Outbox.due_at <= now + TOLD_AGAIN_AFTER)
    return db.execute(free.values(due_at=now + lease).returning(Outbox.id)).scalars().all()


def put_off_all(db: Session, outbox_ids: Sequence[int], due_at: datetime) -> None:
    """Look at these rows again at a later moment."""
    db.execute(update(Outbox).where(Outbox.id.in_(outbox_ids)).values(due_at=due_at))


def done_all(db: Session, outbox_ids: Sequence[int]) -> None:
    """The work of these rows is finished."""
    db.execute(delete(Outbox).where(Outbox.id.in_(outbox_ids)))


def next_due_at(db: Session) -> datetime | None:
    """When the next row falls due, or None when nothing is owed."""
    return db.execute(select(func.min(Outbox.due_at))).scalar()


def depth(db: Session, topic: Topic) -> int:
    """How many rows of a topic are owed."""
    return db.execute(select(func.count()).where(Outbox.topic == topic.value)).scalar_one()


_OUTBOX = table(Outbox)
_INSERT = insert(_OUTBOX)
_BY_ID = select(_OUTBOX.c.id, _OUTBOX.c.topic, _OUTBOX.c.ref_id, _OUTBOX.c.told).where(
    _OUTBOX.c.id == bindparam("id")
)
_DONE_FOR = delete(_OUTBOX).where(_OUTBOX.c.topic == bindparam("topic"), _OUTBOX.c.ref_id == bindparam("ref"))


def _row(outbox_id: int, topic: str, ref_id: int, told: int) -> OutboxRow:
    return OutboxRow(outbox_id, Topic(topic), ref_id, told)
