"""Remote sessions that nobody ends: past their time, or at a relay that died and did not come back.

A relay notes once a minute what it holds. The scheduler ends what no relay has noted for five minutes, which
is as long as a relay may be away for both sides to go on where they were.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.desk.remote import end
from gateway.rules.remote import Why
from gateway.store import remote

SILENT_AFTER = timedelta(minutes=5)
"""So long a relay may say nothing of a session."""

SEEN_FOR = timedelta(minutes=2)
"""So long a session is seen to be silent before it ends: twice as long as relays take to note theirs."""

_AT_ONCE = 100


class Silence:
    """What one scheduler has seen to be silent, and since when.

    A database that was away has heard nothing of anybody, and whoever asks it first when it is back would end
    what runs: so silence counts from when it is seen.
    """

    def __init__(self) -> None:
        self._since: dict[int, datetime] = {}

    def look(self, silent: Collection[int], *, now: datetime) -> list[int]:
        """Which of those that are silent now were so at each look for `SEEN_FOR`."""
        self._since = {one: self._since.get(one, now) for one in silent}
        return [one for one, since in self._since.items() if now - since >= SEEN_FOR]


def note_alive(db: Session, session_ids: Collection[int], *, relay_url: str, now: datetime) -> frozenset[int]:
    """A relay holds these; those of them that are at another one by now."""
    return frozenset(session_ids) - remote.keep_alive(db, session_ids, relay_url, now=now)


def silent_ids(db: Session, *, now: datetime) -> Collection[int]:
    """Sessions of which their relay has said nothing for long, a hundred at most."""
    return remote.silent_ids(db, before=now - SILENT_AFTER, limit=_AT_ONCE)


def end_silent(db: Session, session_ids: Collection[int], *, now: datetime) -> int:
    """End those of these that are silent still; how many.

    What waits for its customer waits on, for any relay.
    """
    silent = [one for one in silent_ids(db, now=now) if one in session_ids]
    held = [one for one in silent if not remote.let_go(db, one)]
    return sum(end(db, one, why=Why.RELAY, now=now) for one in held)


def end_expired(db: Session, *, now: datetime) -> int:
    """End what has come to its time; how many, a hundred at most."""
    late = remote.expired_ids(db, now=now, limit=_AT_ONCE)
    return sum(end(db, session_id, why=Why.EXPIRED, now=now) for session_id in late)


def is_any_expired(db: Session, *, now: datetime) -> bool:
    """Whether there is something for `end_expired`; asked before anything is written."""
    return bool(remote.expired_ids(db, now=now, limit=1))
