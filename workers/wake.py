"""Telling workers after a commit that there is work, and whoever looks on what has changed.

It never holds up whoever committed.
"""

import atexit
import contextlib
import os
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from redis import Redis
from redis.exceptions import RedisError

from gateway import clock, log
from gateway.rules.news import News, channel, encode
from gateway.settings import Settings
from gateway.store.outbox import Topic
from workers.queues import connect, tell

_BUSY_JOBS = 4
"""With more jobs than this in a queue nobody waits for the next: better gather fuller ones."""

_GATHER_SECONDS_A_JOB = 0.003  # less than a waiting job takes
_LONGEST_GATHER_SECONDS = 0.2
_LOG_AGAIN_SECONDS = 60.0
_LAST_WORDS_SECONDS = 0.5
_NEWS_AT_ONCE = 500


@dataclass(slots=True)
class Calls:
    """What was handed over: rows to ring for by topic, what has changed, and who waits for it to be told."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    news: dict[News, None] = field(default_factory=dict)
    watchers: list[threading.Event] = field(default_factory=list)

    def add(self, more: "Calls") -> None:
        """These as well; what is said twice is told once."""
        for topic, ids in more.rows.items():
            self.rows.setdefault(topic, []).extend(ids)
        self.news |= more.news
        self.watchers += more.watchers


class Bell:
    """Rings for outbox rows and tells news, from a thread of its own that starts with the first of them.

    What cannot be delivered is dropped: the sweep finds the rows, and who looks on looks again by themselves.
    Safe to carry over a fork.
    """

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._channel = channel(connection.get_connection_kwargs().get("db") or 0)
        self._logged_at = -_LOG_AGAIN_SECONDS
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.flush, _LAST_WORDS_SECONDS)

    def __call__(self, topic: str, outbox_ids: Sequence[int]) -> None:
        """Hand the rows to the thread; returns at once."""
        self._hand_over(Calls(rows={topic: list(outbox_ids)}))

    def announce(self, news: Iterable[News]) -> None:
        """Hand over what has changed; returns at once."""
        self._hand_over(Calls(news=dict.fromkeys(news)))

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until everything handed over has been rung for; whether that came in time."""
        if self._thread is None:
            return True
        rung = threading.Event()
        self._calls.put(Calls(watchers=[rung]))
        return rung.wait(timeout_seconds)

    def _hand_over(self, calls: Calls) -> None:
        self._calls.put(calls)
        if self._thread is None:
            self._start()

    def _forget(self) -> None:
        """A fork leaves the thread behind: start as if nothing had been said yet."""
        self._calls: SimpleQueue[Calls] = SimpleQueue()
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
            gathered = self._gathered()
            waiting = self._ring(gathered, is_busy=waiting > _BUSY_JOBS)
            for watcher in gathered.watchers:
                watcher.set()
            if waiting > _BUSY_JOBS:
                time.sleep(min(waiting * _GATHER_SECONDS_A_JOB, _LONGEST_GATHER_SECONDS))

    def _gathered(self) -> Calls:
        """The next call and all that have come meanwhile."""
        gathered = self._calls.get()
        with contextlib.suppress(Empty):
            while True:
                gathered.add(self._calls.get_nowait())
        return gathered

    def _ring(self, gathered: Calls, *, is_busy: bool) -> int:
        try:
            waiting = [
                tell(self._connection, Topic(topic), ids, is_busy=is_busy)
                for topic, ids in gathered.rows.items()
            ]
            self._publish(list(gathered.news))
            return max(waiting, default=0)
        except (RedisError, OSError) as error:
            if clock.monotonic() - self._logged_at >= _LOG_AGAIN_SECONDS:
                self._logged_at = clock.monotonic()
                log.get("wake").warning("wake.dropped", error=type(error).__name__)
            return 0

    def _publish(self, news: Sequence[News]) -> None:
        for start in range(0, len(news), _NEWS_AT_ONCE):
            self._connection.publish(self._channel, encode(news[start : start + _NEWS_AT_ONCE]))


def make_wake(settings: Settings) -> Bell:
    """What a process gives to `session.configure`: rings for its commits."""
    return Bell(connect(settings))
