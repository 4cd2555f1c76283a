"""The outbox: what is owed, when, and to whom it is told."""

import threading
from datetime import timedelta

import pytest

from gateway.store import outbox, session
from gateway.store.outbox import TOLD_AGAIN_AFTER, OutboxRow, Topic
from tests.world import NOON

HOUR = timedelta(hours=1)


def put(ref_id: int, topic: Topic = Topic.FILE, *, in_: timedelta | None = None) -> int:
    with session.transaction() as db:
        later = None if in_ is None else NOON + in_
        return outbox.put(db, topic, ref_id, now=NOON, not_before=later)


def claim(after: timedelta, *, limit: int = 100, topic: Topic | None = None) -> list[int]:
    with session.transaction() as db:
        return [row.ref_id for row in outbox.claim_due(db, now=NOON + after, limit=limit, topic=topic)]


def test_a_row_says_topic_and_id_until_it_is_done(database: str) -> None:
    row = put(7)
    with session.transaction() as db:
        assert outbox.get(db, row) == OutboxRow(row, Topic.FILE, 7, told=0)
        assert outbox.depth(db, Topic.FILE) == 1
        outbox.done(db, row)
        assert outbox.get(db, row) is None
        assert outbox.depth(db, Topic.FILE) == 0


def test_the_sweep_gives_the_wake_up_a_while(database: str) -> None:
    put(1)
    assert claim(TOLD_AGAIN_AFTER - timedelta(microseconds=1)) == []
    assert claim(TOLD_AGAIN_AFTER) == [1]


def test_a_claimed_row_is_left_alone_for_a_while_and_its_tellings_are_counted(database: str) -> None:
    row = put(1)
    for told in (1, 2):
        assert claim(told * TOLD_AGAIN_AFTER) == [1]
        assert claim(told * TOLD_AGAIN_AFTER) == []
        with session.reading() as db:
            found = outbox.get(db, row)
        assert found is not None
        assert found.told == told


def test_what_is_not_due_yet_waits(database: str) -> None:
    put(1, Topic.DELIVER, in_=HOUR)
    assert claim(HOUR - timedelta(microseconds=1)) == []
    assert claim(HOUR) == [1]


def test_a_moment_in_the_past_is_now(database: str) -> None:
    put(1, in_=-HOUR)
    assert claim(TOLD_AGAIN_AFTER) == [1]


def test_the_oldest_come_first_and_no_more_than_asked_for(database: str) -> None:
    for ref_id, due in ((1, 3), (2, 1), (3, 2)):
        put(ref_id, in_=due * HOUR)
    assert sorted(claim(4 * HOUR, limit=2)) == [2, 3]
    assert claim(4 * HOUR, limit=2) == [1]


def test_topics_are_claimed_apart(database: str) -> None:
    put(1, Topic.FILE)
    put(2, Topic.DELIVER)
    assert claim(HOUR, topic=Topic.DELIVER) == [2]
    assert claim(HOUR, topic=Topic.FILE) == [1]


def test_done_for_takes_every_row_of_that_work_and_no_other(database: str) -> None:
    kept = [put(2), put(1, Topic.DELIVER)]
    gone = [put(1), put(1)]
    with session.transaction() as db:
        outbox.done_for(db, Topic.FILE, 1)
        assert [outbox.get(db, row) is None for row in gone] == [True, True]
        assert all(outbox.get(db, row) for row in kept)


def test_work_put_off_is_due_later(database: str) -> None:
    put(1)
    with session.transaction() as db:
        outbox.reschedule(db, Topic.FILE, 1, NOON + HOUR)
        assert outbox.next_due_at(db) == NOON + HOUR
    assert claim(TOLD_AGAIN_AFTER) == []


def test_nothing_owed_is_due_never(database: str) -> None:
    with session.reading() as db:
        assert outbox.next_due_at(db) is None


@pytest.mark.parametrize("workers", [4])
def test_sweeps_at_the_same_time_share_the_rows(database: str, workers: int) -> None:
    with session.transaction() as db:
        for ref_id in range(100):
            outbox.put(db, Topic.FILE, ref_id, now=NOON)
    claimed: list[int] = []

    def sweep() -> None:
        while found := claim(HOUR, limit=10):
            claimed.extend(found)

    threads = [threading.Thread(target=sweep) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(claimed) == list(range(100))
