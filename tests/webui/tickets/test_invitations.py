"""An invitation as a card: whatever a calendar says, and whatever else stands in its place."""

from datetime import UTC, datetime
from typing import Any

import pytest

from webui.tickets.invitations import Card, card

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAID: dict[str, Any] = {
    "method": "REQUEST",
    "summary": "Maintenance",
    "starts_at": "2026-12-01T09:00:00Z",
    "ends_at": "2026-12-01T09:30:00Z",
    "is_all_day": False,
    "location": "Cellar",
    "organizer": {"name": "Ann", "address": "ann@x.example"},
    "attendees": [{"name": "Bob", "address": "bob@x.example"}, "carl@x.example"],
}


def made(**more: Any) -> Card:
    shown = card(SAID | more, NOW)
    assert shown is not None
    return shown


def test_all_of_it_is_told() -> None:
    shown = made()
    assert (shown.label, shown.summary, shown.where) == ("Invitation", "Maintenance", "Cellar")
    assert (shown.organizer, shown.attendees) == ("Ann", "Bob, carl@x.example")
    assert 'data-from="2026-12-01T09:00:00Z" data-to="2026-12-01T09:30:00Z"' in shown.when
    assert " – " in shown.when


def test_a_mail_without_an_invitation_has_no_card() -> None:
    assert card(None, NOW) is None


@pytest.mark.parametrize(
    ("method", "label"),
    [
        ("CANCEL", "Cancelled appointment"),
        ("reply", "Answer to an invitation"),
        ("COUNTER", "Counter-proposal"),
        ("PUBLISH", "Appointment"),
        ("", "Appointment"),
    ],
)
def test_its_method_is_said_in_words(method: str, label: str) -> None:
    assert made(method=method).label == label


@pytest.mark.parametrize(
    ("starts", "ends", "when"),
    [
        ("2026-12-01", "2026-12-02", "1 Dec 2026"),
        ("2026-12-01", "2026-12-04", "1 Dec 2026 – 3 Dec 2026"),
        ("2026-12-01", None, "1 Dec 2026"),
        ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z", "1 Dec 2026"),
        (None, None, ""),
    ],
)
def test_whole_days_end_on_their_last_day(starts: str | None, ends: str | None, when: str) -> None:
    assert made(is_all_day=True, starts_at=starts, ends_at=ends).when == when


def test_a_moment_without_an_end_is_one_time() -> None:
    assert "–" not in made(ends_at=None).when
    assert "–" not in made(ends_at=SAID["starts_at"]).when


def test_an_appointment_over_midnight_names_both_days() -> None:
    assert made(ends_at="2026-12-03T09:00:00Z").when.count("Dec 2026") == 2


@pytest.mark.parametrize("odd", [None, 5, "", "soon", [], "2026-12-01T09:00:00", "9999-99-99", {"a": 1}])
def test_whatever_is_odd_is_left_out(odd: object) -> None:
    keys = ("summary", "starts_at", "ends_at", "location", "organizer", "attendees", "method")
    shown = card(dict.fromkeys(keys, odd) | {"x": 1}, NOW)
    assert shown is not None
    assert shown.when == ""


def test_long_texts_and_lists_are_cut_and_nothing_is_markup() -> None:
    shown = made(summary="<b>" * 500, attendees=["a"] * 20)
    assert len(shown.summary) == 300
    assert shown.attendees.endswith("12 more")
    assert "<b>" not in made(starts_at="<b>").when
