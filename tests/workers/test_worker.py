import os
import signal
import sqlite3
import time
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from gateway import clock
from gateway.errors import NotFound
from gateway.rules.exporting import Scope
from gateway.settings import Settings
from gateway.store import exports, session
from gateway.store.blobs import BlobStore
from gateway.store.exportfiles import ExportFiles
from gateway.store.models import Article, Attachment, Export, Outbox, Ticket
from gateway.store.outbox import Topic
from tests.fakes.desk import Mails, Server, Start, eventually, owner
from workers.queues import queue_of, tell
from workers.wake import make_wake


@pytest.fixture
def woken(settings: Settings, mails: Mails) -> Mails:
    """Mails whose commits ring the bell."""
    session.configure(settings.effective_database_url, wake=make_wake(settings))
    return mails


def test_a_mail_is_filed_at_once(woken: Mails, server: Server, start: Start) -> None:
    start("worker", "--queue", "file")
    woken.accept()
    assert eventually(lambda: woken.are_filed(1), within=20)
    woken.accept()
    assert eventually(lambda: woken.are_filed(2), within=20)  # no sweep runs here that could find it


def test_a_finished_job_leaves_nothing_behind(woken: Mails, server: Server, start: Start) -> None:
    start("worker", "--queue", "file")
    woken.accept(3)
    assert eventually(lambda: woken.are_filed(3), within=20)
    assert not server.client().keys("rq:job:*")
    assert not server.client().llen(queue_of(Topic.FILE, server.client()).intermediate_queue_key)


def test_work_goes_on_within_two_seconds_after_the_server_is_back(
    woken: Mails, server: Server, start: Start
) -> None:
    start("worker", "--queue", "file")
    woken.accept()
    assert eventually(lambda: woken.are_filed(1), within=20)
    server.stop(signal.SIGKILL)
    time.sleep(1)
    server.start()
    tell(server.client(), Topic.FILE, woken.accept())
    assert eventually(lambda: woken.are_filed(2), within=2)


def test_without_a_queue_server_the_worker_finds_the_mail_itself(mails: Mails, start: Start) -> None:
    mails.accept(3)
    start("worker", "--queue", "file")
    assert eventually(lambda: mails.are_filed(3), within=25)


def test_every_mail_gets_one_ticket_whatever_is_killed(woken: Mails, server: Server, start: Start) -> None:
    workers = [start("worker", "--queue", "file") for _ in range(2)]
    for _ in range(2):
        start("scheduler")
    woken.accept(60)
    workers[0].kill()
    server.client().flushall()
    woken.accept(60)
    start("worker", "--queue", "file")
    assert eventually(lambda: woken.are_filed(120), within=40)


@pytest.mark.parametrize("queue", [topic.value for topic in Topic])
def test_an_idle_worker_stops_at_once(queue: str, mails: Mails, server: Server, start: Start) -> None:
    worker = start("worker", "--queue", queue)
    assert eventually(lambda: bool(server.client().keys("rq:worker:*")), within=20)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(2) == 0
    assert not server.client().smembers("rq:workers")


def test_a_worker_without_a_server_stops_at_once(mails: Mails, start: Start) -> None:
    mails.accept()
    worker = start("worker", "--queue", "file")
    assert eventually(lambda: mails.are_filed(1), within=25)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(2) == 0


def test_a_worker_before_a_locked_database_stops_within_ten_seconds(
    settings: Settings, woken: Mails, server: Server, start: Start
) -> None:
    worker = start("worker", "--queue", "file")
    woken.accept()
    assert eventually(lambda: woken.are_filed(1), within=20)
    ids = woken.accept(5)
    holder = sqlite3.connect(settings.root / "manage4all.db")
    holder.execute("BEGIN EXCLUSIVE")
    tell(server.client(), Topic.FILE, ids)
    time.sleep(0.5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    holder.close()


def _owe_an_export(settings: Settings) -> str:
    """Of an account whose one file takes seconds; the export's public id."""
    blobs, (account_id, staff_id), at = (
        BlobStore(settings.blob_dir, settings.effective_keyring_dir),
        owner(),
        clock.now(),
    )
    kept = blobs.put(os.urandom(80 * 2**20))
    with session.transaction() as db:
        ticket = {"account_id": account_id, "number": 1, "subject": "", "status": "new"}
        ticket_id = db.scalar(
            insert(Ticket).returning(Ticket.id), ticket | {"created_at": at, "updated_at": at}
        )
        article = {"account_id": account_id, "ticket_id": ticket_id, "public_id": "a", "kind": "inbound"}
        article_id = db.scalar(insert(Article).returning(Article.id), article | {"created_at": at})
        file = {"account_id": account_id, "article_id": article_id, "public_id": "f", "filename": "large.bin"}
        kind = {"content_type": "a/b", "detected_type": "a/b", "size_bytes": 1, "sha256": kept.sha256}
        db.execute(insert(Attachment), file | kind)
        return exports.ask(
            db, account_id, staff_id, scope=Scope.ACCOUNT, subject_id="a", with_notes=True, now=at
        )


def _state() -> str:
    with session.reading() as db:
        return str(db.scalar(select(Export.state)))


def test_an_export_outlives_its_killed_worker(settings: Settings, database: None, start: Start) -> None:
    server = Server(settings, start)
    server.start()
    public_id, files = _owe_an_export(settings), ExportFiles(settings.blob_dir)
    with session.reading() as db:
        owed = [row.id for row in db.execute(select(Outbox.id).where(Outbox.topic == Topic.EXPORT.value))]

    def has_begun() -> bool:
        return any(path.stat().st_size > 2**20 for path in files.root.glob("*.part"))

    first = start("worker", "--queue", "export")
    tell(server.client(), Topic.EXPORT, owed)
    assert eventually(has_begun, within=30)
    first.kill()
    first.wait(10)
    assert _state() == "working"
    with pytest.raises(NotFound):
        files.open(public_id)
    with session.transaction() as db:  # a minute of silence
        db.execute(update(Export).values(leased_until=clock.now() - timedelta(seconds=1)))
    start("worker", "--queue", "export")
    tell(server.client(), Topic.EXPORT, owed)
    assert eventually(lambda: _state() == "ready", within=60)
    with files.open(public_id) as file, zipfile.ZipFile(file) as packed:
        assert packed.testzip() is None
        assert packed.getinfo("attachments/f/large.bin").file_size == 80 * 2**20
    assert [path.suffix for path in files.root.iterdir()] == [".zip"]
