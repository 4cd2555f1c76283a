"""`--system`: stays, and answers whoever calls, with one session at a time.

The main thread belongs to the face, as in a session by a link; the presence has a thread of its own.
"""

import asyncio
import contextlib
import gc
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from remote_bridge.client.acts import Act
from remote_bridge.client.desk import OpenDesk
from remote_bridge.client.desks import TakeStopKey
from remote_bridge.client.engine import Engine
from remote_bridge.client.face.face import Face
from remote_bridge.client.links import Link
from remote_bridge.client.reporting import Report, open_report
from remote_bridge.client.system.keeping import Enrolment, Keeping
from remote_bridge.client.system.presence import Presence, Rung
from remote_bridge.protocol.hello import Way

_AGAIN_SECONDS = 15.0
"""Before a call that could not be answered is tried again."""

_KNOWN = 256
_STOP_SECONDS = 3.0


class Calls:
    """Which calls are answered: one at a time, each once; what did not come about, after a while again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_busy = False
        self._not_before: dict[str, float] = {}

    def take(self, session: str, now: float) -> bool:
        """Whether this one is to be answered now; then no other is until `over`."""
        with self._lock:
            if self._is_busy or now < self._not_before.get(session, 0.0):
                return False
            self._is_busy = True
            return True

    def over(self, session: str, now: float, *, has_begun: bool) -> None:
        """It is over. A session that had begun is known for ever."""
        with self._lock:
            self._is_busy = False
            self._not_before[session] = float("inf") if has_begun else now + _AGAIN_SECONDS
            while len(self._not_before) > _KNOWN:
                del self._not_before[next(iter(self._not_before))]


@dataclass(frozen=True)
class Room:
    """What a session on this computer needs."""

    open_desk: OpenDesk
    take_stop_key: TakeStopKey
    downloads: Path
    make_face: Callable[[Callable[[Act], None], Report], Face]
    say: Callable[[str], None]
    """A line for whoever reads the terminal or the log. From any thread."""


class Stay:
    """`run` it on the main thread."""

    def __init__(self, keeping: Keeping, room: Room) -> None:
        self._keeping, self._room = keeping, room
        self._events: queue.SimpleQueue[tuple[Enrolment, Rung] | BaseException | None] = queue.SimpleQueue()
        self._calls = Calls()
        self._engine: Engine | None = None
        self._enrolment: Enrolment | None = None
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Until this computer is forgotten, or KeyboardInterrupt. Removed, Unreadable."""
        thread = threading.Thread(target=self._be_there, name="presence", daemon=True)
        thread.start()
        try:
            while (event := self._events.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                self._answer(*event)
                # A window of Tk that is left to the collector of another thread takes the process with it.
                gc.collect()
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._leave)
            thread.join(_STOP_SECONDS)

    # -- the presence's thread -------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """For the terminal or the log."""
        self._room.say(text)

    def ring(self, rung: Rung) -> None:
        """Answer it if nothing else is being answered; else it will ring again."""
        if self._enrolment is not None and self._calls.take(rung.session, time.monotonic()):
            self._events.put((self._enrolment, rung))

    def regrant(self) -> None:
        """Tell a session that runs."""
        if engine := self._engine:
            engine.regrant()

    def _be_there(self) -> None:
        asyncio.set_event_loop(self._loop)
        ended: BaseException | None = None
        try:
            self._main = self._loop.create_task(self._keep())
            self._loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - the main thread raises it
            ended = error
        finally:
            self._events.put(ended)
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _keep(self) -> None:
        while enrolment := self._keeping.find():
            self._enrolment = enrolment
            await Presence(self._keeping, enrolment, self).run()

    def _leave(self) -> None:
        if self._main is not None:
            self._main.cancel()

    # -- the main thread -------------------------------------------------------------------------------

    def _answer(self, enrolment: Enrolment, rung: Rung) -> None:
        room = self._room
        engine = Engine(
            Link(enrolment.desk, rung.secret),
            room.open_desk,
            room.take_stop_key,
            room.downloads,
            way=Way.SYSTEM,
            grant=self._keeping,
        )
        self._engine = engine

        def report(why: str) -> str:
            return open_report(enrolment.desk, engine.failed_by or why)

        try:
            face = room.make_face(engine.act, report)
            engine.start(face)
            face.run()
        finally:
            engine.stop()
            self._engine = None
            self._calls.over(rung.session, time.monotonic(), has_begun=engine.has_begun)
        if engine.failure:
            room.say(engine.failure)
