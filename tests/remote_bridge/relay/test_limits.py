import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.relay.limits import (
    FIRST_LOCK_SECONDS,
    FORGET_SECONDS,
    FREE_TRIES,
    LONGEST_LOCK_SECONDS,
    TEXTS_AT_ONCE,
    TEXTS_PER_SECOND,
    Bucket,
    Crowd,
    Tries,
    source_of,
)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("/run/socket", ""),
    ],
)
def test_a_source_is_an_ipv4_address_or_a_64_of_ipv6(address: str, source: str) -> None:
    assert source_of(address) == source


def lock(tries: Tries, source: str, now: float) -> float:
    """Slip until locked out; for how long."""
    while not tries.is_locked(source, now):
        tries.note_bad(source, now)
    end = now
    while tries.is_locked(source, end):
        end += 1.0
    return end - now


def test_a_source_has_some_tries_and_is_then_locked_out() -> None:
    tries = Tries()
    for _ in range(FREE_TRIES - 1):
        tries.note_bad("a", 0.0)
        assert not tries.is_locked("a", 0.0)
    tries.note_bad("a", 0.0)
    assert tries.is_locked("a", 0.0)
    assert not tries.is_locked("b", 0.0)
    assert tries.count_locked(0.0) == 1
    assert not tries.is_locked("a", FIRST_LOCK_SECONDS)
    assert tries.count_locked(FIRST_LOCK_SECONDS) == 0


def test_locks_grow_up_to_an_hour() -> None:
    tries, now, locks = Tries(), 0.0, list[float]()
    for _ in range(12):
        locks.append(lock(tries, "a", now))
        now += locks[-1]
    assert locks[:4] == [30.0, 60.0, 120.0, 240.0]
    assert max(locks) == LONGEST_LOCK_SECONDS
    assert locks == sorted(locks)


def test_slips_now_and_then_lock_nobody_out() -> None:
    tries = Tries()
    for number in range(1000):
        tries.note_bad("a", number * FORGET_SECONDS)
        assert not tries.is_locked("a", number * FORGET_SECONDS)


def test_after_a_quiet_time_all_is_forgotten() -> None:
    tries = Tries()
    first = lock(tries, "a", 0.0)
    second = lock(tries, "a", first)
    later = first + second + FREE_TRIES * FORGET_SECONDS + 1
    assert lock(tries, "a", later) == FIRST_LOCK_SECONDS


def test_as_many_sources_as_one_likes_take_bounded_memory() -> None:
    tries = Tries(most_sources=50)
    for number in range(1000):
        tries.note_bad(f"s{number}", 0.0)
    assert len(tries._slips) == 50


@given(st.lists(st.integers(0, 5), max_size=60))
def test_a_crowd_is_bounded_by_source(comings: list[int]) -> None:
    crowd = Crowd(most=1000, most_per_source=3)
    there = list[str]()
    for number in comings:
        if crowd.come(f"s{number}"):
            there.append(f"s{number}")
        assert all(there.count(one) <= 3 for one in there)
    for one in there:
        crowd.go(one)
    assert not crowd._by_source


def test_a_crowd_is_bounded_in_all() -> None:
    crowd = Crowd(most=2, most_per_source=3)
    crowd.total = 1
    assert crowd.has_room()
    crowd.total = 2
    assert not crowd.has_room()


def test_texts_come_at_once_or_steadily_but_not_both_for_long() -> None:
    bucket = Bucket(0.0)
    assert all(bucket.take(0.0) for _ in range(TEXTS_AT_ONCE))
    assert not bucket.take(0.0)
    steady = [bucket.take(1.0 + number / TEXTS_PER_SECOND) for number in range(500)]
    assert all(steady)
