"""Times, sizes and names in words."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.i18n import speaking
from gateway.rules.status import Status
from webui.wording import initials, moment, placeholder_names, size, status_names

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=-5), "now"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=6), "6 d"),
        (timedelta(days=20), "4 Nov"),
        (timedelta(days=400), "20 Oct 2025"),
    ],
)
def test_a_time_is_told_in_a_few_characters(back: timedelta, said: str) -> None:
    assert moment(NOW - back, NOW).ago == said


def test_a_time_is_told_in_full_in_the_readers_language() -> None:
    at = NOW.astimezone()
    with speaking("de"):
        assert moment(NOW, NOW).absolute == f"{at.day}. Nov. 2026, {at:%H:%M}"
    assert moment(NOW, NOW).iso == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 kB"),
        (20 * 1024, "20 kB"),
        (3 * 1024**2, "3.0 MB"),
        (5 * 1024**4, "5120 GB"),
    ],
)
def test_a_size_has_few_digits(size_bytes: int, said: str) -> None:
    assert size(size_bytes) == said


def test_german_sizes_have_a_comma() -> None:
    with speaking("de"):
        assert size(1536) == "1,5 kB"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Berger", "AB"),
        ("Dr. Anna von Berg", "DB"),
        ("ann@example.org", "AO"),
        ("", "?"),
        ("«»", "?"),
        ("x", "X"),
    ],
)
def test_initials_are_at_most_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_every_state_has_a_name() -> None:
    assert set(status_names()) == set(Status)


def test_placeholders_are_named_as_people_type_them() -> None:
    assert "{{ticket.number}}" in placeholder_names()
