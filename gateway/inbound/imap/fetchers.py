"""A process that fetches: takes sources by lease, one thread for each, and gives way when others wait.

What talks IMAP is imported with the first source: a desk without any pays for a look into the database.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from gateway import log
from gateway.clock import Clock, monotonic
from gateway.errors import DeskError
from gateway.ids import new_public_id
from gateway.inbound.imap.setbacks import Setbacks
from gateway.inbound.imap.stopping import Stopped, Stopper
from gateway.store import imap
from gateway.store.imap import LeasedSource
from gateway.store.servers import Trouble
from gateway.store.session import reading, transaction

MOST_AT_ONCE = 50
"""Sources that one process watches at the same time."""

LEASE = timedelta(seconds=12)
"""So long does nobody fetch after a process was killed; renewed four times within it."""

_TICK_SECONDS, _IDLE_TICK_SECONDS = 1.0, 3.0
_RENEW_SECONDS = 3.0
_TURN_SECONDS = 30.0
_GRACE_SECONDS = 4.0
_ONCE_AT_ONCE = 8
_MOST_LOOKED_AT = 1000
_log = log.get("imap")


class Watch(Protocol):
    """What is done with a source that we hold; gives it back at its end."""

    def run(self, *, once: bool = False) -> Trouble | None:
        """See `gateway.inbound.imap.watching`."""
        ...


MakeWatch = Callable[[LeasedSource, Stopper, dict[str, Setbacks]], Watch]


@dataclass(slots=True)
class _Running:
    """A source in a thread of ours."""

    source: LeasedSource
    stopper: Stopper
    thread: threading.Thread
    since: float = field(default_factory=monotonic)


class Fetchers:
    """Keeps up to `most` sources watched; its methods belong to one thread."""

    def __init__(self, make_watch: MakeWatch, clock: Clock, *, most: int = MOST_AT_ONCE) -> None:
        self._make_watch, self._clock, self._most = make_watch, clock, most
        self._owner = new_public_id()
        self._running: list[_Running] = []
        self._setbacks: dict[int, dict[str, Setbacks]] = {}
        self._renewed_at = monotonic()
        self._begun_at: dict[int, float] = {}
        self._outcomes: dict[int, Trouble | None] = {}

    def run(self, stopper: Stopper) -> None:
        """Until stopped; then every watch ends within seconds."""
        try:
            while True:
                stopper.wait([], self._tick_safely())
        except Stopped:
            self._stop_all()

    def run_once(self, stopper: Stopper) -> Mapping[int, Trouble | None]:
        """Every source that nobody else holds, until nothing new is left in it; what was wrong, by source.

        Those that rest after a fault are tried, too.
        """
        try:
            with reading() as db:
                waiting = imap.list_waiting(db, now=self._clock.now(), limit=100_000, also_resting=True)
            while waiting or self._running:
                stopper.check()
                while waiting and len(self._running) < min(self._most, _ONCE_AT_ONCE):
                    self._begin(waiting.pop(0), once=True)
                stopper.wait([], 0.02)
                self._renew()
                self._reap()
        except Stopped:
            self._stop_all()
        return self._outcomes

    def _tick_safely(self) -> float:
        """Look after everything; the seconds until it is worth doing again."""
        try:
            return self._tick()
        except DeskError as error:
            _log.warning("imap.put_off", error=type(error).__name__)
        except Exception:  # noqa: BLE001 - the outermost frame: what runs goes on
            _log.exception("imap.tick_failed")
        return _TICK_SECONDS

    def _tick(self) -> float:
        self._reap()
        self._renew()
        free = self._most - len(self._running)
        with reading() as db:
            waiting = imap.list_waiting(db, now=self._clock.now(), limit=_MOST_LOOKED_AT)
        if waiting and free <= 0:
            self._give_way()
        waiting.sort(key=lambda source_id: self._begun_at.get(source_id, float("-inf")))
        for source_id in waiting[: max(free, 0)]:
            self._begin(source_id)
        return _TICK_SECONDS if self._running or waiting else _IDLE_TICK_SECONDS

    def _begin(self, source_id: int, *, once: bool = False) -> None:
        with transaction() as db:
            now = self._clock.now()
            source = imap.claim(db, source_id, owner=self._owner, now=now, lease=LEASE, also_resting=once)
        if source is None:
            return  # another process was quicker
        self._begun_at[source_id] = monotonic()
        stopper = Stopper()
        setbacks = self._setbacks.setdefault(source_id, {})

        def watch() -> None:
            try:
                self._outcomes[source_id] = self._make_watch(source, stopper, setbacks).run(once=once)
            except Exception:  # noqa: BLE001 - the outermost frame of this thread
                _log.exception("imap.watch_failed", source=source_id)
                self._outcomes[source_id] = Trouble.OURS

        thread = threading.Thread(target=watch, name=f"imap-{source_id}", daemon=True)
        self._running.append(_Running(source, stopper, thread))
        thread.start()

    def _renew(self) -> None:
        """Keep what we hold; whoever lost its lease (changed, paused, removed) stops."""
        if not self._running or monotonic() - self._renewed_at < _RENEW_SECONDS:
            return
        with transaction() as db:
            ours = imap.renew(db, self._owner, now=self._clock.now(), lease=LEASE)
        self._renewed_at = monotonic()
        for running in self._running:
            if running.source.lease_token not in ours:
                running.stopper.set()

    def _reap(self) -> None:
        for running in [one for one in self._running if not one.thread.is_alive()]:
            running.stopper.close()
            self._running.remove(running)

    def _give_way(self) -> None:
        """Others wait and there is no room: whoever had the longest turn ends."""
        longest = min(self._running, key=lambda running: running.since)
        if monotonic() - longest.since >= _TURN_SECONDS:
            longest.stopper.set()

    def _stop_all(self) -> None:
        deadline = monotonic() + _GRACE_SECONDS
        for running in self._running:
            running.stopper.set()
        for running in self._running:
            running.thread.join(max(0.0, deadline - monotonic()))
        self._reap()
