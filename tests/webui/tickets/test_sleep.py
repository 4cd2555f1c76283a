"""Until when a ticket may sleep."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import Invalid
from webui.tickets.sleep import choices, moment_of

FRIDAY = datetime(2026, 11, 27, 12, 34, tzinfo=UTC)


def test_the_choices_lie_ahead_in_their_order_and_can_be_chosen() -> None:
    found = [moment_of({"instant": choice.instant}) for choice in choices(FRIDAY)]
    assert found[0] - FRIDAY > timedelta(hours=2)
    assert all(at > FRIDAY for at in found)
    days = [(at.astimezone().date() - FRIDAY.astimezone().date()).days for at in found[1:]]
    assert days == [1, 3, 7, 28]
    assert {at.astimezone().hour for at in found[1:]} == {8}


def test_on_a_monday_the_next_one_is_meant() -> None:
    monday = FRIDAY + timedelta(days=3)
    (_, _, at, *_rest) = choices(monday)
    assert moment_of({"instant": at.instant}).date() == (monday + timedelta(days=7)).date()


def test_a_moment_is_typed_as_the_local_clock_has_it() -> None:
    wanted = datetime(2026, 12, 1, 9, 30).astimezone()
    assert moment_of({"until": "2026-12-01T09:30"}) == wanted


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-01T00:00", "0001-01-01T00:00+14:00", "9" * 50])
def test_anything_else_is_no_moment(typed: str) -> None:
    with pytest.raises(Invalid):
        moment_of({"until": typed})
