"""Which ticket a mail goes to (SPEC 4.5): the strongest trace wins, a stranger never slips in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from operator import attrgetter

from gateway.rules.status import Status

_MOST_OF_SUBJECT = 1_900
"""Characters of a subject that an answer repeats: behind 2,000 a mail's subject is cut, the tag with it."""
_NUMBER_TAG = re.compile(r"\[#(\d{1,9})\]")


class FoundBy(IntEnum):
    """The trace that led to a ticket, strongest first."""

    TOKEN = 1
    IN_REPLY_TO = 2
    REFERENCES = 3
    SUBJECT = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a trace leads to. `rank` orders equal traces, lowest (newest reference) first."""

    ticket_id: int
    found_by: FoundBy
    rank: int
    status: Status
    closed_at: datetime | None
    sender_takes_part: bool


@dataclass(frozen=True, slots=True)
class NewTicket:
    """Open a ticket; it may belong to another one, which staff will be offered to merge."""

    maybe_belongs_to: int | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Open a ticket that follows one closed too long ago."""

    of: int


@dataclass(frozen=True, slots=True)
class Append:
    """Add to a ticket."""

    to: int


Filing = NewTicket | FollowUp | Append


def decide_filing(
    candidates: Sequence[Candidate], *, now: datetime, reopen_within: timedelta, by_machine: bool
) -> Filing:
    """Which ticket a mail goes to.

    A machine's mail (out-of-office, bounce) stays with its ticket however long that is closed.
    """
    by_strength = sorted(candidates, key=attrgetter("found_by", "rank"))
    trusted = (c for c in by_strength if c.found_by is FoundBy.TOKEN or c.sender_takes_part)
    best = next(trusted, None)
    if best is None:
        return NewTicket(maybe_belongs_to=by_strength[0].ticket_id if by_strength else None)
    closed_long_ago = best.closed_at is not None and now - best.closed_at > reopen_within
    if closed_long_ago and not by_machine:
        return FollowUp(of=best.ticket_id)
    return Append(to=best.ticket_id)


def numbers_in_subject(subject: str) -> tuple[int, ...]:
    """The ticket numbers that `[#number]` tags name, the last (innermost) first."""
    return tuple(int(number) for number in reversed(_NUMBER_TAG.findall(subject)))


def first_subject(subject: str, number: int) -> str:
    """The subject of a mail that begins a conversation: as written, with the ticket's tag once."""
    return f"{' '.join(_NUMBER_TAG.sub('', subject).split())} [#{number}]".strip()


def tagged_subject(subject: str, number: int) -> str:
    """The subject of an answer: one `Re:`, and the ticket's tag once."""
    return _tagged("Re", subject, "re|aw|antw|sv", number)


def forwarded_subject(subject: str, number: int) -> str:
    """The subject of a mail that hands another on: one `Fwd:`, and the ticket's tag once."""
    return _tagged("Fwd", subject, "re|aw|antw|sv|fwd?|wg", number)


def _tagged(mark: str, subject: str, marks: str, number: int) -> str:
    bare = _NUMBER_TAG.sub("", re.sub(rf"^\s*(({marks})\s*:\s*)+", "", subject, flags=re.IGNORECASE))
    return f"{mark}: {' '.join(bare.split())[:_MOST_OF_SUBJECT]} [#{number}]".replace("  ", " ")
