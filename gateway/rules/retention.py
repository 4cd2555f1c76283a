"""How long an account keeps what is over: its own rules, and when they are applied."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MIN_DAYS, MAX_DAYS = 1, 7300
"""A rule is from a day to twenty years; without one a thing is kept for ever."""

_NIGHT = timedelta(hours=1)
"""When a day's work is done, after midnight in UTC."""


class Matter(StrEnum):
    """What a rule can be about."""

    CLOSED = "closed"
    SPAM = "spam"
    QUARANTINED = "quarantined"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Rules:
    """How many days each matter is kept; 0 is for ever.

    Closed tickets and spam are counted from their last activity, quarantined mail from its arrival, remote
    sessions from their end.
    """

    closed: int = 0
    spam: int = 0
    quarantined: int = 0
    remote: int = 0

    def days(self, matter: Matter) -> int:
        """What is said of one matter."""
        found: int = getattr(self, matter.value)
        return found

    def kept_since(self, matter: Matter, *, now: datetime) -> datetime | None:
        """What is older than this goes; None: nothing does."""
        days = self.days(matter)
        return now - timedelta(days=days) if days else None


def is_within(days: int) -> bool:
    """Whether a rule may say so many days; 0 takes it away."""
    return days == 0 or MIN_DAYS <= days <= MAX_DAYS


def night_before(now: datetime) -> datetime:
    """The newest moment, in UTC, at which the rules of all accounts were to be applied."""
    tonight = now.replace(hour=0, minute=0, second=0, microsecond=0) + _NIGHT
    return tonight if tonight <= now else tonight - timedelta(days=1)


def night_after(now: datetime) -> datetime:
    """The next one."""
    return night_before(now) + timedelta(days=1)
