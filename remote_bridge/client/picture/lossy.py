"""Which parts of a viewer's picture are only nearly right, and since when: by tiles, and rather too much."""

import numpy as np

from remote_bridge.client.picture.tiles import TILE, cover
from remote_bridge.client.rects import Rect

_EXACT = np.inf


class Lossy:
    """What was sent as JPEG. It is mended when nothing has moved there for a while."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._since = np.full((-(-height // TILE), -(-width // TILE)), _EXACT)

    def add(self, rect: Rect, now: float) -> None:
        """This was sent nearly right, at this moment (seconds)."""
        self._since[_touched(rect)] = now

    def remove(self, rect: Rect) -> None:
        """This was sent exactly: tiles that lie wholly in it are right."""
        right = rect.right if rect.right < self._width else self._since.shape[1] * TILE
        bottom = rect.bottom if rect.bottom < self._height else self._since.shape[0] * TILE
        rows = slice(-(-rect.y // TILE), max(bottom // TILE, 0))
        self._since[rows, -(-rect.x // TILE) : max(right // TILE, 0)] = _EXACT

    def copy(self, source: Rect, target: Rect) -> None:
        """Pixels were copied: the target is as little right as the worst of its source."""
        latest = self._since[_touched(source)]
        found = latest[latest < _EXACT]
        if found.size:
            self.add(target, float(found.max()))
        else:
            self.remove(target)

    def has_moved(self, rect: Rect, after: float) -> bool:
        """Whether any of this was sent nearly right after that moment, and not exactly since."""
        since = self._since[_touched(rect)]
        return bool(((after < since) & (since < _EXACT)).any())

    def due_at(self, quiet_seconds: float) -> float | None:
        """When the oldest of it has been quiet for so long."""
        oldest = float(self._since.min())
        return None if oldest == _EXACT else oldest + quiet_seconds

    def take_quiet(self, before: float, most_pixels: int) -> list[Rect]:
        """Parts that have not moved since then, about as many pixels as allowed; they count as mended."""
        taken: list[Rect] = []
        room = most_pixels
        for rect in cover(self._since <= before, self._height, self._width):
            part = rect._replace(h=min(rect.h, max(TILE, room // rect.w // TILE * TILE)))
            taken.append(part)
            room -= part.area
            if room <= 0:
                break
        for rect in taken:
            self.remove(rect)
        return taken


def _touched(rect: Rect) -> tuple[slice, slice]:
    rows = slice(rect.y // TILE, -(-rect.bottom // TILE))
    return rows, slice(rect.x // TILE, -(-rect.right // TILE))
