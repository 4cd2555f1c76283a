"""What people send from a mailbox's form of working hours."""

from datetime import date

from werkzeug.datastructures import MultiDict

from gateway.desk.outofhours import OutOfHours
from gateway.rules.hours import Hours, Span
from webui.mailboxes import hours

TYPED = MultiDict(
    {"zone": " Europe/Berlin ", "day-4": "9:00-15:00", "closed": "2026-12-24\r\n", "closed_text": "Back"}
)
MEANT = OutOfHours(
    Hours("Europe/Berlin", (*((),) * 4, (Span(540, 900),), (), ()), frozenset([date(2026, 12, 24)])),
    answers=False,
    text="Back",
)


def test_what_is_typed_is_read_and_an_unticked_box_is_a_no() -> None:
    assert hours.wanted(hours.typed(TYPED)) == MEANT


def test_what_there_is_is_shown_as_it_would_be_typed() -> None:
    assert hours.wanted(hours.of_view(MEANT, locale="de")) == MEANT
