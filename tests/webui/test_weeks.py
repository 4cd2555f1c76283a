"""What people send from a form of working hours."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.i18n import speaking
from gateway.rules.hours import Hours, Span
from webui import weeks

TYPED = MultiDict({"zone": " Europe/Berlin ", "day-4": "9:00-15:00", "closed": "2026-12-24\r\n"})
MEANT = Hours("Europe/Berlin", (*((),) * 4, (Span(540, 900),), (), ()), frozenset([date(2026, 12, 24)]))


def test_what_is_typed_is_read() -> None:
    assert weeks.wanted(weeks.typed(TYPED)) == MEANT


def test_what_there_is_is_shown_as_it_would_be_typed() -> None:
    form = weeks.of_hours(MEANT, locale="de")
    assert weeks.wanted(form) == MEANT
    assert form.days[4] == ("day-4", "Friday", "09:00-15:00")
    with speaking("de"):
        assert form.days[0] == ("day-0", "Montag", "")


@pytest.mark.parametrize(("locale", "zone"), [("de", "Europe/Berlin"), ("en", "UTC")])
def test_the_first_zone_is_guessed_from_the_language(locale: str, zone: str) -> None:
    assert weeks.of_hours(Hours(), locale=locale).zone == zone


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("day-6", "nine to five", "Sunday: A span reads 09:00-17:00"),
        ("zone", "", "There is no such time zone."),
        ("closed", "tomorrow", "A closed day reads"),
    ],
)
def test_what_is_wrong_is_said_with_its_day(field: str, value: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        weeks.wanted(weeks.typed(MultiDict({**TYPED, field: value})))
    assert weeks.in_words(caught.value).startswith(words)
