"""Off, always, only out of hours, or both."""

from datetime import UTC, datetime

import pytest

from gateway.rules.acknowledging import Manners, Words, decide_words
from gateway.rules.hours import Hours, read_spans

OFFICE = Hours("UTC", (read_spans("09:00-17:00"),) * 7)
NOON, NIGHT = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("usual", "when_closed", "at_noon", "at_night"),
    [
        (False, False, None, None),
        (True, False, Words.USUAL, Words.USUAL),
        (False, True, None, Words.CLOSED),
        (True, True, Words.USUAL, Words.CLOSED),
    ],
)
def test_each_choice_at_noon_and_at_night(
    usual: bool,  # noqa: FBT001
    when_closed: bool,  # noqa: FBT001
    at_noon: Words | None,
    at_night: Words | None,
) -> None:
    manners = Manners(usual, when_closed, OFFICE)
    assert (decide_words(manners, NOON), decide_words(manners, NIGHT)) == (at_noon, at_night)


def test_without_hours_it_is_never_closed() -> None:
    assert decide_words(Manners(when_closed=True), NIGHT) is None
