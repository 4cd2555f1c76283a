"""What has only moved: scrolled contents are found by their rows, moved windows checked by their pixels."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import xxhash

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.pixels import Words

_SMALLEST = 48
_MOST_ROWS = 4320
_WORTH = 1 / 3
"""So large a part of what moved must be found again, or sending it anew is as good."""


class Copy(NamedTuple):
    """The pixels of `source` are now those at (`x`, `y`) as well."""

    source: Rect
    x: int
    y: int

    @property
    def target(self) -> Rect:
        return Rect(self.x, self.y, self.source.w, self.source.h)


def find_scroll(new: Words, old: Words) -> Copy | None:
    """The largest part that was scrolled up or down within this rectangle; None if that is little.

    Rows are compared by what is in their middle half, so that scroll bars and frames do not disturb.
    """
    height, width = new.shape
    if min(height, width) < _SMALLEST or height > _MOST_ROWS:
        return None
    middle = slice(width // 4, width - width // 4)
    shift = _shift(_row_hashes(new[:, middle]), _row_hashes(old[:, middle]))
    if not shift:
        return None
    overlap = height - abs(shift)
    target, source = max(-shift, 0), max(shift, 0)
    same = new[target : target + overlap] == old[source : source + overlap]
    rows = _longest_run(same[:, middle].all(axis=1))
    columns = _longest_run(same[rows[0] : rows[1]].all(axis=0))
    found = Rect(columns[0], target + rows[0], columns[1] - columns[0], rows[1] - rows[0])
    if found.area < _WORTH * height * width:
        return None
    return Copy(found.moved(0, shift), found.x, found.y)


def holds(new: Words, old: Words) -> bool:
    """Whether enough of a moved window is what it was before to copy it and mend the rest."""
    return new.shape == old.shape and bool(np.count_nonzero(new == old) >= _WORTH * new.size)


def apply(picture: Words, copy: Copy) -> None:
    """Do to a picture what a viewer does when it is told of the copy."""
    source, target = copy.source, copy.target
    part = picture[source.y : source.bottom, source.x : source.right].copy()
    picture[target.y : target.bottom, target.x : target.right] = part


def _row_hashes(pixels: Words) -> list[int]:
    return [xxhash.xxh3_64_intdigest(row) for row in pixels]


def _shift(new: list[int], old: list[int]) -> int:
    """How far rows have moved up, by the votes of rows that are there only once; 0 if they have not."""
    seen = Counter(old)
    places = {row: y for y, row in enumerate(old) if seen[row] == 1}
    votes = Counter(places[row] - y for y, row in enumerate(new) if row in places)
    [(shift, count)] = votes.most_common(1) or [(0, 0)]
    return shift if count > 4 else 0


def _longest_run(marks: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> tuple[int, int]:
    steps = np.diff(np.concatenate(([0], marks.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if not len(starts):
        return 0, 0
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])
