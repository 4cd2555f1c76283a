"""Working hours as a form: a line of spans for each day, the zone, and closed days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.dates import get_day_names
from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.i18n import current_locale
from gateway.rules.hours import DAYS, Hours, Span, check_zone, read_closed, read_spans, write_spans
from webui import complaints

MAX_LINE_CHARS, MAX_TEXT_CHARS = 200, 10_000
_DAY = "day-"


@dataclass(frozen=True, slots=True)
class WeekForm:
    """What was typed, or what there is; a line of `week` for each day, Monday first."""

    zone: str
    week: tuple[str, ...]
    closed: str

    @property
    def days(self) -> Sequence[tuple[str, str, str]]:
        """Field, name and spans of each day."""
        names = day_names()
        return [(f"{_DAY}{day}", names[day], spans) for day, spans in enumerate(self.week)]


def typed(form: MultiDict[str, str]) -> WeekForm:
    """What was sent, to be read or shown again."""
    return WeekForm(
        zone=form.get("zone", "").strip()[:MAX_LINE_CHARS],
        week=tuple(form.get(f"{_DAY}{day}", "")[:MAX_LINE_CHARS] for day in range(DAYS)),
        closed=form.get("closed", "")[:MAX_TEXT_CHARS],
    )


def of_hours(hours: Hours, *, locale: str) -> WeekForm:
    """The form of what there is; where no hours were ever said, the zone is guessed from the language."""
    is_fresh = hours == Hours()
    return WeekForm(
        zone="Europe/Berlin" if is_fresh and locale == "de" else hours.zone,
        week=tuple(map(write_spans, hours.week)),
        closed="\n".join(sorted(day.isoformat() for day in hours.closed)),
    )


def wanted(form: WeekForm) -> Hours:
    """What was typed; Invalid names the field at fault."""
    return Hours(check_zone(form.zone), tuple(_week(form.week)), read_closed(form.closed))


def in_words(error: Invalid) -> str:
    """What is wrong, and on which day."""
    words = complaints.in_words(error)
    day = error.field.removeprefix(_DAY)
    return f"{day_names()[int(day)]}: {words}" if day.isdecimal() else words


def day_names() -> list[str]:
    """The days of the week, Monday first."""
    names = get_day_names("wide", locale=current_locale())
    return [names[day] for day in range(DAYS)]


def _week(lines: Iterable[str]) -> Iterable[tuple[Span, ...]]:
    for day, line in enumerate(lines):
        try:
            yield read_spans(line)
        except Invalid as error:
            raise Invalid(error.public, field=f"{_DAY}{day}") from None
