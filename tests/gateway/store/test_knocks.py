"""Counting tries, on both databases."""

from datetime import timedelta

from gateway.store import knocks, session
from tests.world import NOON, World


def count(who: str, minutes: int = 0) -> int:
    with session.transaction() as db:
        return knocks.count_one(db, who, window_at=NOON + timedelta(minutes=minutes))


def test_each_is_counted_by_itself_in_each_stretch_of_time(world: World) -> None:
    assert [count("a"), count("a"), count("b"), count("a", 15)] == [1, 2, 1, 1]


def test_who_is_in_begins_anew(world: World) -> None:
    count("a"), count("a"), count("b")
    with session.transaction() as db:
        knocks.forget(db, "a")
    assert (count("a"), count("b")) == (1, 2)


def test_old_counts_go(world: World) -> None:
    count("a"), count("a", 15)
    with session.transaction() as db:
        assert knocks.forget_before(db, NOON + timedelta(minutes=15)) == 1
        assert knocks.forget_before(db, NOON + timedelta(minutes=15)) == 0


def test_a_try_that_was_none_is_given_back_and_never_more_than_were(world: World) -> None:
    count("a"), count("a"), count("a", 15)
    for _ in range(3):
        with session.transaction() as db:
            knocks.give_back(db, "a", window_at=NOON)
    assert (count("a"), count("a", 15)) == (1, 2)
