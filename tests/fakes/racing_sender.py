"""A worker that tries whatever is owed, in an order of its own, until nothing is.

`python tests/fakes/racing_sender.py ROOT RELAY_URL SEED [LOOK [MOST]]` with LOOK it stops itself (SIGSTOP) in
its first try, right before it looks at the clock for that time: 2 is before DATA, 3 before the final dot.
MOST is how many mails the account may send in a day. Its leases last seconds instead of minutes.
"""

import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from gateway import clock, log
from gateway.errors import Unavailable
from gateway.outbound import deliver as deliver_module
from gateway.outbound.deliver import deliver
from gateway.outbound.journal import Journal
from gateway.outbound.opening import Timeouts
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.submission import Sender
from gateway.rules.budget import Budget
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.models import Delivery
from tests.fakes.outgoing import DOMAIN, REACH, SEAL, connect

LEASE = timedelta(seconds=20)
_TIMEOUTS = Timeouts(connect=10, command=10, content=2, answer=4)
_AT_ONCE = 40


@dataclass
class StoppingClock:
    """The machine's; stops the process when it is looked at for the `stop_at`th time, 0 never."""

    stop_at: int
    looks: int = 0

    def now(self) -> datetime:
        self.looks += 1
        if self.looks == self.stop_at:
            os.kill(os.getpid(), signal.SIGSTOP)
        return clock.now()


def owed() -> list[int]:
    with session.reading() as db:
        waiting = select(Delivery.id).where(Delivery.state.in_(("queued", "deferred")))
        return list(db.execute(waiting).scalars())


def main(root: Path, relay_url: str, seed: int, stop_at: int = 0, most: int = 0) -> None:
    # A lease of ten minutes would make the test last as long.
    deliver_module.LEASE = LEASE
    log.configure(level="WARNING")
    connect(root)
    choice = random.Random(seed)
    office = PostOffice(
        sender=Sender(relay_url=relay_url, ehlo_name="desk.example", timeouts=_TIMEOUTS),
        journal=Journal(root / "journal"),
        blobs=BlobStore(root / "blobs", root / "keyring"),
        mail_domain=DOMAIN,
        seal=SEAL,
        reach=REACH,
        clock=StoppingClock(stop_at),
        budget=Budget(account_day=most),
    )
    with office:
        while waiting := owed():
            for delivery_id in choice.sample(waiting, min(_AT_ONCE, len(waiting))):
                try:
                    deliver(delivery_id, office=office)
                except Unavailable:
                    time.sleep(choice.random())
            time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
