"""Looking at a picture by tiles: which changed, which are a photo, which rectangles they make together."""

import numpy as np
import numpy.typing as npt

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.pixels import Words

TILE = 64
Mask = npt.NDArray[np.bool_]

_EVERY = 4  # of each four rows one is looked at: a quarter of the time, and the same answer
_FLAT = 0.4
"""From this share of pixels that equal their left neighbour on, a tile is drawn; photos have nearly none."""


class Difference:
    """Where two pictures of the same size differ."""

    def __init__(self, new: Words, old: Words) -> None:
        self.height, self.width = new.shape
        # A row is a multiple of eight bytes long, so that eight pixels are looked at in one step.
        self._padded = np.zeros((self.height, -(-self.width // TILE) * TILE), np.bool_)
        np.not_equal(new, old, out=self._padded[:, : self.width])

    def tiles(self) -> Mask:
        """Of each tile, whether anything in it differs."""
        eights = self._padded.view(np.uint64)
        rows = np.bitwise_or.reduceat(eights, np.arange(0, self.height, TILE), axis=0)
        return np.asarray(rows.reshape(len(rows), -1, TILE // 8).any(axis=2))

    def frame(self, rect: Rect) -> Rect:
        """The smallest rectangle that holds all that differs in this one; empty when nothing does."""
        part = self._padded[rect.y : rect.bottom, rect.x : rect.right]
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if not len(rows):
            return Rect(rect.x, rect.y, 0, 0)
        x, y = int(columns[0]), int(rows[0])
        return Rect(rect.x + x, rect.y + y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1)


def photos(pixels: Words) -> Mask:
    """Of each tile, whether it looks like a photo: hardly a pixel equals its neighbour."""
    height, width = pixels.shape
    if width < 2:
        return np.zeros((-(-height // TILE), 1), np.bool_)
    some = pixels[::_EVERY]
    same = np.zeros((len(some), -(-width // TILE) * TILE), np.uint8)
    np.equal(some[:, 1:], some[:, :-1], out=same[:, 1:width].view(np.bool_))
    step = TILE // _EVERY
    edges = np.arange(0, len(some), step)
    columns = np.add.reduceat(same, edges, axis=0, dtype=np.uint8)
    counts = columns.reshape(len(columns), -1, TILE).sum(axis=2, dtype=np.uint32)
    heights = np.minimum(len(some) - edges, step)
    widths = np.minimum(width - np.arange(0, width, TILE), TILE)
    mask: Mask = counts < _FLAT * np.outer(heights, widths)
    return mask


def cover(mask: Mask, height: int, width: int) -> list[Rect]:
    """Rectangles, in pixels, that hold the marked tiles and no other: runs of tiles, joined downwards."""
    done: list[Rect] = []
    open_runs: dict[tuple[int, int], int] = {}
    for row, marks in enumerate([*mask.tolist(), []]):
        runs = set(_runs(marks))
        for run in [run for run in open_runs if run not in runs]:
            top = open_runs.pop(run)
            done.append(Rect(run[0], top, run[1] - run[0], row - top))
        for run in runs:
            open_runs.setdefault(run, row)
    whole = Rect(0, 0, width, height)
    return [Rect(*(TILE * n for n in rect)).clip(whole) for rect in sorted(done, key=lambda r: (r.y, r.x))]


def _runs(marks: list[bool]) -> list[tuple[int, int]]:
    """Where marked tiles begin and end, from left to right. There are few: numpy would take longer."""
    runs, begin = [], None
    for place, is_marked in enumerate(marks):
        if is_marked and begin is None:
            begin = place
        elif not is_marked and begin is not None:
            runs.append((begin, place))
            begin = None
    if begin is not None:
        runs.append((begin, len(marks)))
    return runs
