"""What is forgotten apart from an erasure goes from the database's files as well: to whom a receipt went.

One writing anew of the files does for all that was forgotten before it began.
"""

from collections.abc import Callable
from datetime import timedelta

from gateway import log
from gateway.clock import Clock
from gateway.errors import Unavailable
from gateway.store import outbox
from gateway.store.erased import wiping
from gateway.store.outbox import Topic
from gateway.store.session import transaction

LEASE = timedelta(minutes=15)
"""How long it may take before somebody else tries."""

_SOON = timedelta(seconds=10)


class _Stopped(Exception):
    """Somebody else does it."""


def wipe(*, clock: Clock, is_stopping: Callable[[], bool]) -> bool:
    """Do it, if it is owed and nobody else is at it; whether it is done. What cannot be now, is later."""
    with transaction() as db:
        owed = outbox.claim_all(db, Topic.WIPE, now=clock.now(), lease=LEASE)
    if not owed:
        return False

    def breathe() -> None:
        if is_stopping():
            raise _Stopped

    try:
        wiping.wipe(breathe)
    except (Unavailable, _Stopped) as reason:
        if isinstance(reason, Unavailable):
            log.get("erasure").warning("wiping.put_off", detail=reason.detail)
        with transaction() as db:
            outbox.put_off_all(db, owed, clock.now() + _SOON)
        return False
    with transaction() as db:
        outbox.done_all(db, owed)
    return True
