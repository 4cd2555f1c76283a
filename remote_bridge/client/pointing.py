"""The customer's own pointer, drawn into the picture while it is where no viewer has put it.

Viewers draw the pointer themselves, where their own mouse is; what the customer points at they could not see.
"""

import time
from collections.abc import Callable

import numpy as np

from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Changes, CursorShape, Monitor, Pixels, Screen

_ASKED_SECONDS = 1 / 30
"""So long its place is known: to ask for it is a way to the server and back, before each update."""


class PointedScreen:
    """A screen with the pointer on it. `steered` is to be told where a viewer has put it."""

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen, self._clock = screen, clock
        self._seen: tuple[int, int] | None = None
        self._seen_at = 0.0
        self._shape = screen.cursor()
        self._steered: tuple[int, int] | None = None
        self._drawn: Rect | None = None

    def steered(self, x: int, y: int) -> None:
        """A viewer has put the pointer there, and sees it there."""
        self._steered, self._seen = (x, y), None

    def _place(self) -> Rect | None:
        """Where the pointer is to be drawn; None while a viewer steers it."""
        now = self._clock()
        if self._seen is None or now - self._seen_at >= _ASKED_SECONDS:
            self._seen, self._seen_at = self._screen.pointer(), now
        x, y = self._seen
        if (x, y) == self._steered:
            return None
        shape = self._shape
        return Rect(x - shape.hot_x, y - shape.hot_y, shape.width, shape.height)

    def size(self) -> tuple[int, int]:
        return self._screen.size()

    def monitors(self) -> tuple[Monitor, ...]:
        return self._screen.monitors()

    def fileno(self) -> int | None:
        return self._screen.fileno()

    def is_dirty(self) -> bool:
        # Once more at the end: what the server says while it is asked wakes nobody, and would be seen late.
        return self._screen.is_dirty() or self._place() != self._drawn or self._screen.is_dirty()

    def changes(self) -> Changes:
        told = self._screen.changes()
        if told.cursor:
            self._shape = self._screen.cursor()
        if told.pointer is not None:
            self._seen, self._seen_at = told.pointer, self._clock()
        before, self._drawn = self._drawn, self._place()
        if before == self._drawn and not told.cursor:
            return told
        bounds = Rect(0, 0, *self.size())
        touched = [rect.clip(bounds) for rect in (before, self._drawn) if rect]
        return told._replace(damage=(*told.damage, *(rect for rect in touched if rect.area)))

    def grab(self, rect: Rect) -> Pixels:
        return self._pointed(rect, self._screen.grab(rect))

    def grab_with(self, rect: Rect, window: int) -> tuple[Pixels, tuple[int, int] | None]:
        pixels, place = self._screen.grab_with(rect, window)
        return self._pointed(rect, pixels), place

    def _pointed(self, rect: Rect, pixels: Pixels) -> Pixels:
        common = rect.clip(self._drawn) if self._drawn else Rect(0, 0, 0, 0)
        if not self._drawn or not common.area:
            return pixels
        pixels = pixels.copy()
        part = pixels[common.y - rect.y : common.bottom - rect.y, common.x - rect.x : common.right - rect.x]
        _blend(part, _cut(self._shape, common.moved(-self._drawn.x, -self._drawn.y)))
        return pixels

    def cursor(self) -> CursorShape:
        return self._shape

    def pointer(self) -> tuple[int, int]:
        return self._screen.pointer()

    def close(self) -> None:
        self._screen.close()


def _cut(shape: CursorShape, rect: Rect) -> Pixels:
    whole = np.frombuffer(shape.bgra, np.uint8).reshape(shape.height, shape.width, 4)
    return whole[rect.y : rect.bottom, rect.x : rect.right]


def _blend(pixels: Pixels, over: Pixels) -> None:
    """Lay a premultiplied picture over these pixels, in place."""
    rest = 255 - over[..., 3:].astype(np.uint16)
    pixels[:] = np.minimum(over + pixels * rest // 255, 255).astype(np.uint8)
