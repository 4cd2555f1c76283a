import signal
import sqlite3
import time

import pytest

from gateway.settings import Settings
from gateway.store import session
from gateway.store.outbox import Topic
from tests.fakes.desk import Mails, Server, Start, eventually
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
