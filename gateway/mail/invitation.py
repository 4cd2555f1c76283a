"""What a calendar part asks for (RFC 5545, RFC 5546): the first event in it, as a value."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from icalendar import Component

MAX_CALENDAR_BYTES = 256 * 1024
MAX_TEXT_CHARS = 500
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An event as its calendar part names it; "" and None where it does not say.

    `method` is REQUEST, REPLY, CANCEL, PUBLISH, … (RFC 5546, 1.4). Moments are aware UTC; `is_floating`
    tells that the part names no time zone and UTC is a guess. An all-day event begins at midnight and
    ends at the midnight after its last day. `attendees` is how many are asked.
    """

    method: str
    summary: str
    starts_at: datetime | None
    ends_at: datetime | None
    is_all_day: bool
    is_floating: bool
    location: str
    organizer: str
    attendees: int
    status: str


def as_stored(invitation: Invitation) -> dict[str, object]:
    """The fields by name, moments as ISO 8601 in UTC with `Z`: what JSON can hold."""
    fields: dict[str, object] = asdict(invitation)
    for name in ("starts_at", "ends_at"):
        moment = fields[name]
        if isinstance(moment, datetime):
            fields[name] = moment.isoformat().replace("+00:00", "Z")
    return fields


def read_invitation(content: bytes, *, method: str = "") -> Invitation | None:
    """The first event of a calendar part, None where there is none. Never raises.

    `method` is what the part's Content-Type says; the calendar's own word counts more.
    """
    if b"BEGIN:VEVENT" not in content[:MAX_CALENDAR_BYTES].upper() or len(content) > MAX_CALENDAR_BYTES:
        return None
    from icalendar import Calendar

    try:
        for calendar in Calendar.from_ical(content.lstrip(b"\xef\xbb\xbf \r\n"), multiple=True):
            for event in calendar.walk("VEVENT"):
                return _invitation(event, str(calendar.get("METHOD", "")) or method)
    except Exception:  # noqa: BLE001 - a stranger's file in a library's hands: whatever it raises, it is no event
        return None
    return None


def _invitation(event: Component, method: str) -> Invitation:
    begins, ends = _moment(event, "DTSTART"), _moment(event, "DTEND")
    is_all_day = isinstance(begins, date) and not isinstance(begins, datetime)
    starts_at, is_floating = _utc(begins)
    ends_at, _ = _utc(ends)
    if ends_at is None and starts_at is not None:
        ends_at = _end(event, starts_at, is_all_day=is_all_day)
    return Invitation(
        method=_word(method),
        summary=_text(event, "SUMMARY"),
        starts_at=starts_at,
        ends_at=ends_at,
        is_all_day=is_all_day,
        is_floating=is_floating,
        location=_text(event, "LOCATION"),
        organizer=_organizer(event),
        attendees=_count(event.get("ATTENDEE")),
        status=_word(_text(event, "STATUS")),
    )


def _moment(event: Component, name: str) -> Any:
    """The value of a date property; None where it is missing or cannot be read."""
    try:
        return getattr(_first(event.get(name)), "dt", None)
    except ValueError:  # icalendar keeps what it cannot read, and raises when it is looked at
        return None


def _utc(moment: object) -> tuple[datetime | None, bool]:
    """A date or a moment in UTC, and whether its zone is a guess."""
    if isinstance(moment, datetime):
        try:
            if moment.tzinfo is None:
                return moment.replace(tzinfo=UTC), True
            return moment.astimezone(UTC), False
        except (OverflowError, ValueError):
            return None, False
    if isinstance(moment, date):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC), False
    return None, False


def _end(event: Component, starts_at: datetime, *, is_all_day: bool) -> datetime | None:
    """Where no end is named: after the duration, else a day's end or at once (RFC 5545, 3.6.1)."""
    duration = _moment(event, "DURATION")
    if not isinstance(duration, timedelta):
        duration = timedelta(days=1) if is_all_day else timedelta()
    try:
        return starts_at + duration
    except OverflowError:
        return None


def _organizer(event: Component) -> str:
    """Name and address, as far as they are there."""
    organizer = _first(event.get("ORGANIZER"))
    if organizer is None:
        return ""
    address = _MAILTO.sub("", _line(str(organizer)))
    name = _line(str(getattr(organizer, "params", {}).get("CN", "")))
    return f"{name} <{address}>" if name and address and name != address else name or address


def _text(event: Component, name: str) -> str:
    found = _first(event.get(name))
    return _line(str(found)) if found is not None else ""


def _first(value: object) -> Any:
    """Of a property that stands there more than once, the first."""
    return value[0] if isinstance(value, list) and value else value


def _count(value: object) -> int:
    return len(value) if isinstance(value, list) else int(value is not None)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text[:4000]).split())[:MAX_TEXT_CHARS]


def _word(text: str) -> str:
    return re.sub(r"[^A-Z-]", "", text.upper())[:20]
