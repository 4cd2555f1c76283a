"""What the calendar part of a mail asks for, as a card in its message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from gateway.i18n import _
from webui.wording import Moment, day, moment

_MAX_CHARS = 300
_MAX_PEOPLE = 8
_MIDNIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Card:
    """Every word of an invitation; "" for what it does not say."""

    label: str
    summary: str
    when: Markup
    where: str
    organizer: str
    attendees: str


def card(said: Mapping[str, Any] | None, now: datetime) -> Card | None:
    """The card of an invitation as `Article.invitation` keeps it, None where there is none.

    Its keys are method, summary, starts_at, ends_at (ISO 8601; days when is_all_day), is_all_day,
    location, organizer, attendees; people are {name, address} or one text. Whatever is odd is left out.
    """
    if not said:
        return None
    people = said.get("attendees")
    return Card(
        label=_label(_text(said.get("method"))),
        summary=_text(said.get("summary")) or _("(no subject)"),
        when=_when(said, now),
        where=_text(said.get("location")),
        organizer=_person(said.get("organizer")),
        attendees=_people(people if isinstance(people, list) else []),
    )


def _label(method: str) -> str:
    words = {
        "REQUEST": _("Invitation"),
        "CANCEL": _("Cancelled appointment"),
        "REPLY": _("Answer to an invitation"),
        "COUNTER": _("Counter-proposal"),
    }
    return words.get(method.upper(), _("Appointment"))


def _when(said: Mapping[str, Any], now: datetime) -> Markup:
    starts, ends = said.get("starts_at"), said.get("ends_at")
    if said.get("is_all_day"):
        return _days(_date(starts), _date(ends))
    begin, end = _moment(starts, now), _moment(ends, now)
    if begin is None:
        return Markup("")
    if end is None or end.iso == begin.iso:
        return _span(begin, begin, begin.absolute)
    same_day = end.absolute.rpartition(", ")[0] == begin.absolute.rpartition(", ")[0]
    until = end.absolute.rpartition(", ")[2] if same_day else end.absolute
    return _span(begin, end, f"{begin.absolute} – {until}")


def _days(first: date | None, after: date | None) -> Markup:
    """Whole days; the end is the day after the last one (RFC 5545, 3.6.1)."""
    if first is None:
        return Markup("")
    last = after - _MIDNIGHT if after is not None and after > first else first
    return escape(day(first) if last == first else f"{day(first)} – {day(last)}")


def _span(begin: Moment, end: Moment, words: str) -> Markup:
    """In the server's zone; the page tells it in the reader's."""
    return Markup('<span data-from="{}" data-to="{}">{}</span>').format(begin.iso, end.iso, words)


def _moment(said: object, now: datetime) -> Moment | None:
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        return moment(at, now) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _date(said: object) -> date | None:
    try:
        return date.fromisoformat(said[:10]) if isinstance(said, str) else None
    except ValueError:
        return None


def _people(said: list[object]) -> str:
    named = [name for one in said[:_MAX_PEOPLE] if (name := _person(one))]
    more = len(said) - _MAX_PEOPLE
    return ", ".join([*named, *([_("%(n)s more") % {"n": more}] if more > 0 else [])])


def _person(said: object) -> str:
    if isinstance(said, Mapping):
        return _text(said.get("name")) or _text(said.get("address"))
    return _text(said)


def _text(said: object) -> str:
    return " ".join(said.split())[:_MAX_CHARS] if isinstance(said, str) else ""
