"""Queues and their jobs: one queue a topic, a job is a list of outbox ids in JSON.

RQ pickles by default, which lets whoever writes to Redis run code: JSON everywhere.
"""

from collections.abc import Sequence

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from gateway.settings import Settings
from gateway.store.outbox import Topic

IDS_A_JOB = 20
"""How many rows one job names at most."""

_SHARES = 8  # a burst is cut into so many jobs at least, so that all workers have a part of it

_FUNCTIONS = {
    Topic.FILE: "workers.jobs.file_mails",
    Topic.DELIVER: "workers.jobs.deliver_mails",
    Topic.SCAN: "workers.jobs.scan_files",
    Topic.PREVIEW: "workers.jobs.make_pictures",
    Topic.GUESTS: "workers.jobs.tell_guests",
    Topic.ACT: "workers.jobs.carry_on",
    Topic.DUE: "workers.jobs.see_due_times",
    Topic.REPORT: "workers.jobs.count_reports",
    Topic.EXPORT: "workers.jobs.make_exports",
    Topic.ERASE: "workers.jobs.erase_for_good",
    Topic.CERTIFY: "workers.jobs.certify_erasures",
    Topic.WIPE: "workers.jobs.wipe_files",
}
_WAITS_SECONDS = 600  # a doorbell older than this is not worth answering: the sweep has rung again
_FAILED_SECONDS = 60


def connect(settings: Settings, *, patience_seconds: float = 0.5) -> Redis:
    """A client that tries once and gives up after `patience_seconds`; it connects at first use."""
    return Redis.from_url(
        settings.effective_redis_url,
        socket_timeout=patience_seconds,
        socket_connect_timeout=min(patience_seconds, 2.0),
        retry=Retry(NoBackoff(), 0),
        # Nobody asks the server who its clients are, and reading our own version takes 1.5 MB a process.
        driver_info=None,
    )


def queue_of(topic: Topic, connection: Redis) -> Queue:
    """The queue of one topic."""
    return Queue(topic.value, connection=connection, serializer=JSONSerializer)


def tell(connection: Redis, topic: Topic, outbox_ids: Sequence[int], *, is_busy: bool = False) -> int:
    """Put jobs for these rows into the topic's queue, in one round trip; how many jobs wait there now.

    Where the workers are busy anyway, fewer and fuller jobs cost them less. Raises
    redis.exceptions.RedisError when the server is away.
    """
    queue = queue_of(topic, connection)
    size = IDS_A_JOB if is_busy else min(IDS_A_JOB, -(-len(outbox_ids) // _SHARES))
    jobs = [
        Queue.prepare_data(
            _FUNCTIONS[topic],
            ([*outbox_ids[start : start + size]],),
            result_ttl=0,
            failure_ttl=_FAILED_SECONDS,
            ttl=_WAITS_SECONDS,
            description=topic.value,
        )
        for start in range(0, len(outbox_ids), size)
    ]
    with connection.pipeline(transaction=False) as pipe:
        queue.enqueue_many(jobs, pipeline=pipe)
        pipe.llen(queue.key)
        return int(pipe.execute()[-1])
