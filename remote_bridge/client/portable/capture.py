"""The screen by mss: for Windows and macOS, which do not say what changed, so that pictures are compared."""

from collections.abc import Callable
from typing import Any

import mss
import numpy as np
from mss.exception import ScreenShotError

from remote_bridge.client.picture.tiles import Difference, cover
from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.pixels import Words
from remote_bridge.client.screen import Changes, CursorShape, Monitor, Pixels, ScreenUnavailable
from remote_bridge.client.texts import _

_ARROW = (
    "X       ",
    "XX      ",
    "X.X     ",
    "X..X    ",
    "X...X   ",
    "X....X  ",
    "X.....X ",
    "X..XXXXX",
    "X.X     ",
)
_COLOURS = {"X": b"\0\0\0\xff", ".": b"\xff\xff\xff\xff", " ": bytes(4)}


class PortableScreen:
    """All monitors as one picture. Each look costs a picture of everything: about two milliseconds."""

    def __init__(self, pointer: Callable[[], tuple[int, int]]) -> None:
        self._pointer = pointer
        try:
            self._mss: Any = mss.MSS()
            self._frame: Words = self._look()
        except ScreenShotError as error:
            raise ScreenUnavailable(_("The system does not let us see the screen.")) from error
        self._damage: list[Rect] = [Rect(0, 0, *self.size())]
        self._resized, self._is_first = False, True

    def _look(self) -> Words:
        whole = self._mss.monitors[0]
        shot = self._mss.grab(whole)
        return np.frombuffer(shot.bgra, np.uint32).reshape(shot.height, shot.width)

    def size(self) -> tuple[int, int]:
        height, width = self._frame.shape
        return width, height

    def monitors(self) -> tuple[Monitor, ...]:
        """In pixels of the picture: on displays of high density those are more than the system's points."""
        whole, *each = self._mss.monitors
        scale = self._frame.shape[1] / max(whole["width"], 1)
        bounds = Rect(0, 0, *self.size())
        rects = [
            Rect(
                *(
                    round(scale * n)
                    for n in (m["left"] - whole["left"], m["top"] - whole["top"], m["width"], m["height"])
                )
            )
            for m in each
        ]
        return tuple(Monitor(i, rect.clip(bounds)) for i, rect in enumerate(rects or [bounds]))

    def fileno(self) -> None:
        return None

    def is_dirty(self) -> bool:
        try:
            new = self._look()
        except ScreenShotError as error:
            raise ScreenUnavailable(_("The system does not let us see the screen any more.")) from error
        if new.shape != self._frame.shape:
            self._resized = True
            self._damage = [Rect(0, 0, new.shape[1], new.shape[0])]
        else:
            difference = Difference(new, self._frame)
            found = cover(difference.tiles(), *new.shape)
            self._damage += [difference.frame(rect) for rect in found]
        self._frame = new
        return bool(self._damage)

    def changes(self) -> Changes:
        damage, self._damage = self._damage, []
        told = Changes(tuple(damage), (), self._resized, self._is_first)
        self._resized = self._is_first = False
        return told

    def grab(self, rect: Rect) -> Pixels:
        part = self._frame[rect.y : rect.bottom, rect.x : rect.right]
        return part.copy().view(np.uint8).reshape(*part.shape, 4)

    def grab_with(self, rect: Rect, window: int) -> tuple[Pixels, tuple[int, int] | None]:
        return self.grab(rect), None

    def cursor(self) -> CursorShape:
        """An arrow: neither system's cursor can be had this way, and the viewer needs to see where it is."""
        bgra = b"".join(_COLOURS[c] for row in _ARROW for c in row)
        return CursorShape(len(_ARROW[0]), len(_ARROW), 0, 0, bgra)

    def pointer(self) -> tuple[int, int]:
        return self._pointer()

    def close(self) -> None:
        self._mss.close()
