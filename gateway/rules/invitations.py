"""Invitations: how far one has come, what a guest may do, and when a day is over."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

LASTS = timedelta(days=7)
"""How long the link in the mail is good."""

KEPT = timedelta(days=30)
"""How long an invitation that nobody accepted stays on the list after its link has ended."""

FURTHEST = timedelta(days=3660)


class State(StrEnum):
    """How far an invitation has come; what is over by its date is expired, accepted or not."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a guest may do beside reading."""

    may_note: bool = False
    may_answer: bool = False
    may_join: bool = False


READING = Rights()


@dataclass(frozen=True, slots=True)
class Course:
    """The moments of an invitation."""

    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None
    until: datetime | None


def decide_state(course: Course, *, now: datetime) -> State:
    """Revoking outlasts everything; then its date counts, then whether it was accepted, then its link."""
    if course.revoked_at is not None:
        return State.REVOKED
    if course.until is not None and course.until <= now:
        return State.EXPIRED
    if course.accepted_at is not None:
        return State.ACCEPTED
    return State.OPEN if course.expires_at > now else State.EXPIRED


def is_offered(day: date, *, now: datetime) -> bool:
    """Whether an invitation may end with that day: today or later, ten years ahead at most."""
    today = now.astimezone().date()
    return today <= day <= today + FURTHEST


def end_of(day: date) -> datetime:
    """The moment at which a day is over, by the clock of the server, as every page tells times."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time()).astimezone(UTC)


def last_day(until: datetime) -> date:
    """The day that `end_of` made a moment of."""
    return (until - timedelta(microseconds=1)).astimezone().date()
