"""Quiet hours: when somebody wants to be told of nothing, by the clock on their own wall."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

from gateway.errors import Invalid
from gateway.rules.hours import DAYS

DAY_MINUTES = 24 * 60
_MOST_SPANS = 2 * DAYS


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one minute of a day up to another, on the days (Monday is 0) on which it begins.

    Where it ends no later than it begins, it ends on the next day: a night, or a whole day and night.
    """

    begins: int
    ends: int
    days: frozenset[int]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.days)

    def holds(self, at: datetime, zone: tzinfo | None) -> bool:
        """Whether they are at this moment; by the server's clock without a zone."""
        local = at.astimezone(zone)
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.begins < self.ends:
            return day in self.days and self.begins <= minute < self.ends
        is_evening = day in self.days and minute >= self.begins
        return is_evening or ((day - 1) % DAYS in self.days and minute < self.ends)

    def over(self, at: datetime, zone: tzinfo | None) -> datetime:
        """The first moment from this one on at which they are not, in UTC."""
        for _ in range(_MOST_SPANS):
            if not self.holds(at, zone):
                break
            at = self._next_end(at.astimezone(zone))
        return at.astimezone(UTC)

    def as_stored(self) -> dict[str, Any] | None:
        """As it stands in a row; None for none."""
        return {"begins": self.begins, "ends": self.ends, "days": sorted(self.days)} if self else None

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any] | None) -> Self:
        """Out of a row."""
        if stored is None:
            return cls(USUAL.begins, USUAL.ends, frozenset())
        return cls(stored["begins"], stored["ends"], frozenset(stored["days"]))

    def _next_end(self, local: datetime) -> datetime:
        """When the clock shows their end next; where clocks are turned, this may be looked at again."""
        wall = local.replace(hour=self.ends // 60, minute=self.ends % 60, second=0, microsecond=0, fold=0)
        if (wall.hour, wall.minute) <= (local.hour, local.minute):
            wall += timedelta(days=1)
        return max(wall.astimezone(UTC), local.astimezone(UTC) + timedelta(minutes=1))


USUAL = Quiet(18 * 60, 8 * 60, frozenset())
"""What a form begins with: no day is chosen."""


def read_quiet(begins: str, ends: str, days: Collection[str]) -> Quiet:
    """Quiet hours as a form has them: `18:00`, and the numbers of days; Invalid names the field at fault.

    Hours that never end are none.
    """
    chosen = frozenset(day for day in range(DAYS) if str(day) in days)
    quiet = Quiet(_minute(begins, "begins"), _minute(ends, "ends"), chosen)
    if quiet.begins == quiet.ends and len(chosen) == DAYS:
        raise Invalid("Quiet hours must leave some time.", field="days")
    return quiet


def write_minute(minute: int) -> str:
    """A minute of the day as a form has it."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(text: str, field: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    is_number = hour.isascii() and hour.isdecimal() and minute.isascii() and minute.isdecimal()
    if not (colon and is_number and len(text) <= 5 and int(hour) < 24 and int(minute) < 60):
        raise Invalid("A time of day reads 18:00.", field=field)
    return int(hour) * 60 + int(minute)
