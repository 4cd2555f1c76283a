"""When the open tickets of an account are due, seen again after what is promised has changed."""

from datetime import timedelta

from gateway.clock import Clock
from gateway.store import duework, outbox
from gateway.store.outbox import OutboxRow, Topic
from gateway.store.session import transaction

_STILL_AT_IT = timedelta(minutes=1)
"""How long the sweep leaves the row alone after each step."""


def see_again(row: OutboxRow, *, clock: Clock) -> int:
    """Look at every open ticket of the account `row` is about, some a transaction; how many steps it took.

    What changes meanwhile has a row of its own.
    """
    seen: int | None = 0
    steps = 0
    while seen is not None:
        now = clock.now()
        with transaction() as db:
            seen = duework.settle_some(db, row.ref_id, seen=seen, now=now)
            if seen is None:
                outbox.done(db, row.id)
            else:
                outbox.reschedule(db, Topic.DUE, row.ref_id, now + _STILL_AT_IT)
        steps += 1
    return steps
