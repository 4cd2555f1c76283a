"""Working hours: when people are there, by the clock on their wall.

Days and times are those of a time zone: nine to five stays nine to five when the clocks are turned.
In the hour that comes twice both count; the one that never comes holds nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Self
from zoneinfo import ZoneInfo

from gateway.errors import Invalid

DAYS = 7
MOST_SPANS = 4
MOST_CLOSED = 200
_DAY_MINUTES = 24 * 60
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one minute of a day up to another, which is not in it any more; 1440 is the day's end."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there: the spans of each day of the week, Monday first, in a time zone.

    A week without any span is open around the clock. On the days in `closed` nobody is there at all.
    """

    zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ((),) * DAYS
    closed: frozenset[date] = frozenset()

    def as_stored(self) -> dict[str, Any]:
        """As it stands in a row."""
        week = [[[span.begins, span.ends] for span in day] for day in self.week]
        return {"zone": self.zone, "week": week, "closed": sorted(day.isoformat() for day in self.closed)}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any] | None) -> Self:
        """Out of a row; None is open around the clock."""
        if stored is None:
            return cls()
        week = tuple(tuple(Span(*span) for span in day) for day in stored["week"])
        return cls(stored["zone"], week, frozenset(map(date.fromisoformat, stored["closed"])))


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether somebody is there at a moment."""
    local = moment.astimezone(zone_of(hours))
    minute = local.hour * 60 + local.minute
    return any(span.begins <= minute < span.ends for span in spans_of(hours, local.date()))


def next_opening(hours: Hours, moment: datetime) -> datetime | None:
    """The first moment from this one on at which somebody is there, in UTC; None if there is none."""
    moment = moment.astimezone(UTC)  # Python orders moments of one zone by its clock, which may be turned
    if is_open(hours, moment):
        return moment
    today = moment.astimezone(zone_of(hours)).date()
    # Each closed day puts it off by a week at most, where one day of the week alone is open.
    for ahead in range(DAYS * (len(hours.closed) + 2)):
        possible = _possible(hours, today + timedelta(days=ahead))
        found = min((at for at in possible if at > moment and is_open(hours, at)), default=None)
        if found is not None:
            return found
    return None


def read_spans(text: str) -> tuple[Span, ...]:
    """The spans of a day, written `09:00-12:30, 13:30-17:00`; Invalid says what is wrong with them."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST_SPANS:
        raise Invalid("A day has at most 4 spans.")
    spans = tuple(sorted(map(_read_span, parts)))
    if any(later.begins < earlier.ends for earlier, later in pairwise(spans)):
        raise Invalid("The spans of a day must not overlap.")
    return spans


def write_spans(spans: Sequence[Span]) -> str:
    """As `read_spans` reads them."""
    return ", ".join(f"{_clock(span.begins)}-{_clock(span.ends)}" for span in spans)


def read_closed(text: str) -> frozenset[date]:
    """The closed days, one in a line; Invalid for what is no day, and for too many."""
    try:
        days = frozenset(date.fromisoformat(line.strip()) for line in text.splitlines() if line.strip())
    except ValueError:
        raise Invalid("A closed day reads 2026-12-24: year, month, day.") from None
    if len(days) > MOST_CLOSED:
        raise Invalid("At most 200 closed days can be named.")
    return days


def check_zone(name: str) -> str:
    """The name of a time zone that there is, else Invalid."""
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        raise Invalid("There is no such time zone. One reads Europe/Berlin.") from None


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this name; None for "", and where this machine has forgotten it."""
    try:
        return ZoneInfo(check_zone(name)) if name else None
    except Invalid:
        return None


def zone_of(hours: Hours) -> ZoneInfo:
    """Its zone; one that this machine has forgotten counts as UTC, since mail must not wait for it."""
    try:
        return ZoneInfo(hours.zone)
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


def spans_of(hours: Hours, day: date) -> tuple[Span, ...]:
    """When somebody is there on a day."""
    if day in hours.closed:
        return ()
    if not any(hours.week):
        return (Span(0, _DAY_MINUTES),)
    return hours.week[day.weekday()]


def _possible(hours: Hours, day: date) -> Iterator[datetime]:
    """The moments of a day at which it may become open: where a span begins, and where clocks are turned."""
    zone = zone_of(hours)
    for span in spans_of(hours, day):
        begins = midnight(day, zone).replace(hour=span.begins // 60, minute=span.begins % 60)
        for fold in (0, 1):
            yield begins.replace(fold=fold).astimezone(UTC)
    tomorrow = midnight(day + timedelta(days=1), zone)
    yield from turning(zone, midnight(day, zone).astimezone(UTC), tomorrow.astimezone(UTC))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where a day begins; the first of two such moments."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def turning(zone: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """The moment after the first and up to the second at which the clocks are turned, if there is one."""
    before = begins.astimezone(zone).utcoffset()
    if before == ends.astimezone(zone).utcoffset():
        return
    first, last = 0, int((ends - begins).total_seconds())
    while last - first > 1:
        middle = (first + last) // 2
        if (begins + timedelta(seconds=middle)).astimezone(zone).utcoffset() == before:
            first = middle
        else:
            last = middle
    yield begins + timedelta(seconds=last)


def _read_span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise Invalid("A span reads 09:00-17:00; several are separated by commas.")
    hour, minute, to_hour, to_minute = map(int, found.groups())
    span = Span(hour * 60 + minute, to_hour * 60 + to_minute)
    if minute > 59 or to_minute > 59 or span.begins >= _DAY_MINUTES or span.ends > _DAY_MINUTES:
        raise Invalid("A time is between 00:00 and 24:00.")
    if span.ends <= span.begins:
        raise Invalid("A span ends later than it begins. What goes past midnight goes on in the next day.")
    return span


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
