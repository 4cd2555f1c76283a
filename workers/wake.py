"""Telling workers after a commit that there is work, without ever holding up whoever committed."""

import atexit
import contextlib
import os
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from redis import Redis
from redis.exceptions import RedisError

from gateway import clock, log
from gateway.settings import Settings
from gateway.store.outbox import Topic
from gateway.store.session import Wake
from workers.queues import connect, tell

_BUSY_JOBS = 4
"""With more jobs than this in a queue nobody waits for the next: better gather fuller ones."""

_GATHER_SECONDS_A_JOB = 0.003  # less than a waiting job takes
_LONGEST_GATHER_SECONDS = 0.2
_LOG_AGAIN_SECONDS = 60.0
_LAST_WORDS_SECONDS = 0.5

Call = tuple[str, Sequence[int]]
"""A topic and the outbox rows to ring for."""


class Bell:
    """Rings for outbox rows from a thread of its own, which starts with the first ring of a process.

    A ring that cannot be delivered is dropped: the sweep finds its rows. Safe to carry over a fork.
    """

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._logged_at = -_LOG_AGAIN_SECONDS
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.flush, _LAST_WORDS_SECONDS)

    def __call__(self, topic: str, outbox_ids: Sequence[int]) -> None:
        """Hand the rows to the thread; returns at once."""
        self._calls.put((topic, tuple(outbox_ids)))
        if self._thread is None:
            self._start()

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until everything handed over has been rung for; whether that came in time."""
        if self._thread is None:
            return True
        rung = threading.Event()
        self._calls.put(rung)
        return rung.wait(timeout_seconds)

    def _forget(self) -> None:
        """A fork leaves the thread behind: start as if nothing had been said yet."""
        self._calls: SimpleQueue[Call | threading.Event] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="wake", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        waiting = 0
        while True:
            gathered, watchers = self._gathered()
            waiting = self._ring(gathered, is_busy=waiting > _BUSY_JOBS)
            for watcher in watchers:
                watcher.set()
            if waiting > _BUSY_JOBS:
                time.sleep(min(waiting * _GATHER_SECONDS_A_JOB, _LONGEST_GATHER_SECONDS))

    def _gathered(self) -> tuple[dict[str, list[int]], list[threading.Event]]:
        """The next call and all that have come meanwhile, by topic, and who waits for them."""
        gathered: dict[str, list[int]] = {}
        watchers: list[threading.Event] = []
        call = self._calls.get()
        with contextlib.suppress(Empty):
            while True:
                if isinstance(call, threading.Event):
                    watchers.append(call)
                else:
                    gathered.setdefault(call[0], []).extend(call[1])
                call = self._calls.get_nowait()
        return gathered, watchers

    def _ring(self, gathered: dict[str, list[int]], *, is_busy: bool) -> int:
        try:
            return max(
                (
                    tell(self._connection, Topic(topic), ids, is_busy=is_busy)
                    for topic, ids in gathered.items()
                ),
                default=0,
            )
        except (RedisError, OSError) as error:
            if clock.monotonic() - self._logged_at >= _LOG_AGAIN_SECONDS:
                self._logged_at = clock.monotonic()
                log.get("wake").warning("wake.dropped", error=type(error).__name__)
            return 0


def make_wake(settings: Settings) -> Wake:
    """What a process gives to `session.configure`: rings for its commits."""
    return Bell(connect(settings))
