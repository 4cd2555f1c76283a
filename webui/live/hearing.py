"""Hearing what other processes tell: one connection to the queue server, made anew whenever it is lost."""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from gateway import clock, log
from gateway.rules.news import News, channel, decode
from gateway.settings import Settings

_CONNECT_SECONDS = 2.0
_SILENCE_SECONDS = 10.0
"""From then on the server is asked whether it is there still."""

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_LOG_AGAIN_SECONDS = 60.0


class Ear:
    """Calls `hear` with all news, and `missed` after every gap, both from a thread of its own."""

    def __init__(
        self, settings: Settings, *, hear: Callable[[Sequence[News]], object], missed: Callable[[], object]
    ) -> None:
        self._url = settings.effective_redis_url
        self._hear, self._missed = hear, missed
        self._logged_at = -_LOG_AGAIN_SECONDS
        self.is_listening = threading.Event()

    def start(self) -> None:
        """Listen from now on, as long as the process lives."""
        threading.Thread(target=self._run, name="ear", daemon=True).start()

    def _run(self) -> None:
        pause = _SHORTEST_PAUSE
        while True:
            try:
                self._listen()
            except (RedisError, OSError) as error:
                self._complain(error)
            pause = _SHORTEST_PAUSE if self.is_listening.is_set() else min(2 * pause, _LONGEST_PAUSE)
            self.is_listening.clear()
            time.sleep(pause)

    def _listen(self) -> None:
        client = Redis.from_url(
            self._url,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=2 * _SILENCE_SECONDS,
            health_check_interval=_SILENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,
        )
        database = client.get_connection_kwargs().get("db") or 0
        with contextlib.closing(client), client.pubsub() as listening:  # type: ignore[no-untyped-call]  # redis's
            listening.subscribe(channel(database))
            while True:
                message = listening.get_message(timeout=_SILENCE_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    self.is_listening.set()
                    self._missed()
                elif message["type"] == "message":
                    self._hear(decode(message["data"]))

    def _complain(self, error: Exception) -> None:
        if clock.monotonic() - self._logged_at >= _LOG_AGAIN_SECONDS:
            self._logged_at = clock.monotonic()
            log.get("live").warning("live.deaf", error=type(error).__name__)
