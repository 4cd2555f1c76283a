"""When one sender's mails are a storm (SPEC 4.7): many fold into one ticket, very many wait in quarantine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=10)
"""The stretch of time in which a sender's mails are counted."""
HELD_FROM = 10
"""So many times the mails that fold, and the next ones are held back."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Storm(StrEnum):
    """What is done with one more mail of a sender."""

    NONE = "none"
    FOLD = "fold"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Counts:
    """A sender's mails: those of the present window, this one among them, and those of the one before."""

    present: int
    previous: int


def window_of(at: datetime) -> datetime:
    """When the window began that a moment lies in."""
    return at - (at - _EPOCH) % WINDOW


def decide_storm(counts: Counts, *, at: datetime, most: int) -> Storm:
    """What to do with a mail received `at`, where a sender's `most` mails in ten minutes are no storm.

    The last ten minutes lie in two windows: of the one before counts the part that they still cover.
    """
    still_covered = 1 - (at - window_of(at)) / WINDOW
    mails = counts.present + counts.previous * still_covered
    if mails > most * HELD_FROM:
        return Storm.HOLD
    return Storm.FOLD if mails > most else Storm.NONE
