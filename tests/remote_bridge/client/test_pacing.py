import heapq
import random
from collections import deque

import pytest

from remote_bridge.client.pacing import Pacing


def line(bytes_a_second: float, trip: float, seconds: float, size: int) -> tuple[Pacing, list[float], float]:
    """A sender that always has an update ready: its pacing, the ages of updates, bytes a second."""
    pacing, now, free_at, ages, done = Pacing(), 0.0, 0.0, [], 0
    marks: list[tuple[float, int]] = []
    while now < seconds:
        while pacing.may_send():
            number = pacing.sent(size, now)
            free_at = max(now, free_at) + size / bytes_a_second
            heapq.heappush(marks, (free_at + trip, number))
            ages.append(free_at + trip / 2 - now)
        now, number = heapq.heappop(marks)
        pacing.seen(number, now)
        done += size
    return pacing, ages, done / now


def test_in_a_lan_one_update_is_under_way() -> None:
    _pacing, ages, _rate = line(100e6, 0.001, 2, 100_000)
    assert max(ages) < 0.003


def test_a_long_line_is_filled_and_frames_do_not_age_on_it() -> None:
    pacing, ages, rate = line(2e6, 0.1, 20, 20_000)
    assert rate > 0.8 * 2e6
    assert sorted(ages)[len(ages) // 2] < 0.05 + 0.15
    assert 0.09 < pacing.trip_seconds < 0.13
    assert pacing.bytes_a_second is not None
    assert 0.7 * 2e6 < pacing.bytes_a_second < 1.4 * 2e6


def test_a_slow_line_holds_few_updates() -> None:
    _pacing, ages, rate = line(100e3, 0.05, 30, 10_000)
    assert rate > 0.8 * 100e3
    assert max(ages[10:]) < 0.5


def test_small_updates_need_not_wait_for_one_another_on_a_long_line() -> None:
    pacing = Pacing()
    pacing.seen(pacing.sent(100, 0.0), 0.1)
    for _ in range(5):
        assert pacing.may_send()
        pacing.sent(100, 1.0)


def test_on_a_long_line_a_small_update_need_not_wait_for_room_for_a_large_one() -> None:
    pacing = Pacing()
    pacing.seen(pacing.sent(100, 0.0), 0.06)
    pacing.sent(20_000, 1.0)
    assert (pacing.may_send(), pacing.may_send_little()) == (False, True)
    pacing.sent(20_000, 1.0)
    assert not pacing.may_send_little()


def small_ones(pacing: Pacing, way: float, start: float, seconds: float) -> None:
    """Something small changes without an end, sixty times a second."""
    marks: deque[tuple[float, int]] = deque()
    for tick in range(int(seconds * 60)):
        now = start + tick / 60
        while marks and marks[0][0] <= now:
            at, number = marks.popleft()
            pacing.seen(number, at)
        if pacing.may_send() or pacing.may_send_little():
            marks.append((now + way, pacing.sent(100, now)))


def test_a_way_that_has_become_longer_is_measured_anew_however_much_is_small() -> None:
    pacing = Pacing()
    small_ones(pacing, 0.04, 0.0, 5)
    assert pacing.trip_seconds == pytest.approx(0.04)
    small_ones(pacing, 0.1, 10.0, 12)
    assert pacing.trip_seconds == pytest.approx(0.1)


def test_in_a_lan_it_does_wait() -> None:
    pacing = Pacing()
    pacing.seen(pacing.sent(100, 0.0), 0.001)
    pacing.sent(100, 1.0)
    assert not pacing.may_send_little()


def test_what_a_lost_packet_held_up_and_arrives_at_once_is_no_fast_line() -> None:
    pacing = Pacing()
    pacing.seen(pacing.sent(20_000, 0.0), 0.06)
    pacing.sent(20_000, 1.0)
    pacing.seen(pacing.sent(20_000, 1.15), 1.16)
    assert pacing.bytes_a_second is not None
    assert pacing.bytes_a_second < 350e3


def test_a_number_that_is_not_under_way_says_nothing() -> None:
    pacing = Pacing()
    number = pacing.sent(1000, 0.0)
    for wrong in (0, number + 1, random.Random(1).getrandbits(32)):
        pacing.seen(wrong, 1.0)
    assert not pacing.may_send()
    assert pacing.bytes_under_way == 1000


def test_a_viewer_that_reads_nothing_for_long_is_stuck() -> None:
    pacing = Pacing()
    assert not pacing.is_stuck(100.0)
    pacing.sent(1000, 0.0)
    assert not pacing.is_stuck(9.0)
    assert pacing.is_stuck(11.0)
