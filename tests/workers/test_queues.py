import json
import time
import zlib

import pytest
from redis.exceptions import RedisError

from gateway.settings import Settings
from gateway.store.outbox import Topic
from tests.fakes.desk import Server
from workers.queues import IDS_A_JOB, connect, queue_of, tell


def test_a_burst_is_shared_out_among_the_workers(server: Server) -> None:
    assert tell(server.client(), Topic.FILE, [1, 2, 3]) == 3
    assert tell(server.client(), Topic.FILE, list(range(40))) == 3 + 8


def test_busy_workers_get_full_jobs(server: Server) -> None:
    ids = list(range(1, 2 * IDS_A_JOB + 2))
    assert tell(server.client(), Topic.FILE, ids, is_busy=True) == 3
    jobs = queue_of(Topic.FILE, server.client()).jobs
    assert [one for job in jobs for one in job.args[0]] == ids


def test_a_job_is_json(server: Server) -> None:
    tell(server.client(), Topic.DELIVER, [7])
    (job,) = queue_of(Topic.DELIVER, server.client()).jobs
    data = server.client().hget(job.key, "data")
    assert isinstance(data, bytes)
    assert json.loads(zlib.decompress(data))[0] == "workers.jobs.deliver_mails"


def test_an_absent_server_is_noticed_at_once(settings: Settings) -> None:
    began = time.monotonic()
    with pytest.raises(RedisError):
        tell(connect(settings), Topic.FILE, [1])
    assert time.monotonic() - began < 5
