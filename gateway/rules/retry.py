"""What one try at a delivery came to, and when the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(days=5)
"""How long a mail is tried (RFC 5321, 4.5.4.1 wants 4 to 5 days)."""
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60))
_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took the mail; it is responsible from now on."""

    answer: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now. With `pause` the fault is ours: try again after it, for ever, and count no try."""

    answer: str
    pause: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Never: the server or our own check refused this mail for good."""

    answer: str


Outcome = Sent | Deferred | Failed


def next_try_at(attempts: int, first_at: datetime, now: datetime, jitter: float) -> datetime | None:
    """When to try again after `attempts` tries, the first owed at `first_at`; None: give up.

    Pauses of 1, 2, 5, 15, 60 minutes, then an hour each, up to 5 days; the last try is made at their end.
    `jitter` from 0 to 1 lengthens a pause by up to a tenth: what failed together is not tried together.
    """
    give_up_at = first_at + GIVE_UP_AFTER
    if now >= give_up_at:
        return None
    pause = _PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1]
    return min(now + pause * (1 + _SPREAD * jitter), give_up_at)
