"""What a form carries that may be sent once, today or tomorrow: a stamp of ours, and what was worked for it.

The stamp is the day, random bits and a keyed hash over both: nothing is kept of it before it is used, and it
names nothing but the day. docs/adr/0021-suggestions-by-nobody.md says why work is asked for.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from gateway.errors import Conflict, Invalid
from gateway.ids import new_public_id
from gateway.rules.proofofwork import is_solved

BITS = 17
"""A second or two of a browser's work."""

HOLDS_FOR = timedelta(days=1)


class For(StrEnum):
    """What a stamp is good for."""

    SUGGESTION = "suggestion"
    ERROR_REPORT = "error-report"


@dataclass(frozen=True, slots=True)
class Work:
    """What a browser solved, and with what."""

    challenge: str
    answer: str


def new_challenge(key: bytes, what: For, *, now: datetime) -> str:
    """Something to be solved, today or tomorrow."""
    open_part = f"{day_of(now).isoformat()}.{new_public_id()}"
    return f"{open_part}.{_mac(key, what, open_part)}"


def check(challenge: str, *, key: bytes, what: For, now: datetime) -> None:
    """Invalid for a challenge that is none of ours for this, Conflict for one of too long ago."""
    open_part, _dot, mac = challenge.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, what, open_part).encode()):
        raise Invalid(detail="challenge")
    made_on = date.fromisoformat(open_part.partition(".")[0])
    if not made_on <= day_of(now) <= made_on + HOLDS_FOR:
        raise used()


def check_work(work: Work, *, key: bytes, what: For, bits: int, now: datetime) -> None:
    """Likewise, and Invalid where the work for it was not done."""
    check(work.challenge, key=key, what=what, now=now)
    if not is_solved(work.challenge, work.answer, bits=bits):
        raise Invalid(detail="proof of work")


def spent(challenge: str) -> str:
    """What is kept of one that was used: its hash, in hex, which nobody chose."""
    return hashlib.sha256(challenge.encode()).hexdigest()


def used() -> Conflict:
    """It was used, or is too old."""
    return Conflict("This was sent already, or the page was open for too long. Please send it again.")


def day_of(now: datetime) -> date:
    """The day in UTC, which is all that a stamp tells of time."""
    return now.astimezone(UTC).date()


def _mac(key: bytes, what: For, open_part: str) -> str:
    return hmac.digest(key, f"{what.value}:{open_part}".encode(), "sha256").hex()
