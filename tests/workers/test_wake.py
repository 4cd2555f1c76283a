import os
import time

from gateway.rules.news import Kind, News, channel, decode
from gateway.settings import Settings
from gateway.store.outbox import Topic
from tests.fakes.desk import Server, eventually
from workers import wake
from workers.queues import queue_of
from workers.wake import Bell


def test_a_ring_reaches_the_queue(server: Server) -> None:
    bell = Bell(server.client())
    bell(Topic.FILE.value, [5])
    assert bell.flush(2)
    assert [job.args for job in queue_of(Topic.FILE, server.client()).jobs] == [[[5]]]


def test_a_burst_is_gathered_into_few_jobs_and_holds_nobody_up(server: Server) -> None:
    bell = Bell(server.client())
    began = time.monotonic()
    for number in range(500):
        bell(Topic.FILE.value, [number])
    held_up = time.monotonic() - began
    assert bell.flush(5)
    jobs = queue_of(Topic.FILE, server.client()).jobs
    assert sorted(one for job in jobs for one in job.args[0]) == list(range(500))
    assert len(jobs) < 100
    assert held_up < 5


def test_without_a_server_a_ring_is_dropped_quickly(settings: Settings) -> None:
    bell = wake.make_wake(settings)
    began = time.monotonic()
    for number in range(100):
        bell(Topic.FILE.value, [number])
    assert isinstance(bell, Bell)
    assert bell.flush(20)
    assert time.monotonic() - began < 10


def test_a_forked_process_rings_for_itself(server: Server) -> None:
    bell = Bell(server.client())
    bell(Topic.FILE.value, [1])
    assert bell.flush(2)
    child = os.fork()
    if not child:
        bell(Topic.FILE.value, [2])
        os._exit(not bell.flush(2))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert eventually(lambda: queue_of(Topic.FILE, server.client()).count == 2, within=2)


def test_news_reach_whoever_listens_and_are_told_once_each(server: Server) -> None:
    bell, some = Bell(server.client()), News(1, Kind.TICKET, 7)
    with server.client().pubsub() as listening:  # type: ignore[no-untyped-call]  # redis's
        listening.subscribe(channel(0))
        assert listening.get_message(timeout=5)["type"] == "subscribe"
        bell.announce([some, some])
        assert bell.flush(2)
        told = listening.get_message(timeout=5)
        assert decode(told["data"]) == (some,)
