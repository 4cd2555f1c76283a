"""Keeps every viewer's picture up to date: wakes when the screen changes, one has read, or it is quiet."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor

from remote_bridge.client.outbox import Outbox
from remote_bridge.client.rfb.messages import RfbError
from remote_bridge.client.screen import Screen, ScreenUnavailable
from remote_bridge.client.showing import Showing
from remote_bridge.client.viewer import Viewer

_POLL_SECONDS = 1 / 40
_POINTER_SECONDS = 1 / 15
_LONGEST_SECONDS = 2.0


class Pump:
    """One for a session. `lost` is told of a viewer that reads no more, `broken` of a screen that is gone."""

    def __init__(
        self,
        outbox: Outbox,
        viewers: Mapping[int, Viewer],
        lost: Callable[[Viewer], None],
        broken: Callable[[str], None],
        pool: Executor,
    ) -> None:
        self._outbox, self._viewers, self._pool = outbox, viewers, pool
        self._lost, self._broken = lost, broken
        self._screen: Screen | None = None
        self._descriptor: int | None = None
        self._is_live = False
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self, screen: Screen) -> None:
        """The screen may be looked at from now on."""
        self._screen = screen
        self._descriptor = screen.fileno()
        seconds = _POLL_SECONDS if self._descriptor is None else _POINTER_SECONDS
        self.later(self._poll(seconds))
        if self._descriptor is not None:
            asyncio.get_running_loop().add_reader(self._descriptor, self.look)

    def later(self, work: Coroutine[object, object, None]) -> None:
        """Run beside the rest, no longer than the session."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _poll(self, seconds: float) -> None:
        """No server tells of the pointer's way, and some tell of nothing."""
        while True:
            await asyncio.sleep(seconds)
            self.look()

    def look(self) -> None:
        """Has the screen changed? Only asked when somebody could be sent it: else it may change on."""
        if self._screen is None:
            return
        showing = [viewer for viewer in self._viewers.values() if viewer.showing]
        is_wanted = self._is_live and any(v.showing and v.showing.takes_changes for v in showing)
        try:
            if not self._screen.is_dirty() or not is_wanted:
                return
            changes = self._screen.changes()
        except ScreenUnavailable as error:
            self._broken(str(error))
            return
        for viewer in showing:
            try:
                if viewer.showing:
                    viewer.showing.note(changes)
            except RfbError:
                self._lost(viewer)
            viewer.wake.set()

    def begin(self, viewer: Viewer, screen: Screen, name: str, *, takes_places: bool) -> None:
        """Show a viewer the screen from now on."""
        viewer.showing = Showing(screen, name, viewer.say_of_screen, takes_places=takes_places)
        viewer.task = asyncio.get_running_loop().create_task(self._show(viewer, viewer.showing))

    async def _show(self, viewer: Viewer, showing: Showing) -> None:
        while True:
            pause = min(
                _LONGEST_SECONDS if (mend_in := showing.mend_in()) is None else max(mend_in, 0.01),
                _LONGEST_SECONDS if (rest_in := showing.rest_in()) is None else max(rest_in, 0.001),
                _LONGEST_SECONDS,
            )
            # Waiting for what has happened already lets nobody else run: a screen that is always worth a look
            # would keep them off for good.
            await asyncio.sleep(0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await viewer.wake.wait()
            viewer.wake.clear()
            if showing.is_stuck():
                self._lost(viewer)
                return
            if not await self._step(viewer, showing):
                return

    async def _step(self, viewer: Viewer, showing: Showing) -> bool:
        """Send what may be sent; whether to go on."""
        while self._is_live:
            self.look()  # what the server said while it was asked something else wakes nobody
            if not showing.may_step():
                return True
            if not self._outbox.is_low:
                self._outbox.emptied.clear()
                await self._outbox.emptied.wait()
                continue
            try:
                if not await showing.step(self._pool):
                    return True  # what was drawn looks as before: the next change wakes us
            except ScreenUnavailable as error:
                self._broken(str(error))
                return False
        return True

    def files(self) -> None:
        """Files of ours may go on."""
        self.later(self._send_files())

    async def _send_files(self) -> None:
        while self._is_live and self._pump_files():
            if not self._outbox.is_low:
                self._outbox.emptied.clear()
                await self._outbox.emptied.wait()
            await asyncio.sleep(0)

    def _pump_files(self) -> bool:
        moving = [viewer.transfers.pump() for viewer in self._viewers.values()]
        return any(moving)

    def resume(self) -> None:
        """After a pause: what has waited goes out."""
        for viewer in self._viewers.values():
            viewer.say_held()
        self.files()

    def set_live(self, *, live: bool) -> None:
        """Whether pictures may be made at all."""
        if live and not self._is_live:
            for viewer in self._viewers.values():
                viewer.wake.set()
        self._is_live = live

    def _stop_watching(self) -> None:
        if self._descriptor is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
        self._screen = self._descriptor = None

    def close(self) -> None:
        """Nothing is looked at any more."""
        self._is_live = False
        self._stop_watching()
        for task in self._tasks:
            task.cancel()
