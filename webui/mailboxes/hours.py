"""A mailbox's working hours as a form: a line of spans for each day, closed days, and what is said then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.dates import get_day_names
from werkzeug.datastructures import MultiDict

from gateway.desk.outofhours import OutOfHours
from gateway.errors import Invalid
from gateway.i18n import current_locale
from gateway.rules.hours import DAYS, Hours, Span, check_zone, read_closed, read_spans, write_spans
from webui import complaints

_MAX_LINE_CHARS = 200
_MAX_TEXT_CHARS = 10_000
_DAY = "day-"


@dataclass(frozen=True, slots=True)
class HoursForm:
    """What was typed, or what there is; a line of `week` for each day, Monday first."""

    zone: str
    week: tuple[str, ...]
    closed: str
    answers: bool
    text: str

    @property
    def days(self) -> Sequence[tuple[str, str, str]]:
        """Field, name and spans of each day."""
        names = _day_names()
        return [(f"{_DAY}{day}", names[day], spans) for day, spans in enumerate(self.week)]


def typed(form: MultiDict[str, str]) -> HoursForm:
    """What was sent, to be read or shown again."""
    return HoursForm(
        zone=form.get("zone", "").strip()[:_MAX_LINE_CHARS],
        week=tuple(form.get(f"{_DAY}{day}", "")[:_MAX_LINE_CHARS] for day in range(DAYS)),
        closed=form.get("closed", "")[:_MAX_TEXT_CHARS],
        answers="answers_closed" in form,
        text=form.get("closed_text", "")[:_MAX_TEXT_CHARS],
    )


def of_view(view: OutOfHours, *, locale: str) -> HoursForm:
    """The form of what there is; where no hours were ever said, the zone is guessed from the language."""
    is_fresh = view.hours == Hours()
    return HoursForm(
        zone="Europe/Berlin" if is_fresh and locale == "de" else view.hours.zone,
        week=tuple(map(write_spans, view.hours.week)),
        closed="\n".join(sorted(day.isoformat() for day in view.hours.closed)),
        answers=view.answers,
        text=view.text,
    )


def wanted(form: HoursForm) -> OutOfHours:
    """What was typed, as the desk takes it; Invalid names the field at fault."""
    hours = Hours(check_zone(form.zone), tuple(_week(form.week)), read_closed(form.closed))
    return OutOfHours(hours, form.answers, form.text)


def in_words(error: Invalid) -> str:
    """What is wrong, and on which day."""
    words = complaints.in_words(error)
    day = error.field.removeprefix(_DAY)
    return f"{_day_names()[int(day)]}: {words}" if day.isdecimal() else words


def _week(lines: Iterable[str]) -> Iterable[tuple[Span, ...]]:
    for day, line in enumerate(lines):
        try:
            yield read_spans(line)
        except Invalid as error:
            raise Invalid(error.public, field=f"{_DAY}{day}") from None


def _day_names() -> list[str]:
    names = get_day_names("wide", locale=current_locale())
    return [names[day] for day in range(DAYS)]
