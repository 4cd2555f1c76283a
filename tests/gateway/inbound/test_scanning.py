"""Files are scanned before anybody can open them; those that came while the scanner was away, later."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway.inbound.clamd import Clamd
from gateway.inbound.file_intake import MAX_TRIES as MAX_FILE_TRIES
from gateway.inbound.file_intake import file_intake
from gateway.inbound.scanning import AGAIN_AFTER, MAX_TRIES, scan_article
from gateway.rules.scans import Scan
from gateway.store import outbox, session
from gateway.store.intake import Fate
from gateway.store.models import Intake, Outbox
from gateway.store.outbox import Topic
from gateway.store.queries.articles import AttachmentView
from tests import world as cast
from tests.databases import Databases, configured
from tests.fakes.clamd import EICAR, SIGNATURE, Double
from tests.world import SUPPORT, World

NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(db_url):
        yield cast.build(tmp_path, databases.given(db_url))


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as running:
        yield running


def with_files(*contents: bytes) -> bytes:
    head = b"From: ann@acme.example\r\nSubject: files\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    parts = [b"--b\r\n\r\nSee the files."]
    for number, content in enumerate(contents):
        disposition = b"Content-Disposition: attachment; filename=f%d.bin" % number
        parts.append(
            b"--b\r\nContent-Type: application/octet-stream\r\n" + disposition + b"\r\n\r\n" + content
        )
    return head + b"\r\n".join([*parts, b"--b--\r\n"])


def receive(world: World, raw: bytes, url: str) -> None:
    (intake_id,) = world.accept(raw, SUPPORT)
    file_intake(intake_id, blobs=world.blobs, clock=world.clock, scanner=Clamd(url))


def files(world: World) -> tuple[AttachmentView, ...]:
    return world.detail(1).articles[0].attachments


def owed() -> list[tuple[int, datetime]]:
    """The articles that are owed a scan, and when."""
    with session.reading() as db:
        mine = select(Outbox.ref_id, Outbox.due_at).where(Outbox.topic == Topic.SCAN.value)
        return [(ref_id, due_at) for ref_id, due_at in db.execute(mine)]


def look(world: World, url: str | None, *, told: int = 0) -> None:
    ((article_id, _due_at),) = owed()
    scanner = Clamd(url) if url else None
    scan_article(article_id, scanner=scanner, blobs=world.blobs, clock=world.clock, told=told)


def test_each_file_is_judged_before_the_ticket_is_there(world: World, double: Double) -> None:
    receive(world, with_files(b"harmless"), double.url)
    assert [(file.scan, file.scan_found, file.is_open) for file in files(world)] == [(Scan.CLEAN, "", True)]
    assert owed() == []


def test_a_mail_with_an_infected_file_waits_in_quarantine(world: World, double: Double) -> None:
    (intake_id,) = world.accept(with_files(b"harmless", EICAR), SUPPORT)
    fate = file_intake(intake_id, blobs=world.blobs, clock=world.clock, scanner=Clamd(double.url))
    assert fate is Fate.QUARANTINED
    assert owed() == []


def test_without_a_scanner_files_are_open(world: World) -> None:
    world.receive(with_files(EICAR))
    assert [(file.scan, file.is_open) for file in files(world)] == [(Scan.UNSCANNED, True)]
    assert owed() == []


def test_while_the_scanner_is_away_files_stay_closed_and_are_scanned_later(
    world: World, double: Double
) -> None:
    receive(world, with_files(b"harmless", EICAR), NOBODY)
    assert [(file.scan, file.is_open) for file in files(world)] == [(Scan.PENDING, False)] * 2
    look(world, NOBODY)
    ((_article_id, due_at),) = owed()
    assert due_at == world.clock.now() + AGAIN_AFTER
    look(world, double.url)
    assert [(file.scan, file.scan_found) for file in files(world)] == [
        (Scan.CLEAN, ""),
        (Scan.INFECTED, SIGNATURE),
    ]
    assert owed() == []


def test_a_file_that_makes_the_scanner_stumble_stays_closed_in_the_end(world: World, double: Double) -> None:
    receive(world, with_files(b"odd"), NOBODY)
    double.says = ""
    look(world, double.url, told=MAX_TRIES - 1)
    assert [file.scan for file in files(world)] == [Scan.PENDING]
    look(world, NOBODY, told=MAX_TRIES)  # it is the scanner that is away
    assert [file.scan for file in files(world)] == [Scan.PENDING]
    look(world, double.url, told=MAX_TRIES)
    assert [(file.scan, file.is_open) for file in files(world)] == [(Scan.REFUSED, False)]
    assert owed() == []


def test_when_the_operator_does_away_with_the_scanner_files_open(world: World) -> None:
    receive(world, with_files(b"harmless"), NOBODY)
    look(world, None)
    assert [file.scan for file in files(world)] == [Scan.UNSCANNED]


def test_a_file_that_is_gone_is_done_with(world: World, double: Double) -> None:
    receive(world, with_files(b"harmless"), NOBODY)
    (file,) = files(world)
    world.blobs.forget(file.sha256)
    look(world, double.url)
    assert [file.scan for file in files(world)] == [Scan.REFUSED]


def test_a_mail_that_cannot_be_read_is_scanned_as_a_file(world: World, double: Double) -> None:
    (intake_id,) = world.accept(with_files(EICAR), SUPPORT)
    with session.transaction() as db:  # it was tried too often
        db.execute(update(Intake).values(tries=MAX_FILE_TRIES))
    file_intake(intake_id, blobs=world.blobs, clock=world.clock, told=1, scanner=Clamd(double.url))
    assert [(file.filename, file.scan) for file in files(world)] == [("message.eml", Scan.PENDING)]
    look(world, double.url)
    assert [file.scan for file in files(world)] == [Scan.CLEAN]  # the double looks at the beginning alone


def test_the_sweep_brings_a_waiting_scan_back(world: World) -> None:
    receive(world, with_files(b"harmless"), NOBODY)
    look(world, NOBODY)
    with session.transaction() as db:
        assert outbox.claim_due(db, now=world.clock.now(), limit=9, topic=Topic.SCAN) == []
        later = world.clock.now() + AGAIN_AFTER + timedelta(seconds=1)
        assert len(outbox.claim_due(db, now=later, limit=9, topic=Topic.SCAN)) == 1
