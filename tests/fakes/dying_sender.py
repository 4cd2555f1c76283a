"""A worker that tries one delivery and dies by SIGKILL at a named step.

`python tests/fakes/dying_sender.py ROOT RELAY_URL DELIVERY_ID STEP`
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from gateway.outbound.deliver import deliver
from gateway.outbound.journal import Journal
from gateway.outbound.opening import Timeouts
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.submission import Sender
from gateway.store.blobs import BlobStore
from tests.fakes.outgoing import DOMAIN, REACH, SEAL, SetClock, connect

AFTER_LEASE = "after the lease"
BEFORE_NOTE = "after the 250, before the note"
AFTER_NOTE = "after the note, before it is recorded"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(BlobStore):
    """The first thing that is needed once the lease is committed is the raw mail."""

    def read(self, sha256: str) -> bytes:
        die()
        return super().read(sha256)


class DyingJournal(Journal):
    """Dies around its note."""

    step = ""

    def note(self, delivery_id: int, token: str, answer: str, at: datetime) -> None:
        if self.step == BEFORE_NOTE:
            die()
        super().note(delivery_id, token, answer, at)
        if self.step == AFTER_NOTE:
            die()


def main(root: Path, relay_url: str, delivery_id: int, step: str) -> None:
    connect(root)
    journal = DyingJournal(root / "journal")
    journal.step = step
    store = DyingStore if step == AFTER_LEASE else BlobStore
    office = PostOffice(
        sender=Sender(relay_url=relay_url, ehlo_name="desk.example", timeouts=Timeouts()),
        journal=journal,
        blobs=store(root / "blobs", root / "keyring"),
        mail_domain=DOMAIN,
        seal=SEAL,
        reach=REACH,
        clock=SetClock(),
    )
    deliver(delivery_id, office=office)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
