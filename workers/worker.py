"""A worker: takes jobs of its topics from RQ, and the due rows themselves while the queue server is away.

RQ keeps books of its own about each job (states, executions, results), some twenty round trips
a job. Ours are in the database: a job here is a doorbell, forgotten as soon as it is answered,
and one that was lost is rung again by the sweep.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from gateway import clock, log
from gateway.errors import DeskError
from gateway.settings import Settings
from gateway.store import outbox
from gateway.store.outbox import Topic
from gateway.store.session import reading, transaction
from workers import jobs
from workers.queues import IDS_A_JOB, connect
from workers.stop import Stop

_WAIT_SECONDS = 5  # one blocking pop
_ANSWER_SECONDS = _WAIT_SECONDS + 3  # a server that says nothing for so long is taken for away
_HEARTBEAT_SECONDS = 10.0
_MAINTENANCE_SECONDS = 60
_KNOCK_SECONDS = 0.2  # between two looks whether the server is back
_AWAY_SECONDS = 2.0  # from then on the rows are worked through without it


class BellWorker(SimpleWorker):
    """An RQ worker on some queues, the first before the others.

    It leaves `work` quietly when asked to stop or when the server is away.
    """

    def __init__(self, topics: Sequence[Topic], connection: Redis, stop: Stop) -> None:
        self._stop = stop
        self._beaten_at = float("-inf")
        super().__init__(
            [topic.value for topic in topics],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=25,
            maintenance_interval=_MAINTENANCE_SECONDS,
        )

    @property
    def dequeue_timeout(self) -> int:
        """Seconds of one blocking pop."""
        return _WAIT_SECONDS

    @property
    def connection_timeout(self) -> int:
        """Seconds until a silent server counts as away."""
        return _ANSWER_SECONDS

    def bootstrap(self, *_args: Any, **_options: Any) -> None:
        """Register; no log handlers of RQ's, no thread that listens for RQ's commands."""
        self.register_birth()  # type: ignore[no-untyped-call]  # RQ's

    def _install_signal_handlers(self) -> None:
        """Those of `Stop` stay."""

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - RQ's signature
        """Nobody suspends our workers."""

    def set_state(self, state: str, pipeline: object = None) -> None:
        """Known here alone."""
        self._state = state

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Keep the registration alive, now and then rather than with every job."""
        if clock.monotonic() - self._beaten_at >= _HEARTBEAT_SECONDS:
            self._beaten_at = clock.monotonic()
            with contextlib.suppress(RedisError):
                super().heartbeat(timeout, pipeline)

    def run_maintenance_tasks(self) -> None:
        """Sweep up what killed workers left in Redis, if it is there."""
        with contextlib.suppress(RedisError):
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue]:
        """The next job, waited for without end."""
        while True:
            try:
                self.heartbeat()
                if self.should_run_maintenance_tasks:
                    self.run_maintenance_tasks()
                with self._stop.idle():
                    found = Queue.dequeue_any(
                        self.queues, timeout, connection=self.connection, serializer=self.serializer
                    )
            except DequeueTimeout:
                continue
            except RedisError as error:
                raise StopRequested from error
            if found is not None:
                return found

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Forget the job, then do what it says: were we killed in between, the sweep would ring again."""
        with contextlib.suppress(RedisError), self.connection.pipeline(transaction=False) as pipe:
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            pipe.delete(job.key)
            pipe.execute()
        try:
            job.perform()
        except Exception:  # noqa: BLE001 - the outermost frame of a job
            log.get("worker").exception("job.failed", queue=queue.name)

    def teardown(self) -> None:
        """Sign off, if there is somebody to sign off from."""
        with contextlib.suppress(RedisError):
            self.register_death()  # type: ignore[no-untyped-call]  # RQ's


def run(settings: Settings, topics: Sequence[Topic]) -> None:
    """Work on some topics until asked to stop, on a later one when the earlier ones have nothing.

    The process's database must be configured.
    """
    stop = Stop()
    stop.install()
    connection = connect(settings, patience_seconds=_ANSWER_SECONDS)
    prepared = jobs.prepare(settings, topics, is_stopping=lambda: stop.requested)
    with prepared, contextlib.suppress(StopRequested):
        while not stop.requested:
            with contextlib.suppress(RedisError):
                BellWorker(topics, connection, stop).work()
            if not stop.requested:
                _work_alone(topics, connection, stop)


def _work_alone(topics: Sequence[Topic], connection: Redis, stop: Stop) -> None:
    """Until the queue server is back: look at the outbox ourselves. StopRequested when asked to stop."""
    give_up_at, is_alone = clock.monotonic() + _AWAY_SECONDS, False
    while not _is_back(connection):
        if not is_alone and clock.monotonic() >= give_up_at:
            is_alone = True
            log.get("worker").warning("queue.away", topic=topics[0].value)
        if not (is_alone and any(_work_some(topic) for topic in topics)):
            stop.sleep(_KNOCK_SECONDS)
        if stop.requested:
            raise StopRequested
    if is_alone:
        log.get("worker").info("queue.back", topic=topics[0].value)


def _is_back(connection: Redis) -> bool:
    try:
        return bool(connection.ping())
    except RedisError:
        return False


def _work_some(topic: Topic) -> int:
    """Do what is due of this topic, a job's worth at most; how many rows that was."""
    try:
        with reading() as db:
            due_at = outbox.next_due_at(db)
        if due_at is None or due_at > clock.now():
            return 0
        with transaction() as db:
            rows = outbox.claim_due(db, now=clock.now(), limit=IDS_A_JOB, topic=topic)
    except DeskError:
        return 0  # the database is away too: nothing is lost by waiting
    jobs.work_on(topic, [row.id for row in rows])
    return len(rows)
