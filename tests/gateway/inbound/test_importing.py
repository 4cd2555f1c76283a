"""Imported mail is filed on the spot."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from gateway.clock import SystemClock
from gateway.errors import Unavailable
from gateway.inbound.accept import Acceptor, Also
from gateway.inbound.file_intake import file_intake
from gateway.inbound.importing import DryRun, Importer, Outline, Summary
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore, Spool
from gateway.store.intake import Fate, IntakeRef, Source
from tests.fakes.doors import SUPPORT, Kept


def mail(number: int, extra: bytes = b"") -> bytes:
    head = b"From: ann@example.org\nMessage-ID: <%d@example.org>\nSubject: no network\n" % number
    return head + extra + b"\nSince this morning.\n"


class FilingAcceptor(Acceptor):
    """A worker files each mail before the importer comes to it."""

    def __init__(self, settings: Settings, blobs: BlobStore) -> None:
        super().__init__(settings, blobs)
        self.blobs = blobs

    def accept(
        self,
        envelope: Envelope,
        spool: Spool,
        *,
        source: Source,
        now: datetime,
        also: Also | None = None,
    ) -> tuple[IntakeRef, ...]:
        refs = super().accept(envelope, spool, source=source, now=now, also=also)
        file_intake(refs[0].id, blobs=self.blobs, clock=SystemClock())
        return refs


def importer(settings: Settings, blobs: BlobStore, acceptor: Acceptor | None = None) -> Importer:
    acceptor = acceptor or Acceptor(settings, blobs)
    return Importer(acceptor, blobs, SystemClock(), SUPPORT, settings.max_message_bytes)


def test_each_message_has_its_fate_at_once(settings: Settings, blobs: BlobStore, kept: Kept) -> None:
    taking = importer(settings, blobs)
    assert taking.take([mail(1)]) is Fate.TICKET
    assert taking.take([mail(2, b"In-Reply-To: <1@example.org>\n")]) is Fate.FOLLOW_UP
    assert taking.take([mail(1)]) is Fate.DUPLICATE
    assert taking.take([b"\xff\0 not a mail at all"]) is Fate.TICKET
    assert taking.summary() == Summary(4, 2, 1, 1, 0, 0)
    assert kept.owed() == []


def test_doing_it_again_makes_only_duplicates(settings: Settings, blobs: BlobStore) -> None:
    first, again = importer(settings, blobs), importer(settings, blobs)
    for taking in (first, again):
        for number in range(3):
            taking.take([mail(number)])
    assert first.summary().tickets == 3
    assert again.summary() == Summary(3, 0, 0, 3, 0, 0)


def test_a_message_that_cannot_be_taken_is_refused_and_the_next_one_comes(
    settings: Settings, blobs: BlobStore, kept: Kept
) -> None:
    def unreadable() -> Iterator[bytes]:
        yield b"Subject: x"
        raise OSError(5, "Input/output error")

    taking = importer(settings, blobs)
    assert taking.take([b"x" * settings.max_message_bytes, b"y"]) is Fate.REFUSED
    assert taking.take(unreadable()) is Fate.REFUSED
    assert taking.take([mail(1)]) is Fate.TICKET
    assert taking.summary() == Summary(3, 1, 0, 0, 0, 2)
    assert [offer[3] for offer in kept.offers()] == ["refused", "refused", "ticket"]
    assert kept.spooled() == []


def test_a_message_that_a_worker_has_filed_meanwhile_is_counted(settings: Settings, blobs: BlobStore) -> None:
    taking = importer(settings, blobs, FilingAcceptor(settings, blobs))
    assert taking.take([mail(1)]) is Fate.TICKET


def test_an_import_ends_when_the_database_is_away(settings: Settings, blobs: BlobStore) -> None:
    taking = importer(settings, blobs)
    with session.engine().connect() as other:
        other.exec_driver_sql("DROP TABLE offer")
        other.exec_driver_sql("COMMIT")
    with pytest.raises(Unavailable):
        taking.take([mail(1)])


def unreadable() -> Iterator[bytes]:
    yield mail(1)
    raise OSError("the disk is gone")


def test_a_dry_run_counts_what_an_import_would_take() -> None:
    counting = DryRun(max_bytes=len(mail(2)))
    counting.take(iter([mail(1)[:20], mail(1)[20:]]))
    counting.take([mail(2)])
    counting.take([mail(3), b"x"])  # one byte too many
    counting.take(unreadable())
    counting.take([b"In-Reply-To: <1@example.org>\n\n"])
    assert counting.summary() == Outline(mails=3, threads=2, sent=0, refused=2)
