"""Working time: how much of it lies between two moments, and when so much of it has passed.

All by the clock on the wall of the hours' zone: a day on which clocks are turned counts what was open.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from gateway.rules.hours import Hours, Span, midnight, spans_of, turning, zone_of

HORIZON = timedelta(days=3653)
"""Nothing is looked for further ahead than ten years."""

_DAY = timedelta(days=1)
_Stretch = tuple[datetime, datetime]


def between(hours: Hours, begins: datetime, ends: datetime) -> timedelta:
    """How much working time lies between two moments; none where the second is not the later one."""
    begins, ends = begins.astimezone(UTC), ends.astimezone(UTC)
    if begins >= ends:
        return timedelta(0)
    if _is_always(hours):
        return ends - begins
    passed = timedelta(0)
    for opens, closes in _stretches(hours, begins, ends):
        passed += min(closes, ends) - max(opens, begins)
    return passed


def after(hours: Hours, begins: datetime, amount: timedelta) -> datetime | None:
    """The first moment at which so much working time has passed; None where that is ten years ahead."""
    begins = begins.astimezone(UTC)
    if amount <= timedelta(0):
        return begins
    if _is_always(hours):
        return begins + amount if amount <= HORIZON else None
    for opens, closes in _stretches(hours, begins, begins + HORIZON):
        opens = max(opens, begins)  # noqa: PLW2901 - the first stretch has begun already
        if amount <= closes - opens:
            return opens + amount
        amount -= closes - opens
    return None


def before(hours: Hours, ends: datetime, amount: timedelta) -> datetime:
    """The last moment from which so much working time is left, looked for in the ten days before."""
    ends = ends.astimezone(UTC)
    begins = ends - 10 * _DAY
    if _is_always(hours):
        return ends - amount
    for opens, closes in reversed(list(_stretches(hours, begins, ends))):
        closes = min(closes, ends)  # noqa: PLW2901 - the last stretch may go on
        if amount <= closes - opens:
            return closes - amount
        amount -= closes - opens
    return begins


def day_of(hours: Hours) -> timedelta:
    """How long a working day is: what an open day of the week has on average."""
    days = [sum(span.ends - span.begins for span in day) for day in hours.week if day]
    return timedelta(minutes=round(sum(days) / len(days))) if days else _DAY


def _is_always(hours: Hours) -> bool:
    return not hours.closed and not any(hours.week)


def _stretches(hours: Hours, begins: datetime, ends: datetime) -> Iterator[_Stretch]:
    """What is open of the days that two moments touch, in order; each overlaps with what is between them."""
    zone = zone_of(hours)
    day, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
    while day <= last:
        for opens, closes in _open_on(hours, day):
            if closes > begins and opens < ends:
                yield opens, closes
        day += _DAY


def _open_on(hours: Hours, day: date) -> tuple[_Stretch, ...]:
    spans = spans_of(hours, day)
    return _clocked(hours.zone, spans, day) if spans else ()


@lru_cache(maxsize=1024)
def _clocked(zone_name: str, spans: tuple[Span, ...], day: date) -> tuple[_Stretch, ...]:
    """The spans of a day as moments: on one on which clocks are turned, of what was before and after it."""
    zone = zone_of(Hours(zone_name))
    dawn = midnight(day, zone).astimezone(UTC)
    dusk = midnight(day + _DAY, zone).astimezone(UTC)
    edges = [dawn, *turning(zone, dawn, dusk), dusk]
    wall = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = []
    for first, last in pairwise(edges):
        offset = first.astimezone(zone).utcoffset() or timedelta(0)
        for span in spans:
            opens = max(first, wall + timedelta(minutes=span.begins) - offset)
            closes = min(last, wall + timedelta(minutes=span.ends) - offset)
            if opens < closes:
                found.append((opens, closes))
    return tuple(found)
