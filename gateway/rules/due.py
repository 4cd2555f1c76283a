"""Due times: until when a ticket wants an answer or an end, in the working time of whoever looks after it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self

from gateway.errors import Invalid
from gateway.rules import worktime
from gateway.rules.hours import Hours
from gateway.rules.priority import Priority
from gateway.rules.queue import ANSWERED, Effect

NOT_DUE = ANSWERED
"""The place of open tickets that owe nothing in time, behind those that do; `DONE` is that of all others."""

MOST_HOURS, MOST_DAYS = 2_000, 250
"""About a year of work."""

REMINDED_BEFORE = timedelta(minutes=30)
"""Working time left when a ticket is called to mind: enough to answer, too short to forget it again."""

FACTORS: Mapping[Priority, Fraction] = {
    Priority.URGENT: Fraction(1, 4),
    Priority.HIGH: Fraction(1, 2),
    Priority.NORMAL: Fraction(1),
    Priority.LOW: Fraction(2),
}
"""How much of the time a ticket has where its priority counts."""

_TERM = re.compile(r"(\d{1,5})\s*([a-zäöü]+)\.?", re.ASCII | re.IGNORECASE)
_UNITS = {
    "m": ("m", "min", "mins", "minute", "minutes", "minuten"),
    "h": ("h", "hour", "hours", "std", "stunde", "stunden"),
    "d": ("d", "day", "days", "t", "tag", "tage"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}


class Goal(StrEnum):
    """What is to happen in time: the first answer, an answer to somebody who wrote again, the end."""

    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Term:
    """So many minutes, hours or days of work, as somebody wrote it down."""

    amount: int
    unit: str

    def __str__(self) -> str:
        return f"{self.amount} {'min' if self.unit == 'm' else self.unit}"

    def within(self, hours: Hours) -> timedelta:
        """As working time by these hours; a day is what an open day of the week has on average."""
        if self.unit == "d":
            return self.amount * worktime.day_of(hours)
        return timedelta(**{"minutes" if self.unit == "m" else "hours": self.amount})


@dataclass(frozen=True, slots=True)
class Targets:
    """Within which working time something is to happen, None: whenever; `by_priority`: `FACTORS` count."""

    first_answer: Term | None = None
    next_answer: Term | None = None
    resolution: Term | None = None
    by_priority: bool = False

    def of(self, goal: Goal) -> Term | None:
        """The one for a goal."""
        term: Term | None = getattr(self, goal.value)
        return term

    def as_stored(self) -> dict[str, Any] | None:
        """As it stands in a row; None where nothing is to happen in time."""
        terms = {goal.value: str(term) for goal in Goal if (term := self.of(goal))}
        return terms | {"by_priority": self.by_priority} if terms else None

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any] | None) -> Self:
        """Out of a row."""
        if stored is None:
            return cls()
        terms = {goal.value: read_term(stored.get(goal.value, "")) for goal in Goal}
        return cls(**terms, by_priority=stored["by_priority"])


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to a customer: targets, by the working hours in which they count."""

    targets: Targets
    hours: Hours


@dataclass(frozen=True, slots=True)
class Course:
    """How far a ticket is. It rested for `rested` of working time while it was not to be worked on."""

    began_at: datetime
    waits_since: datetime | None
    is_answered: bool
    priority: Priority
    rested: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """What is due next, when, and when to remind somebody of it."""

    goal: Goal
    at: datetime
    remind_at: datetime


def read_term(text: str) -> Term | None:
    """A time as people write it, `30 min`, `4 h` or `2 d`; None for nothing, Invalid for anything else."""
    if not text.strip():
        return None
    found = _TERM.fullmatch(text.strip())
    unit = _UNIT_OF.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise Invalid("A time reads 30 min, 4 h or 2 d: minutes, hours or days of work.")
    amount = int(found[1])
    most = {"m": MOST_HOURS * 60, "h": MOST_HOURS, "d": MOST_DAYS}[unit]
    if not 1 <= amount <= most:
        raise Invalid("A time is from one minute to 2,000 hours or 250 days.")
    return Term(amount, unit)


def decide_due(course: Course, usual: Promise, special: Sequence[Promise]) -> Due | None:
    """What a ticket that is worked on owes next: the nearest of an answer, if somebody waits, and the end.

    What is promised to a group of customers takes the place of the usual; of several, the strictest.
    """
    found = [due for goal in _open_goals(course) if (due := _due(goal, course, usual, special))]
    return min(found, key=lambda due: due.at, default=None)


def due_moment(due_at: datetime) -> datetime | None:
    """When something is due by its place in the row, None where nothing is."""
    return due_at if due_at < NOT_DUE else None


def first_answer(articles: Iterable[tuple[datetime, Effect]]) -> tuple[datetime, datetime] | None:
    """Since when somebody had waited for the first answer, and when it came; of the oldest to the newest."""
    waits = None
    for at, effect in articles:
        if effect is Effect.WAITS:
            waits = waits or at
        elif effect is Effect.ANSWERS and waits is not None:
            return waits, at
    return None


def _open_goals(course: Course) -> Iterable[Goal]:
    if course.waits_since is not None:
        yield Goal.NEXT_ANSWER if course.is_answered else Goal.FIRST_ANSWER
    yield Goal.RESOLUTION


def _due(goal: Goal, course: Course, usual: Promise, special: Sequence[Promise]) -> Due | None:
    promised = [one for one in special if one.targets.of(goal)] or [usual]
    found = [due for one in promised if (due := _promised(goal, course, one))]
    return min(found, key=lambda due: due.at, default=None)


def _promised(goal: Goal, course: Course, promise: Promise) -> Due | None:
    term = promise.targets.of(goal)
    if term is None:
        return None
    within = term.within(promise.hours)
    if promise.targets.by_priority:
        factor = FACTORS[course.priority]
        within = within * factor.numerator / factor.denominator
    if goal is Goal.RESOLUTION:
        begins, within = course.began_at, within + course.rested
    else:
        begins = course.waits_since or course.began_at
    at = worktime.after(promise.hours, begins, within)
    if at is None:
        return None
    return Due(goal, at, max(begins, worktime.before(promise.hours, at, REMINDED_BEFORE)))
