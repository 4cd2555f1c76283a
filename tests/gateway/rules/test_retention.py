"""Rules of retention: their bounds, what they keep, and when a night is."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.retention import (
    MAX_DAYS,
    MIN_DAYS,
    Matter,
    Rules,
    is_within,
    night_after,
    night_before,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "fits"),
    [(0, True), (-1, False), (MIN_DAYS, True), (MAX_DAYS, True), (MAX_DAYS + 1, False)],
)
def test_a_rule_is_from_a_day_to_twenty_years_or_none(days: int, *, fits: bool) -> None:
    assert is_within(days) is fits


def test_without_a_rule_nothing_goes() -> None:
    rules = Rules(spam=3)
    assert rules.kept_since(Matter.SPAM, now=NOON) == NOON - timedelta(days=3)
    assert [rules.kept_since(one, now=NOON) for one in Matter if one is not Matter.SPAM] == [None] * 3
    assert [rules.days(one) for one in Matter] == [0, 3, 0, 0]


@pytest.mark.parametrize(
    ("hour", "before", "after"),
    [
        ((2, 0, 59), (1, 1, 0), (2, 1, 0)),
        ((2, 1, 0), (2, 1, 0), (3, 1, 0)),
        ((2, 23, 59), (2, 1, 0), (3, 1, 0)),
    ],
)
def test_the_night_is_at_one_utc(
    hour: tuple[int, int, int], before: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    def at(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 3, day, hour, minute, tzinfo=UTC)

    assert (night_before(at(*hour)), night_after(at(*hour))) == (at(*before), at(*after))
