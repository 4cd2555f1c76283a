"""Rectangles of a screen, and small sets of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

_MOST = 24
"""So many rectangles are looked at one by one; more become fewer and larger ones."""


class Rect(NamedTuple):
    """Pixels from (x, y), `w` wide and `h` high; empty when either is not positive."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def area(self) -> int:
        return max(self.w, 0) * max(self.h, 0)

    def clip(self, other: "Rect") -> "Rect":
        """What both have in common."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, min(self.right, other.right) - x, min(self.bottom, other.bottom) - y)

    def around(self, other: "Rect") -> "Rect":
        """The smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def holds(self, other: "Rect") -> bool:
        return self.clip(other) == other

    def moved(self, dx: int, dy: int) -> "Rect":
        return Rect(self.x + dx, self.y + dy, self.w, self.h)

    def without(self, other: "Rect") -> list["Rect"]:
        """What is left when `other` is cut out: at most four rectangles."""
        cut = self.clip(other)
        if not cut.area:
            return [self]
        parts = [
            Rect(self.x, self.y, self.w, cut.y - self.y),
            Rect(self.x, cut.bottom, self.w, self.bottom - cut.bottom),
            Rect(self.x, cut.y, cut.x - self.x, cut.h),
            Rect(cut.right, cut.y, self.right - cut.right, cut.h),
        ]
        return [part for part in parts if part.area]


class Region:
    """A growing set of pixels; it may hold a few more than were added, never fewer."""

    def __init__(self, rects: Iterable[Rect] = ()) -> None:
        self._rects: list[Rect] = []
        for rect in rects:
            self.add(rect)

    def __iter__(self) -> Iterator[Rect]:
        return iter(self._rects)

    def __bool__(self) -> bool:
        return bool(self._rects)

    @property
    def area(self) -> int:
        return sum(rect.area for rect in self._rects)

    def add(self, rect: Rect) -> None:
        """Take in these pixels too."""
        if not rect.area or any(known.holds(rect) for known in self._rects):
            return
        rest = [part for known in self._rects for part in known.without(rect)]
        while len(rest) >= _MOST:
            rect = self._join(rest, rect)
        self._rects = [*rest, rect]

    @staticmethod
    def _join(rest: list[Rect], rect: Rect) -> Rect:
        """The frame of `rect` and one of the rest, the smallest; whatever it holds leaves the rest."""
        frame = min((known.around(rect) for known in rest), key=lambda f: f.area)
        rest[:] = [part for known in rest for part in known.without(frame)]
        return frame

    def remove(self, rect: Rect) -> None:
        """Leave these pixels out."""
        self._rects = [part for known in self._rects for part in known.without(rect)]

    def take(self) -> list[Rect]:
        """All of it, and empty afterwards."""
        rects, self._rects = self._rects, []
        return rects

    def clipped(self, bounds: Rect) -> Self:
        """What lies within `bounds`."""
        return type(self)(known.clip(bounds) for known in self._rects)
