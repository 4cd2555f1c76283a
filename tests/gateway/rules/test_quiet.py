"""Quiet hours, by the clock on somebody's wall."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import Invalid
from gateway.rules.quiet import USUAL, Quiet, read_quiet, write_minute

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(18 * 60, 8 * 60, frozenset({0, 1, 2, 3, 4}))
LUNCH = Quiet(12 * 60, 13 * 60, frozenset({0}))
WEEKEND = Quiet(0, 0, frozenset({5, 6}))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("quiet", "at", "holds"),
    [
        (NIGHT, "2026-01-30 17:59", False),  # a Friday
        (NIGHT, "2026-01-30 18:00", True),
        (NIGHT, "2026-01-31 07:59", True),  # it began on Friday
        (NIGHT, "2026-01-31 08:00", False),
        (NIGHT, "2026-01-31 18:00", False),
        (LUNCH, "2026-01-26 12:00", True),
        (LUNCH, "2026-01-26 13:00", False),
        (LUNCH, "2026-01-27 12:00", False),
        (WEEKEND, "2026-01-30 23:59", False),
        (WEEKEND, "2026-01-31 00:00", True),
        (WEEKEND, "2026-02-01 23:59", True),
        (WEEKEND, "2026-02-02 00:00", False),
    ],
)
def test_they_hold_on_the_days_on_which_they_begin(quiet: Quiet, at: str, *, holds: bool) -> None:
    assert quiet.holds(berlin(at).astimezone(UTC), BERLIN) is holds


@pytest.mark.parametrize(
    ("quiet", "at", "over"),
    [
        (NIGHT, "2026-01-30 12:00", "2026-01-30 12:00"),
        (NIGHT, "2026-01-30 22:15", "2026-01-31 08:00"),
        (NIGHT, "2026-01-31 07:00", "2026-01-31 08:00"),
        (WEEKEND, "2026-01-31 07:00", "2026-02-02 00:00"),
        (NIGHT, "2026-03-27 22:00", "2026-03-28 08:00"),
        (WEEKEND, "2026-03-28 22:00", "2026-03-30 00:00"),  # clocks are turned that night
    ],
)
def test_they_are_over_at_their_end(quiet: Quiet, at: str, over: str) -> None:
    assert quiet.over(berlin(at), BERLIN) == berlin(over)


def test_an_end_in_the_hour_that_never_comes_is_passed() -> None:
    quiet = Quiet(22 * 60, 2 * 60 + 30, frozenset({5}))
    over = quiet.over(berlin("2026-03-28 23:00"), BERLIN)
    assert not quiet.holds(over, BERLIN)


def test_they_are_stored_and_none_are_nothing() -> None:
    assert Quiet.from_stored(NIGHT.as_stored()) == NIGHT
    assert USUAL.as_stored() is None
    assert Quiet.from_stored(None) == USUAL
    assert not USUAL


def test_they_are_read_as_a_form_has_them() -> None:
    assert read_quiet("18:00", "8:00", ["0", "4", "x"]) == Quiet(18 * 60, 8 * 60, frozenset({0, 4}))
    assert write_minute(8 * 60 + 5) == "08:05"


@pytest.mark.parametrize(
    ("begins", "ends", "field"),
    [("24:00", "08:00", "begins"), ("18:00", "x", "ends"), ("18:00", "8:60", "ends"), ("1", "2", "begins")],
)
def test_what_is_no_time_is_refused(begins: str, ends: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_quiet(begins, ends, [])
    assert refused.value.field == field


def test_hours_that_never_end_are_refused() -> None:
    with pytest.raises(Invalid):
        read_quiet("18:00", "18:00", [str(day) for day in range(7)])
