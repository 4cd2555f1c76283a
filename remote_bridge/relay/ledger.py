"""What rooms have to say to the desk, in order and away from the sockets: a slow database holds nobody up."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

from gateway import log
from gateway.errors import DeskError, Unavailable
from remote_bridge.protocol.state import Standing, Why
from remote_bridge.relay.admission import Admission

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0
MOST_LINES = 10_000
"""What waits while the database is away; beyond that the oldest is lost. Ends are found again by `still`."""


class Ledger:
    """Notes of all rooms. The newest state of a session takes the place of one that still waits."""

    def __init__(self, admission: Admission, executor: Executor) -> None:
        self._admission, self._executor = admission, executor
        self._waiting: deque[Callable[[], object]] = deque(maxlen=MOST_LINES)
        self._states: dict[int, Standing] = {}
        self._bell = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def state(self, session_id: int, standing: Standing) -> None:
        """How far a session is."""
        if session_id not in self._states:
            self._put(partial(self._note_state, session_id))
        self._states[session_id] = standing

    def left(self, visit_id: int, *, controlled: bool) -> None:
        """A viewer has gone."""
        self._put(partial(self._admission.leave, visit_id, controlled=controlled))

    def ended(self, session_id: int, why: Why) -> None:
        """A session is over."""
        self._put(partial(self._admission.end, session_id, why))

    def note(self, line: Callable[[], object]) -> None:
        """Whatever else there is to write, behind what waits."""
        self._put(line)

    async def run(self) -> None:
        """Write until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            await self._bell.wait()
            while self._waiting:
                line = self._waiting.popleft()
                if await self._is_written(line):
                    pause = _FIRST_PAUSE_SECONDS
                    continue
                if len(self._waiting) < MOST_LINES:
                    self._waiting.appendleft(line)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            self._bell.clear()
            self._idle.set()

    async def _is_written(self, line: Callable[[], object]) -> bool:
        """False: the database is away, and the line is to be tried again."""
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

    def _put(self, line: Callable[[], object]) -> None:
        self._waiting.append(line)
        self._idle.clear()
        self._bell.set()

    def _note_state(self, session_id: int) -> None:
        standing = self._states.pop(session_id, None)
        if standing is not None:
            try:
                self._admission.note_state(session_id, standing)
            except Unavailable:
                self._states.setdefault(session_id, standing)
                raise
