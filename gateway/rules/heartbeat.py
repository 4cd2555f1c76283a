"""When a mailbox is in trouble for so long that its people should hear of it by another way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FAILING_FOR = timedelta(minutes=15)
"""How long fetching or sending may fail before it is told: servers restart."""
TOLD_AGAIN_AFTER = timedelta(hours=24)
"""How long trouble that goes on is not told again."""


class Trouble(StrEnum):
    """What is wrong with a mailbox."""

    FAILING = "failing"
    UNSENT = "unsent"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known of a mailbox's health.

    `heard_at` is its newest mail, or its beginning where there was none; `silence` None means that it may be
    silent for ever. `failing_since` is of fetching, `unsent_since` of its own outgoing server.
    """

    heard_at: datetime
    silence: timedelta | None
    failing_since: datetime | None
    unsent_since: datetime | None = None


def find_trouble(pulse: Pulse, *, now: datetime) -> Trouble | None:
    """What is wrong; an error explains a silence, so it goes first."""
    if pulse.failing_since is not None and now - pulse.failing_since >= FAILING_FOR:
        return Trouble.FAILING
    if pulse.unsent_since is not None and now - pulse.unsent_since >= FAILING_FOR:
        return Trouble.UNSENT
    if pulse.silence is not None and now - pulse.heard_at >= pulse.silence:
        return Trouble.SILENT
    return None


def should_tell(trouble: Trouble | None, alarmed_at: datetime | None, *, now: datetime) -> bool:
    """Whether its people should hear of it now: at once, then once a day while it lasts."""
    if trouble is None:
        return False
    return alarmed_at is None or now - alarmed_at >= TOLD_AGAIN_AFTER
