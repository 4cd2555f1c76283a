"""When a delivery is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.retry import GIVE_UP_AFTER, next_try_at

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 2), (3, 5), (4, 15), (5, 60), (6, 60), (100, 60)]
)
def test_pauses_grow_to_an_hour(attempts: int, minutes: int) -> None:
    assert next_try_at(attempts, NOON, NOON, 0.0) == NOON + timedelta(minutes=minutes)


def test_jitter_lengthens_a_pause_by_a_tenth_at_most() -> None:
    assert next_try_at(5, NOON, NOON, 1.0) == NOON + timedelta(minutes=66)


def test_the_last_try_is_made_at_the_end_of_five_days() -> None:
    now = NOON + GIVE_UP_AFTER - timedelta(minutes=1)
    assert next_try_at(100, NOON, now, 1.0) == NOON + GIVE_UP_AFTER


def test_after_five_days_it_is_given_up() -> None:
    assert next_try_at(100, NOON, NOON + GIVE_UP_AFTER, 0.0) is None


def test_five_days_hold_about_as_many_tries_as_hours() -> None:
    tries, moment = 0, NOON
    while (later := next_try_at(tries + 1, NOON, moment, 0.0)) is not None:
        tries, moment = tries + 1, later
    assert 119 <= tries <= 125
