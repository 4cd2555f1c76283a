"""What senders noted and could not record is recorded by whoever comes after them."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from gateway import log
from gateway.clock import Clock
from gateway.outbound.journal import Journal, Note, is_same_file, read_notes
from gateway.rules.retry import Sent
from gateway.store import deliveries, smtp
from gateway.store.session import transaction

_log = log.get("outbound")


def recover(journal_dir: Path, *, clock: Clock) -> int:
    """Take over from every dead sender of this machine; returns how many there were.

    Its notes go into the database and its leases are free again, in one transaction; only after the commit
    does its journal go. Raises Unavailable when the database is; nothing is lost then, call it again.
    """
    if not journal_dir.is_dir():
        return 0
    return sum(_recover_one(path, clock) for path in sorted(journal_dir.glob("*.jsonl")))


def catch_up(journal: Journal) -> None:
    """Record this process's own notes that the database lacks; Unavailable if it still does not take them."""
    for note in journal.unmerged:
        with transaction() as db:
            _merge(db, note)
        journal.merged(note.token)


def _recover_one(path: Path, clock: Clock) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not is_same_file(descriptor, path):
            return False
        _take_over(path.stem, read_notes(path.read_bytes()), clock)
        path.unlink()
    except BlockingIOError:
        return False  # its owner lives, or somebody else is at it
    finally:
        os.close(descriptor)
    return True


def _take_over(owner: str, notes: Sequence[Note], clock: Clock) -> None:
    now = clock.now()
    with transaction() as db:
        merged = sum(_merge(db, note) for note in notes)
        released = deliveries.release_owner(db, owner, now=now)
        smtp.release_owner(db, owner, now=now)
    _log.info("sender.recovered", owner=owner, merged=merged, released=released)


def _merge(db: Session, note: Note) -> bool:
    return deliveries.record(db, note.delivery_id, note.token, Sent(note.answer), now=note.at, jitter=0.0)
