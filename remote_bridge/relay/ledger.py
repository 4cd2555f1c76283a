"""What rooms have to say to the desk, in order and away from the sockets: a slow database holds nobody up."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial

from gateway import clock, log
from gateway.errors import DeskError, Unavailable
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.relay.admission import Admission

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0
MOST_LINES = 10_000
"""While so many wait for a database that is away or slow, nobody else is let in.

Nothing is lost, and it stays bounded: of those who are there each viewer can leave once, and each session end
once; its states and a system's take each other's place.
"""
_CONSENTED = (State.LIVE, State.PAUSED)


class Ledger:
    """Notes of all rooms, with the moment at which it happened, however late they are written.

    The newest state of a session takes the place of one that still waits, and keeps the moment of consent.
    """

    def __init__(
        self, admission: Admission, executor: Executor, *, now: Callable[[], datetime] = clock.now
    ) -> None:
        self._admission, self._executor, self._now = admission, executor, now
        self._waiting: deque[int | Callable[[], object]] = deque()
        """An int: the state of this session, which is among `_states`."""
        self._states: dict[int, tuple[Standing, datetime]] = {}
        self._is_overfull = False
        self._bell = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def state(self, session_id: int, standing: Standing) -> None:
        """How far a session is."""
        waiting = self._states.get(session_id)
        at = waiting[1] if waiting and waiting[0].state in _CONSENTED else self._now()
        self._states[session_id] = standing, at
        if waiting is None:
            self._put(session_id)

    def left(self, visit_id: int, *, controlled: bool) -> None:
        """A viewer has gone."""
        self._put(partial(self._admission.leave, visit_id, controlled=controlled, at=self._now()))

    def ended(self, session_id: int, why: Why) -> None:
        """A session is over."""
        self._put(partial(self._admission.end, session_id, why, at=self._now()))

    def note(self, line: Callable[[], object]) -> None:
        """Whatever else there is to write, behind what waits."""
        self._put(line)

    @property
    def waiting(self) -> int:
        """How many notes are not written yet."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may come in, as what they do might not be noted for long."""
        return len(self._waiting) >= MOST_LINES

    async def run(self) -> None:
        """Write until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            await self._bell.wait()
            while self._waiting:
                if await self._is_next_written():
                    pause = _FIRST_PAUSE_SECONDS
                    continue
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            self._bell.clear()
            self._idle.set()

    async def _is_next_written(self) -> bool:
        """False: the database is away, and it is to be tried again."""
        entry = self._waiting.popleft()
        if isinstance(entry, int):
            is_written = await self._is_state_written(entry)
        else:
            is_written = await self._is_written(entry)
        if not is_written:
            self._waiting.appendleft(entry)
        return is_written

    async def _is_state_written(self, session_id: int) -> bool:
        noted = self._states.pop(session_id, None)
        if noted is None:
            return True
        standing, at = noted
        note = partial(self._admission.note_state, session_id, standing, at=at)
        if await self._is_written(note):
            return True
        newer = self._states.get(session_id)
        if newer is None or standing.state in _CONSENTED:
            self._states[session_id] = newer[0] if newer else standing, at
        return False

    async def _is_written(self, line: Callable[[], object]) -> bool:
        """False: the database is away."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, line)
        except Unavailable:
            return False
        except DeskError as error:
            log.get("relay").warning("relay.not_noted", cause=type(error).__name__)
        except Exception:  # noqa: BLE001 - logged; what waits behind it is written all the same
            log.get("relay").exception("relay.not_noted")
        return True

    async def written(self) -> None:
        """Until nothing waits."""
        await self._idle.wait()

    def _put(self, line: int | Callable[[], object]) -> None:
        self._waiting.append(line)
        if self.is_full != self._is_overfull:
            self._is_overfull = self.is_full
            if self._is_overfull:
                log.get("relay").error("relay.notes_waiting", waiting=self.waiting)
        self._idle.clear()
        self._bell.set()
