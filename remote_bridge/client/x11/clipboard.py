"""The clipboard of X11 (ICCCM 2.0, chapter 2): asked of its owner, or owned by us."""

import asyncio
import contextlib
from typing import Any

import xcffib
import xcffib.xproto

from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.connection import Connection

_SECONDS = 2.0
_MOST_BYTES = 256 * 1024
_PIECE_BYTES = 64 * 1024
_ANY = 0
_REPLACE, _APPEND = 0, 2
_MOST_WORDS = 1 << 24


class X11Clipboard:
    """The selection CLIPBOARD, as text."""

    def __init__(self, display: str | None = None) -> None:
        self._c = Connection(display)
        self._window: int = self._c.x.generate_id()
        screen, mask = self._c.screen, xcffib.xproto.EventMask.PropertyChange
        self._c.core.CreateWindow(
            0, self._window, self._c.root, 0, 0, 1, 1, 0,
            xcffib.xproto.WindowClass.InputOutput, screen.root_visual, xcffib.xproto.CW.EventMask, [mask],
        )  # fmt: skip
        names = ("CLIPBOARD", "UTF8_STRING", "TARGETS", "INCR", "TEXT", "STRING", "M4A_SELECTION", "ATOM")
        self._atoms = {name: self._c.atom(name) for name in names}
        self._atoms["text/plain;charset=utf-8"] = self._c.atom("text/plain;charset=utf-8")
        self._texts = [self._atoms[n] for n in ("UTF8_STRING", "text/plain;charset=utf-8", "TEXT", "STRING")]
        self._owned: bytes | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._piece: asyncio.Event = asyncio.Event()
        self._has_answer = False
        self._lock = asyncio.Lock()
        self._c.flush()
        self._descriptor = self._c.fileno()
        self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self._read)

    async def text(self) -> str:
        if self._owned is not None:
            return self._owned.decode("utf-8")
        async with self._lock:
            with contextlib.suppress(xcffib.ConnectionException):
                return await self._ask()
        return ""

    async def _ask(self) -> str:
        for target in ("UTF8_STRING", "STRING"):
            data = await self._fetch(self._atoms[target])
            if data is not None:
                return data.decode("utf-8" if target == "UTF8_STRING" else "latin-1", "replace")
        return ""

    async def _fetch(self, target: int) -> bytes | None:
        """What the owner gives in this form; None when it gives none, or not in time."""
        ours = self._atoms["M4A_SELECTION"]
        self._waiting = asyncio.get_running_loop().create_future()
        self._has_answer = False
        self._c.core.ConvertSelection(self._window, self._atoms["CLIPBOARD"], target, ours, 0)
        self._c.flush()
        self._read()
        try:
            async with asyncio.timeout(_SECONDS):
                await self._waiting
                return await self._collect() if self._has_answer else None
        except TimeoutError:
            return None
        finally:
            self._waiting = None

    async def _collect(self) -> bytes:
        """The property, or its pieces until an empty one (INCR). Too much of it is cut off."""
        kind, data = self._take_property()
        if kind != self._atoms["INCR"]:
            return data[:_MOST_BYTES]
        whole = b""
        while True:
            self._piece.clear()
            self._c.flush()
            self._read()
            await self._piece.wait()
            kind, data = self._take_property()
            if not data:
                return whole[:_MOST_BYTES]
            whole = (whole + data)[: _MOST_BYTES + 1]

    def _take_property(self) -> tuple[int, bytes]:
        ours, is_read = self._atoms["M4A_SELECTION"], True
        answer = self._c.core.GetProperty(is_read, self._window, ours, _ANY, 0, _MOST_WORDS).reply()
        return answer.type, bytes(answer.value.buf())

    async def put(self, text: str) -> None:
        self._owned = text.encode("utf-8", "replace")
        with contextlib.suppress(xcffib.ConnectionException):
            self._c.core.SetSelectionOwner(self._window, self._atoms["CLIPBOARD"], 0)
            self._c.flush()

    def _read(self) -> None:
        try:
            for event in self._c.events():
                self._take(event)
        except (ScreenUnavailable, xcffib.ConnectionException):
            self._stop_reading()  # whoever shows the screen says it

    def _take(self, event: Any) -> None:
        match event:
            case xcffib.xproto.SelectionNotifyEvent():
                if self._waiting is not None and not self._waiting.done():
                    self._has_answer = event.property != 0
                    self._waiting.set_result(None)
            case xcffib.xproto.PropertyNotifyEvent(atom=atom, state=0):
                if atom == self._atoms["M4A_SELECTION"]:
                    self._piece.set()
            case xcffib.xproto.SelectionClearEvent():
                self._owned = None
            case xcffib.xproto.SelectionRequestEvent():
                self._give(event)
            case _:
                pass

    def _give(self, event: Any) -> None:
        """Another program wants what we own (ICCCM 2.2)."""
        place = event.property or event.target
        if self._owned is None:
            place = 0
        elif event.target == self._atoms["TARGETS"]:
            offered = [self._atoms["TARGETS"], *self._texts]
            self._c.core.ChangeProperty(
                _REPLACE, event.requestor, place, self._atoms["ATOM"], 32, len(offered), offered
            )
        elif event.target in self._texts:
            kind = self._atoms["UTF8_STRING"] if event.target == self._atoms["TEXT"] else event.target
            self._write(event.requestor, place, kind, self._owned)
        else:
            place = 0
        synthetic: Any = xcffib.xproto.SelectionNotifyEvent.synthetic
        answer = synthetic(event.time, event.requestor, event.selection, event.target, place)
        self._c.core.SendEvent(False, event.requestor, 0, answer.pack())  # noqa: FBT003
        self._c.flush()

    def _write(self, window: int, place: int, kind: int, data: bytes) -> None:
        mode = _REPLACE
        for at in range(0, max(len(data), 1), _PIECE_BYTES):
            piece = data[at : at + _PIECE_BYTES]
            self._c.core.ChangeProperty(mode, window, place, kind, 8, len(piece), piece)
            mode = _APPEND

    def close(self) -> None:
        self._stop_reading()
        self._c.close()

    def _stop_reading(self) -> None:
        if self._loop is not None:
            self._loop.remove_reader(self._descriptor)
            self._loop = None
