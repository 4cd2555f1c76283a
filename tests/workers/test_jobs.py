from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway import clock
from gateway.settings import Settings
from gateway.store import outbox
from gateway.store.models import Intake
from gateway.store.outbox import Topic
from gateway.store.session import reading, transaction
from tests.fakes.desk import Mails
from workers import jobs


@pytest.fixture
def stopping() -> list[bool]:
    return [False]


@pytest.fixture(autouse=True)
def prepared(settings: Settings, database: None, stopping: list[bool]) -> Iterator[None]:
    with jobs.prepare(settings, [Topic.FILE], is_stopping=lambda: stopping[0]):
        yield


def test_every_mail_becomes_a_ticket_and_its_row_goes(mails: Mails) -> None:
    ids = mails.accept(3)
    jobs.file_mails(ids)
    assert mails.are_filed(3)
    with reading() as db:
        assert outbox.depth(db, Topic.FILE) == 0


def test_the_same_job_twice_changes_nothing(mails: Mails) -> None:
    ids = mails.accept(2)
    jobs.file_mails(ids)
    jobs.file_mails(ids)
    assert mails.are_filed(2)


def test_a_row_that_is_gone_is_no_fault() -> None:
    jobs.file_mails([4711])


def test_one_that_fails_does_not_stop_the_others_and_keeps_its_row(mails: Mails) -> None:
    ids = mails.accept(3)
    with transaction() as db:  # its raw mail cannot be found
        db.execute(update(Intake).where(Intake.id == 1).values(raw_sha256="0" * 64))
    jobs.file_mails(ids)
    assert (mails.ledger().tickets, mails.ledger().pending) == (2, 1)
    with reading() as db:
        assert outbox.get(db, ids[0]) is not None


def test_a_process_that_shall_stop_begins_nothing_new(mails: Mails, stopping: list[bool]) -> None:
    stopping[0] = True
    jobs.file_mails(mails.accept(2))
    assert mails.ledger().pending == 2


def test_a_delivery_that_is_gone_takes_no_harm(settings: Settings) -> None:
    with jobs.prepare(settings, [Topic.DELIVER], is_stopping=lambda: False):
        with transaction() as db:
            outbox_id = outbox.put(db, Topic.DELIVER, 99, now=clock.now() - timedelta(seconds=20))
        jobs.deliver_mails([outbox_id])


def test_a_certificate_that_nobody_is_owed_takes_no_harm(settings: Settings) -> None:
    with jobs.prepare(settings, [Topic.CERTIFY], is_stopping=lambda: False):
        with transaction() as db:
            outbox_id = outbox.put(db, Topic.CERTIFY, 99, now=clock.now())
        jobs.certify_erasures([outbox_id])
    with reading() as db:
        assert outbox.depth(db, Topic.CERTIFY) == 0


def test_work_on_files_that_are_gone_is_done_with(settings: Settings) -> None:
    topics = [Topic.SCAN, Topic.PREVIEW]
    with jobs.prepare(settings, topics, is_stopping=lambda: False):
        with transaction() as db:
            scan, preview = (outbox.put(db, topic, 99, now=clock.now()) for topic in topics)
        jobs.scan_files([scan])
        jobs.make_pictures([preview])
    with reading() as db:
        assert [outbox.depth(db, topic) for topic in topics] == [0, 0]


def test_due_times_and_reports_of_nobody_are_done_with(settings: Settings) -> None:
    topics = [Topic.DUE, Topic.REPORT]
    with jobs.prepare(settings, topics, is_stopping=lambda: False):
        with transaction() as db:
            due, report = (outbox.put(db, topic, 99, now=clock.now()) for topic in topics)
        jobs.see_due_times([due])
        jobs.count_reports([report])
    with reading() as db:
        assert [outbox.depth(db, topic) for topic in topics] == [0, 0]


def test_an_export_of_nobody_is_done_with(settings: Settings) -> None:
    with transaction() as db:
        owed = outbox.put(db, Topic.EXPORT, 99, now=clock.now())
    with jobs.prepare(settings, [Topic.EXPORT], is_stopping=lambda: False):
        jobs.make_exports([owed])
    with reading() as db:
        assert outbox.depth(db, Topic.EXPORT) == 0


def test_an_erasure_of_nothing_is_done_with(settings: Settings) -> None:
    with transaction() as db:
        owed = outbox.put(db, Topic.ERASE, 99, now=clock.now())
    with jobs.prepare(settings, [Topic.ERASE], is_stopping=lambda: False):
        jobs.erase_for_good([owed])
    with reading() as db:
        assert outbox.depth(db, Topic.ERASE) == 0
