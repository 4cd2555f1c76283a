"""Reports: over which days, by whose clock, and what the numbers come to."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from gateway.errors import Invalid
from gateway.rules.hours import DAYS, check_zone

MOST_DAYS = 731
DAILY_UP_TO = 92
"""Longer periods are told by the week: a day would be thinner than a line."""

MOST_NAMED = 10
HOURS = 24
QUARTER = 900
"""Seconds: every zone's clock differs from UTC by so many or a multiple, so that counts by it fit any."""

_DAY, _WEEK = timedelta(days=1), timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class Question:
    """Which days, by the clock of which zone, and of which tickets alone; all ids are public ones.

    `staff` is a login: of the tickets that are assigned to them.
    """

    begins: date
    ends: date
    zone: str = "UTC"
    group: str = ""
    customer: str = ""
    mailbox: str = ""
    staff: str = ""

    def as_stored(self) -> dict[str, Any]:
        """As it stands in a row."""
        return asdict(self) | {"begins": self.begins.isoformat(), "ends": self.ends.isoformat()}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """Out of a row."""
        days = {name: date.fromisoformat(stored[name]) for name in ("begins", "ends")}
        return cls(**{**stored, **days})

    @property
    def days(self) -> int:
        """How many days it is about."""
        return (self.ends - self.begins).days + 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """The moments of a question: of the period, of that before it, and where each day or week begins."""

    zone: ZoneInfo
    before: datetime
    begins: datetime
    ends: datetime
    starts: tuple[date, ...]
    edges: tuple[datetime, ...]

    def step_of(self, moment: datetime) -> int | None:
        """In which step of the period a moment is, None if in none."""
        if not self.begins <= moment < self.ends:
            return None
        return bisect_right(self.edges, moment) - 1


@dataclass(frozen=True, slots=True)
class Spread:
    """How long things took, in seconds: half of them no longer than the median, nine of ten than `p90`."""

    count: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the period, and of the one before."""

    current: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a report says. Lists go along `starts`; `heat` has a row for each day of the week.

    `customers` are (public id, name, tickets), `tags` (tag, tickets), `staff` (login, name, answers, closed).
    """

    starts: tuple[str, ...]
    new: tuple[int, ...]
    closed: tuple[int, ...]
    backlog: tuple[int, ...]
    answer_median: tuple[int | None, ...]
    answer_p90: tuple[int | None, ...]
    resolution_median: tuple[int | None, ...]
    resolution_p90: tuple[int | None, ...]
    heat: tuple[tuple[int, ...], ...]
    tiles: Mapping[str, Compared]
    answered: int
    resolved: int
    customers: tuple[tuple[str, str, int], ...]
    tags: tuple[tuple[str, int], ...]
    staff: tuple[tuple[str, str, int, int], ...]

    def as_stored(self) -> dict[str, Any]:
        """As it stands in a row."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """Out of a row."""
        values = {field.name: _tuples(stored[field.name]) for field in fields(cls)}
        values["tiles"] = {name: Compared(**one) for name, one in stored["tiles"].items()}
        return cls(**values)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened at all."""
        return not any((*self.new, *self.closed, *self.backlog)) and not any(map(any, self.heat))


def check(question: Question) -> Question:
    """The question, if it can be answered, else Invalid with the field at fault."""
    check_zone(question.zone)
    if question.ends < question.begins:
        raise Invalid("The last day comes before the first.", field="ends")
    if question.days > MOST_DAYS:
        raise Invalid("A report is about two years at most.", field="begins")
    if not date(2000, 1, 1) <= question.begins <= question.ends <= date(9000, 1, 1):
        raise Invalid("There is no such day.", field="begins")
    return question


def calendar(question: Question) -> Calendar:
    """The moments of a question, by the clock of its zone."""
    zone = ZoneInfo(question.zone)
    starts = tuple(_starts(question))
    begins, ends = _midnight(question.begins, zone), _midnight(question.ends + _DAY, zone)
    before = _midnight(question.begins - question.days * _DAY, zone)
    edges = (begins, *(_midnight(day, zone) for day in starts[1:]))
    return Calendar(zone, before, begins, ends, starts, edges)


def is_weekly(question: Question) -> bool:
    """Whether it is told by the week."""
    return question.days > DAILY_UP_TO


def spread(seconds: Iterable[int]) -> Spread:
    """How long they took together."""
    ordered = sorted(seconds)
    if not ordered:
        return Spread(0, None, None)
    return Spread(len(ordered), _at(ordered, 0.5), _at(ordered, 0.9))


def by_step(calendar: Calendar, counts: Mapping[int, int]) -> tuple[int, ...]:
    """How many there are in each step, by quarters of an hour since 1970."""
    found = [0] * len(calendar.starts)
    for quarter, count in counts.items():
        step = calendar.step_of(_moment(quarter))
        if step is not None:
            found[step] += count
    return tuple(found)


def within(calendar: Calendar, counts: Mapping[int, int]) -> Compared:
    """How many there are in the period and in the one before, by quarters of an hour."""
    current = sum(n for quarter, n in counts.items() if calendar.begins <= _moment(quarter) < calendar.ends)
    before = sum(n for quarter, n in counts.items() if calendar.before <= _moment(quarter) < calendar.begins)
    return Compared(current, before)


def heat(calendar: Calendar, counts: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """How many there are on each day of the week in each hour, by the clock of the zone."""
    found = [[0] * HOURS for _ in range(DAYS)]
    for quarter, count in counts.items():
        moment = _moment(quarter)
        if calendar.begins <= moment < calendar.ends:
            local = moment.astimezone(calendar.zone)
            found[local.weekday()][local.hour] += count
    return tuple(tuple(row) for row in found)


def backlog(calendar: Calendar, present: int, changes: Mapping[int, int], *, now: datetime) -> list[int]:
    """How many were open at the end of each step, reckoned back from how many are open at present.

    `changes` says by quarters of an hour how many more were open after it than before; what has not come yet
    is as it is now.
    """
    ends = [*calendar.edges[1:], calendar.ends]
    later = sorted(((_moment(quarter), count) for quarter, count in changes.items()), reverse=True)
    found: list[int] = []
    at = 0
    for end in reversed(ends):
        while at < len(later) and later[at][0] >= min(end, now):
            present -= later[at][1]
            at += 1
        found.append(max(0, present))
    return found[::-1]


def open_at(moment: datetime, present: int, changes: Mapping[int, int]) -> int:
    """How many were open at a moment."""
    return max(0, present - sum(count for quarter, count in changes.items() if _moment(quarter) >= moment))


class Times:
    """How long things took, kept apart by step and for both periods; a few bytes for each."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._steps = [array("q") for _ in calendar.starts]
        self._before = array("q")

    def add(self, at: datetime, seconds: int) -> None:
        """Something ended at a moment and had taken so long; outside both periods it does not count."""
        step = self._calendar.step_of(at)
        if step is not None:
            self._steps[step].append(seconds)
        elif self._calendar.before <= at < self._calendar.begins:
            self._before.append(seconds)

    def spreads(self) -> list[Spread]:
        """Those of each step."""
        return [spread(one) for one in self._steps]

    def whole(self) -> tuple[Spread, Spread]:
        """That of the period, and that of the one before."""
        return spread(seconds for one in self._steps for seconds in one), spread(self._before)


def _starts(question: Question) -> Iterable[date]:
    day = question.begins
    while day <= question.ends:
        yield day
        day += _WEEK - day.weekday() * _DAY if is_weekly(question) else _DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _moment(quarter: int) -> datetime:
    return datetime.fromtimestamp(quarter * QUARTER, UTC)


def _at(ordered: Sequence[int], share: float) -> int:
    """The value below which that share of them lies, between the two that are nearest."""
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return round(ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value
