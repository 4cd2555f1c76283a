"""Who listens in this process, and what each of them has yet to be told. No network, no thread of its own.

All but the counts belongs to the thread of the server's loop.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, current_app

from gateway import clock
from gateway.desk.signin import SignedIn
from gateway.rules.news import Kind, News
from webui.live.presence import Presences

MOST_STREAMS = 1000
"""Of one process; a stream is a few kilobytes."""

MOST_A_PERSON = 20
"""Of one person in one process; the tabs of a browser share one."""

COMING_SECONDS = 5.0
"""How long a place is kept for a stream whose answer is on its way."""

MOST_PENDING = 50
"""Who has not yet been told of more than this is told to look at everything."""

LOOK = "look"
_KEY = "live"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who listens. Who is `limited` learns no number: it might be of a ticket that they do not see."""

    account_id: int
    staff_id: int
    limited: bool

    @classmethod
    def of(cls, person: SignedIn) -> "Viewer":
        """The person as a listener."""
        return cls(person.actor.account_id, person.actor.staff_id or 0, not person.sees_all)


class Listener:
    """One stream: what it has yet to say, each thing once."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.is_doubted = False
        self._pending: dict[tuple[str, int], None] = {}
        self._called = asyncio.Event()

    def put(self, kind: str, number: int = 0) -> None:
        """Have it said that something of this kind has happened to this ticket, 0 for some ticket."""
        self._pending[kind, number] = None
        if len(self._pending) > MOST_PENDING:
            self._pending = {(LOOK, 0): None}
        self._called.set()

    def doubt(self) -> None:
        """Their sign-in is to be looked at again before anything else is said."""
        self.is_doubted = True
        self._called.set()

    async def wait(self, seconds: float) -> None:
        """Until there is something, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            return

    def take(self) -> tuple[tuple[str, int], ...]:
        """What is to be said now, as far as they may know it by now."""
        self._called.clear()
        taken = dict.fromkeys((kind, 0 if self.viewer.limited else number) for kind, number in self._pending)
        self._pending.clear()
        return tuple(taken)


class Hub:
    """The listeners of a process, by account, and who is where."""

    def __init__(self) -> None:
        self.presences = Presences()
        self._listeners: dict[int, set[Listener]] = {}
        self._people: Counter[int] = Counter()
        self._coming: list[tuple[int, float]] = []
        self._lock = threading.Lock()

    def expect(self, staff_id: int) -> bool:
        """Keep a place for a stream that is about to begin; False where one more would be too many.

        Pages ask this in their thread, a moment before the stream joins in the loop's.
        """
        now = clock.monotonic()
        with self._lock:
            self._coming = [(who, until) for who, until in self._coming if until > now]
            theirs = self._people[staff_id] + sum(who == staff_id for who, _until in self._coming)
            if self._people.total() + len(self._coming) >= MOST_STREAMS or theirs >= MOST_A_PERSON:
                return False
            self._coming.append((staff_id, now + COMING_SECONDS))
            return True

    def join(self, viewer: Viewer) -> Listener:
        """Listen from now on, at the place that was kept."""
        listener = Listener(viewer)
        self._listeners.setdefault(viewer.account_id, set()).add(listener)
        with self._lock:
            kept = next((one for one in self._coming if one[0] == viewer.staff_id), None)
            if kept is not None:
                self._coming.remove(kept)
            self._people[viewer.staff_id] += 1
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen no more."""
        mine = self._listeners[listener.viewer.account_id]
        mine.discard(listener)
        if not mine:
            del self._listeners[listener.viewer.account_id]
        with self._lock:
            self._people[listener.viewer.staff_id] -= 1
            self._people += Counter()  # forgets who has none

    def hear(self, news: Iterable[News]) -> None:
        """Pass on what has changed to those whose account it is."""
        for one in news:
            if one.kind is Kind.SESSIONS:
                self._doubt(one.staff_id)
                continue
            if one.kind is Kind.PEOPLE and not self.presences.note(one):
                continue  # they do what they did
            for listener in self._listeners.get(one.account_id, ()):
                listener.put(one.kind.value, one.number)

    def look_again(self) -> None:
        """Something may have been missed: everybody is to look."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.put(LOOK)

    def sweep(self) -> None:
        """Say of whom nothing was heard for too long that they are gone."""
        for account_id, number in self.presences.sweep():
            for listener in self._listeners.get(account_id, ()):
                listener.put(Kind.PEOPLE.value, number)

    def _doubt(self, staff_id: int) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                if listener.viewer.staff_id == staff_id:
                    listener.doubt()


def install(app: Flask) -> None:
    """Give the application its hub; processes forked after this have one each."""
    app.extensions[_KEY] = Hub()


def of(app: Flask) -> Hub:
    """The hub of an application."""
    installed: Hub = app.extensions[_KEY]
    return installed


def hub() -> Hub:
    """The hub of the application that answers this request."""
    return of(current_app)
