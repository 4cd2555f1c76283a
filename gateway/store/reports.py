"""Reports as they were last counted: asked for once, whoever asks at the same time, and kept for a while."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Insert, delete, select, update
from sqlalchemy.orm import Session

from gateway.rules.reporting import Numbers, Question
from gateway.store import outbox
from gateway.store.models import Outbox, Report, table
from gateway.store.outbox import Topic
from gateway.store.upsert import insert_into

FRESH_FOR = timedelta(minutes=5)
"""Who asks again within that time sees the same numbers."""

_ABANDONED_AFTER = timedelta(minutes=2)
_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is of a report: the last numbers, if there are any, and whether newer ones come."""

    numbers: Numbers | None
    counted_at: datetime | None
    seconds: float
    is_awaited: bool

    def is_stale(self, now: datetime) -> bool:
        """Whether it should be counted anew when somebody looks."""
        return self.counted_at is None or self.counted_at + FRESH_FOR <= now


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to count: for the account, or for what somebody of it sees."""

    id: int
    account_id: int
    staff_id: int | None
    question: Question


NOTHING = Kept(None, None, 0.0, is_awaited=False)


def find(db: Session, account_id: int, staff_id: int | None, question: Question, *, now: datetime) -> Kept:
    """What there is of a report; `staff_id` is whose sight it is bound to, None for all of the account."""
    row = _row(db, account_id, _key(staff_id, question))
    if row is None:
        return NOTHING
    numbers = None if row.numbers is None else Numbers.from_stored(row.numbers)
    return Kept(
        numbers, row.counted_at, row.seconds, is_awaited=_is_awaited(row.asked_at, row.counted_at, now)
    )


def ask(db: Session, account_id: int, staff_id: int | None, question: Question, *, now: datetime) -> bool:
    """Have a worker count, unless the numbers are fresh or being counted; whether one will."""
    key = _key(staff_id, question)
    values = {
        "account_id": account_id,
        "staff_id": staff_id,
        "key": key,
        "question": question.as_stored(),
        "asked_at": now,
        "seconds": 0.0,
    }
    new_id = db.connection().execute(_insert(db.get_bind().dialect.name), values).scalar()
    if new_id is None:
        row = _row(db, account_id, key, for_update=True)
        if row is None or _is_awaited(row.asked_at, row.counted_at, now):
            return False
        if row.counted_at is not None and row.counted_at + FRESH_FOR > now:
            return False
        db.execute(update(Report).where(Report.id == row.id).values(asked_at=now))
        new_id = row.id
    outbox.put(db, Topic.REPORT, new_id, now=now)
    return True


def begin(db: Session, report_id: int, *, now: datetime) -> Task | None:
    """What is to be counted, by nobody else for a while; None where nothing is owed."""
    owed = select(Outbox.id).where(Outbox.topic == Topic.REPORT.value, Outbox.ref_id == report_id)
    if db.execute(owed).first() is None:
        return None
    outbox.reschedule(db, Topic.REPORT, report_id, now + _ABANDONED_AFTER)
    columns = Report.id, Report.account_id, Report.staff_id, Report.question
    row = db.execute(select(*columns).where(Report.id == report_id)).first()
    return Task(row.id, row.account_id, row.staff_id, Question.from_stored(row.question)) if row else None


def keep(db: Session, report_id: int, numbers: Numbers | None, *, seconds: float, now: datetime) -> None:
    """Keep what was counted and settle the work; None where nobody is there any more to count for."""
    if outbox.done_for(db, Topic.REPORT, report_id) and numbers is not None:
        values: dict[str, Any] = {"numbers": numbers.as_stored(), "counted_at": now, "seconds": seconds}
        db.execute(update(Report).where(Report.id == report_id).values(**values))


def forget_old(db: Session, *, now: datetime) -> int:
    """Remove reports that nobody has asked for lately; how many."""
    gone = delete(Report).where(Report.asked_at < now - _KEPT_FOR)
    return len(db.execute(gone.returning(Report.id)).all())


def _row(db: Session, account_id: int, key: str, *, for_update: bool = False) -> Any:
    columns = Report.id, Report.numbers, Report.asked_at, Report.counted_at, Report.seconds
    wanted = select(*columns).where(Report.account_id == account_id, Report.key == key)
    return db.execute(wanted.with_for_update() if for_update else wanted).first()


def _is_awaited(asked_at: datetime, counted_at: datetime | None, now: datetime) -> bool:
    is_counted = counted_at is not None and counted_at >= asked_at
    return not is_counted and now < asked_at + _ABANDONED_AFTER


def _key(staff_id: int | None, question: Question) -> str:
    asked: Mapping[str, Any] = question.as_stored() | {"of": staff_id}
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@cache
def _insert(dialect: str) -> Insert:
    made = insert_into(dialect, table(Report)).on_conflict_do_nothing(index_elements=["account_id", "key"])
    return made.returning(table(Report).c.id)
