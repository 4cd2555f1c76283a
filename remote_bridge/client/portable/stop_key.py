"""The key that ends a session, by pynput: Ctrl+Alt+Shift+Esc."""

import asyncio
from collections.abc import Callable
from typing import Any

_KEYS = "<ctrl>+<alt>+<shift>+<esc>"


class PortableStopKey:
    """Calls `pressed` on the loop. Raises ImportError where pynput finds nothing to listen to."""

    def __init__(self, pressed: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        from pynput import keyboard

        self._listener: Any = keyboard.GlobalHotKeys({_KEYS: lambda: loop.call_soon_threadsafe(pressed)})
        self._listener.start()

    def close(self) -> None:
        self._listener.stop()
