"""Keys and mouse by pynput: for Windows and macOS."""

from typing import Any

from remote_bridge.client.portable.keys import key_of, resolve
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.texts import _

_NAMES = {0: "left", 1: "middle", 2: "right", 7: "x1", 8: "x2"}
_WHEEL = {3: (0, 1), 4: (0, -1), 5: (-1, 0), 6: (1, 0)}


class PortableInput:
    """pynput's controllers. Keys are named by what they type: places of keys cannot be said there."""

    knows_places = False

    def __init__(self) -> None:
        try:
            from pynput import keyboard, mouse
        except ImportError as error:
            raise ScreenUnavailable(_("The system does not let us use mouse and keyboard.")) from error
        self._keys: Any = keyboard.Key
        self._keyboard: Any = keyboard.Controller()
        self._mouse: Any = mouse.Controller()
        self._button: Any = mouse.Button
        self._down: dict[int, Any] = {}
        self._buttons = 0

    def key(self, keysym: int, scancode: int, *, down: bool) -> None:
        if not down:
            key = self._down.pop(keysym, None)
            if key is not None:
                self._keyboard.release(key)
            return
        named = key_of(keysym)
        key = None if named is None else resolve(self._keys, named)
        if key is not None:
            self._down[keysym] = key
            self._keyboard.press(key)

    def pointer(self, x: int, y: int, buttons: int) -> None:
        self._mouse.position = (x, y)
        for number in range(9):
            if (self._buttons ^ buttons) >> number & 1:
                self._change(number, is_down=bool(buttons >> number & 1))
        self._buttons = buttons

    def _change(self, number: int, *, is_down: bool) -> None:
        if number in _WHEEL:
            if is_down:
                self._mouse.scroll(*_WHEEL[number])
            return
        button = getattr(self._button, _NAMES[number], None)
        if button is not None:
            (self._mouse.press if is_down else self._mouse.release)(button)

    def where(self) -> tuple[int, int]:
        """Where the pointer is."""
        x, y = self._mouse.position
        return int(x), int(y)

    def release_all(self) -> None:
        for key in self._down.values():
            self._keyboard.release(key)
        self._down.clear()
        for number in range(9):
            if self._buttons >> number & 1:
                self._change(number, is_down=False)
        self._buttons = 0

    def close(self) -> None:
        self.release_all()
