"""Which words a new request is acknowledged in, by the clock (SPEC 5.4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.rules.hours import Hours, is_open


class Words(StrEnum):
    """What an acknowledgement says; two ask to confirm a request for deletion."""

    USUAL = "usual"
    CLOSED = "closed"
    DELETION = "deletion"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Manners:
    """What a mailbox says by itself: the usual words, and others, `when_closed`, outside its hours."""

    usual: bool = False
    when_closed: bool = False
    hours: Hours = Hours()  # noqa: RUF009 - it is frozen


def decide_words(manners: Manners, moment: datetime) -> Words | None:
    """In which words a request of this moment is acknowledged; None if it is not."""
    if manners.when_closed and not is_open(manners.hours, moment):
        return Words.CLOSED
    return Words.USUAL if manners.usual else None
