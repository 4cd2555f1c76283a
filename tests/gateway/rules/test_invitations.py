"""How far an invitation has come, and when a day is over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.rules.invitations import FURTHEST, Course, State, decide_state, end_of, is_offered, last_day

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("course", "state"),
    [
        (Course(AFTER, None, None, None), State.OPEN),
        (Course(AFTER, None, None, AFTER), State.OPEN),
        (Course(NOON, None, None, None), State.EXPIRED),
        (Course(AFTER, None, None, NOON), State.EXPIRED),
        (Course(BEFORE, BEFORE, None, None), State.ACCEPTED),
        (Course(AFTER, BEFORE, None, AFTER), State.ACCEPTED),
        (Course(AFTER, BEFORE, None, NOON), State.EXPIRED),
        (Course(AFTER, None, BEFORE, None), State.REVOKED),
        (Course(AFTER, BEFORE, BEFORE, BEFORE), State.REVOKED),
    ],
)
def test_how_far_it_has_come(course: Course, state: State) -> None:
    assert decide_state(course, now=NOON) is state


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)])
def test_a_day_ends_when_the_next_begins_and_is_told_as_itself(day: date) -> None:
    over = end_of(day)
    local = over.astimezone()
    assert (local.date(), local.hour, local.minute) == (day + timedelta(days=1), 0, 0)
    assert last_day(over) == day


def test_today_is_offered_and_yesterday_is_not() -> None:
    today = NOON.astimezone().date()
    offered = [
        is_offered(today + timedelta(days=days), now=NOON)
        for days in (-1, 0, FURTHEST.days, FURTHEST.days + 1)
    ]
    assert offered == [False, True, True, False]
    assert not is_offered(date.max, now=NOON)
