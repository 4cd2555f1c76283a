"""A second look at files that came while the virus scanner was away."""

from datetime import timedelta

from gateway.clock import Clock
from gateway.errors import NotFound
from gateway.inbound.clamd import Clamd, Scanned
from gateway.rules.scans import Scan
from gateway.store import attachments, outbox
from gateway.store.attachments import FileRow
from gateway.store.blobs import BlobStore
from gateway.store.session import reading, transaction

AGAIN_AFTER = timedelta(seconds=20)
MAX_TRIES = 10
"""After so many looks of a scanner that is there, a file that never gets a verdict stays closed for good."""


def scan_article(
    article_id: int, *, scanner: Clamd | None, blobs: BlobStore, clock: Clock, told: int = 0
) -> None:
    """Scan what is pending of an article; what is pending still is owed again a little later.

    Without a scanner, because the operator has done away with it, the files count as never scanned.
    """
    with reading() as db:
        files = attachments.without_scan(db, article_id)
    gives_up = told >= MAX_TRIES and scanner is not None and scanner.answers()
    judged = [(file, _look(file, scanner, blobs, gives_up=gives_up)) for file in files]
    with transaction() as db:
        for file, verdict in judged:
            attachments.set_scan(db, file.id, verdict.scan, verdict.found)
        attachments.tell(db, article_id)
        if any(verdict.scan is Scan.PENDING for _, verdict in judged):
            outbox.reschedule(db, outbox.Topic.SCAN, article_id, clock.now() + AGAIN_AFTER)
        else:
            outbox.done_for(db, outbox.Topic.SCAN, article_id)


def _look(file: FileRow, scanner: Clamd | None, blobs: BlobStore, *, gives_up: bool) -> Scanned:
    if scanner is None:
        return Scanned(Scan.UNSCANNED)
    try:
        verdict = scanner.scan(blobs.read(file.sha256))
    except NotFound:  # erased meanwhile
        return Scanned(Scan.REFUSED)
    return Scanned(Scan.REFUSED) if gives_up and verdict.scan is Scan.PENDING else verdict
