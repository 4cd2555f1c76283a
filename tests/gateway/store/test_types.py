"""Column types that both databases keep alike."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from gateway.store import outbox, session
from gateway.store.models import Outbox
from gateway.store.types import MOST

MOMENT = datetime(2026, 3, 29, 2, 30, 0, 123457, tzinfo=UTC)


def stored(moment: datetime) -> datetime:
    with session.transaction() as db:
        row = outbox.put(db, outbox.Topic.FILE, 1, now=moment)
    with session.reading() as db:
        return db.execute(select(Outbox.created_at).where(Outbox.id == row)).scalar_one()


@pytest.mark.parametrize("hours", [0, 2, -11])
def test_a_moment_comes_back_the_same_and_in_utc(database: str, hours: int) -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=hours)))
    assert stored(there) == MOMENT
    assert stored(there).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database: str) -> None:
    with pytest.raises(StatementError, match="time zone"):
        stored(MOMENT.replace(tzinfo=None))


def test_the_largest_key_can_be_asked_for(database: str) -> None:
    with session.reading() as db:
        assert outbox.get(db, MOST) is None
