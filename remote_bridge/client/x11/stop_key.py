"""The key that ends a session wherever the customer is: Ctrl+Alt+Shift+Esc, taken from the whole desk."""

import asyncio
import contextlib
from collections.abc import Callable
from itertools import product

import xcffib
import xcffib.xproto

from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.connection import Connection

_ESCAPE = 0xFF1B
_SHIFT_CONTROL_ALT = 0b1101
_CAPS, _NUM = 0b10, 0b10000
_ASYNC = 1
_OURS = True  # nobody else sees the key


class X11StopKey:
    """Calls `pressed` from `watch` on, also when the X server goes: nobody could stop anything then."""

    def __init__(self, pressed: Callable[[], None], display: str | None = None) -> None:
        self._c, self._pressed = Connection(display), pressed
        setup = self._c.x.get_setup()
        count = setup.max_keycode - setup.min_keycode + 1
        answer = self._c.core.GetKeyboardMapping(setup.min_keycode, count).reply()
        per, symbols = answer.keysyms_per_keycode, list(answer.keysyms)
        codes = [setup.min_keycode + i for i in range(count) if _ESCAPE in symbols[i * per : (i + 1) * per]]
        self.is_taken = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._descriptor = self._c.fileno()
        for code, caps, num in product(codes, (0, _CAPS), (0, _NUM)):
            with contextlib.suppress(xcffib.Error):  # another program has it
                state = _SHIFT_CONTROL_ALT | caps | num
                self._c.core.GrabKeyChecked(_OURS, self._c.root, state, code, _ASYNC, _ASYNC).check()
                self.is_taken = True

    def watch(self) -> None:
        """Look from now on whether it is pressed."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        try:
            for event in self._c.events():
                if isinstance(event, xcffib.xproto.KeyPressEvent):
                    self._pressed()
        except ScreenUnavailable:
            self._stop_watching()
            self._pressed()

    def _stop_watching(self) -> None:
        if self._loop is not None:
            self._loop.remove_reader(self._descriptor)
            self._loop = None

    def close(self) -> None:
        self._stop_watching()
        self._c.close()
