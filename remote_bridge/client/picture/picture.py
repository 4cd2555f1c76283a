"""One viewer's picture: what it has, what it lacks, and the next update that brings it nearer."""

import functools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from remote_bridge.client.picture import motion, tight
from remote_bridge.client.picture.lossy import Lossy
from remote_bridge.client.picture.tiles import TILE, Difference, cover, photos
from remote_bridge.client.rects import Rect, Region
from remote_bridge.client.rfb.pixels import Words
from remote_bridge.client.screen import Changes, Move, Pixels, Screen

QUIET_SECONDS = 0.4
_SMALL = 128 * 128  # up to here one looks at no tiles: the few pixels are sent as they are
_STRIP = 256 * 1024  # pixels a rectangle at most, so that the far side draws while we make the next
_WIDEST = 2048
_SMALLEST_PHOTO = TILE * TILE // 2
_MOST_PHOTO_RECTS = 12
_VAIN = 8
_MOST_VAIN = 64
_LITTLE = 96 * 1024  # pixels: the echo of a key, a menu; a video that is smaller is a photo, again and again
_MOVING_SECONDS = 1.0
_MOST_FOLLOWED = 64
_GROUND = 0.9  # so large a part of one colour is a ground on which something stands
_LOOKED_AT = 8  # for that each eighth pixel of each eighth row counts
_MOST_ON_GROUND = 4
_MOSTLY = 0.6  # a frame that is photo to so large a part is sent as one


class Quality(NamedTuple):
    """How photos are sent: `jpeg` 1 to 100, or None for a viewer that takes none."""

    jpeg: int | None
    subsampling: str = "444"


class Part(NamedTuple):
    """A rectangle to be encoded from the picture."""

    rect: Rect
    is_photo: bool
    ground: int | None = None
    """The colour of all of it; what stands on it follows."""


class Followed(NamedTuple):
    """A window that was copied: where it was said to be, and where it was when its pixels were fetched."""

    told: tuple[int, int]
    place: Rect


class Update(NamedTuple):
    """In this order: first the copies, then the parts."""

    copies: list[motion.Copy]
    parts: list[Part]


class Picture:
    """Mirrors the pixels that the viewer has (`words`), but for JPEG's small errors."""

    def __init__(self, width: int, height: int) -> None:
        self.bounds = Rect(0, 0, width, height)
        self.words: Words = np.zeros((height, width), np.uint32)
        self._lacking = Region([self.bounds])
        self._fresh = Region([self.bounds])  # the viewer has nothing at all here: every pixel counts
        self._moves: dict[int, Move] = {}
        self._followed: dict[int, Followed] = {}
        self._vain: dict[Rect, int] = {}
        self._lossy = Lossy(width, height)

    def note(self, changes: Changes) -> None:
        """Take in what has changed on the screen."""
        for rect in changes.damage:
            self._lacking.add(rect.clip(self.bounds))
        for move in changes.moves:
            before = self._moves.get(move.window)
            self._moves[move.window] = move._replace(source=before.source) if before else move

    def want(self, rect: Rect) -> None:
        """The viewer says that it has nothing there."""
        self._lacking.add(rect.clip(self.bounds))
        self._fresh.add(rect.clip(self.bounds))

    @property
    def is_lacking(self) -> bool:
        """Whether something has changed that the viewer has not been sent."""
        return bool(self._lacking)

    def has_little(self, now: float) -> bool:
        """Whether something small has changed where nothing has moved of late."""
        is_steady = not self._moves and not self._fresh
        return is_steady and any(self._is_little(rect, now) for rect in self._lacking)

    def _is_little(self, rect: Rect, now: float) -> bool:
        return rect.area <= _LITTLE and not self._lossy.has_moved(rect, now - _MOVING_SECONDS)

    def little(self, screen: Screen, quality: Quality, now: float) -> Update:
        """What is small of that which the viewer lacks; the rest stays for `update`."""
        rects = [rect for rect in self._lacking if self._is_little(rect, now)]
        for rect in rects:
            self._lacking.remove(rect)
        parts: list[Part] = []
        for rect in rects:
            new = words_of(screen.grab(rect))
            parts += self._differing(new, rect, Region(), may_be_photo=quality.jpeg is not None)
        return self._noted([], parts, now)

    def mend_at(self) -> float | None:
        """When there will be something to make exact, if nothing moves until then."""
        return self._lossy.due_at(QUIET_SECONDS)

    def mend(self, now: float, most_pixels: int) -> Update:
        """Some of what is nearly right, to be sent exactly."""
        quiet = self._lossy.take_quiet(now - QUIET_SECONDS, most_pixels)
        return Update([], [Part(strip, is_photo=False) for rect in quiet for strip in _strips(rect)])

    def update(self, screen: Screen, quality: Quality, now: float) -> Update:
        """All that the viewer lacks, compared with the screen of this moment. `now` in seconds."""
        may_be_photo = quality.jpeg is not None
        moves, self._moves = self._moves, {}
        moved = [found for move in moves.values() if (found := self._moved(screen, move))]
        copies = [copy for copy, _, _ in moved]
        fresh = Region(self._fresh.take())
        parts: list[Part] = []
        for _, rect, new in moved:
            parts += self._differing(new, rect, fresh, may_be_photo=may_be_photo)
            self._lacking.remove(rect)
        for rect in self._lacking.take():
            new = words_of(screen.grab(rect))
            scrolled = self._scroll(new, rect, fresh)
            copies += scrolled
            for rest in rect.without(scrolled[0].target) if scrolled else [rect]:
                left = new[rest.y - rect.y : rest.bottom - rect.y, rest.x - rect.x : rest.right - rect.x]
                parts += self._differing(left, rest, fresh, may_be_photo=may_be_photo)
        return self._noted(copies, parts, now)

    def _noted(self, copies: list[motion.Copy], parts: list[Part], now: float) -> Update:
        for part in parts:
            if part.is_photo:
                self._lossy.add(part.rect, now)
            else:
                self._lossy.remove(part.rect)
        return Update(copies, parts)

    def encode(self, part: Part, quality: Quality) -> bytes:
        """The body of a rectangle in Tight. May run in a thread, until the next `update`."""
        rect = part.rect
        if part.ground is not None:
            return tight.fill(part.ground)
        pixels = self.words[rect.y : rect.bottom, rect.x : rect.right]
        if part.is_photo and quality.jpeg is not None:
            return tight.jpeg(pixels, quality.jpeg, quality.subsampling)
        return tight.lossless(pixels)

    def _moved(self, screen: Screen, move: Move) -> tuple[motion.Copy, Rect, Words] | None:
        """The hint of a moved window as a copy, if the pixels bear it out; and all that was looked at.

        A window that is dragged has gone on since the hint: what counts is where it is in the very pixels
        with which the rest is compared.
        """
        known = self._followed.pop(move.window, None)
        was = known.place if known and known.told == move.source[:2] else move.source
        around = was.around(was._replace(x=move.x, y=move.y)).clip(self.bounds)
        if not around.area or any(was.clip(one).area for one in self._fresh):
            return None
        pixels, place = screen.grab_with(around, move.window)
        x, y = place or (move.x, move.y)
        dx, dy = x - was.x, y - was.y
        target = was.clip(self.bounds).moved(dx, dy).clip(around)
        source = target.moved(-dx, -dy)
        if (dx, dy) == (0, 0) or not target.area:
            return None
        new = words_of(pixels).copy()  # another window's pixels may be fetched before these are looked at
        part = target.moved(-around.x, -around.y)
        if not motion.holds(new[part.y : part.bottom, part.x : part.right], self._view(source)):
            return None
        if len(self._followed) >= _MOST_FOLLOWED:
            self._followed.clear()
        self._followed[move.window] = Followed((move.x, move.y), was._replace(x=x, y=y))
        copy = motion.Copy(source, target.x, target.y)
        self._apply(copy)
        return copy, around, new

    def _scroll(self, new: Words, rect: Rect, fresh: Region) -> list[motion.Copy]:
        """What has scrolled within this rectangle, as a copy."""
        if rect.area <= _SMALL or any(rect.clip(one).area for one in fresh):
            return []
        found = self._scrolled(rect, new, self._view(rect))
        if found is None:
            return []
        copy = motion.Copy(found.source.moved(*rect[:2]), found.x + rect.x, found.y + rect.y)
        # Every pixel was found again: those of now are those that the copy makes, and are written once.
        part = found.target
        self._view(copy.target)[:] = new[part.y : part.bottom, part.x : part.right]
        self._lossy.copy(copy.source, copy.target)
        return [copy]

    def _scrolled(self, rect: Rect, new: Words, old: Words) -> motion.Copy | None:
        """Where nothing ever scrolls, as in a video, one looks only now and then."""
        tries = self._vain.get(rect, 0)
        copy = motion.find_scroll(new, old) if tries < _VAIN or tries % _VAIN == 0 else None
        if len(self._vain) > _MOST_VAIN:
            self._vain.clear()
        self._vain[rect] = 0 if copy else tries + 1
        return copy

    def _apply(self, copy: motion.Copy) -> None:
        motion.apply(self.words, copy)
        self._lossy.copy(copy.source, copy.target)

    def _view(self, rect: Rect) -> Words:
        return self.words[rect.y : rect.bottom, rect.x : rect.right]

    def _differing(self, new: Words, rect: Rect, fresh: Region, *, may_be_photo: bool) -> list[Part]:
        """What of these pixels the viewer does not have; from now on it has."""
        old = self._view(rect)
        is_fresh = any(rect.clip(one).area for one in fresh)
        changed = [Rect(0, 0, rect.w, rect.h)] if is_fresh else _changed(new, old)
        parts = _sort(new, changed, may_be_photo=may_be_photo)
        for part in parts:
            one = part.rect
            old[one.y : one.bottom, one.x : one.right] = new[one.y : one.bottom, one.x : one.right]
        x, y = rect[:2]
        return [part._replace(rect=strip.moved(x, y)) for part in parts for strip in _strips(part.rect)]


def words_of(pixels: Pixels) -> Words:
    """Four bytes a pixel as one number each; the memory stays the same."""
    return pixels.view(np.uint32)[..., 0]


def _changed(new: Words, old: Words) -> list[Rect]:
    """The rectangles in which the pictures differ, as tight as they can be had cheaply."""
    height, width = new.shape
    difference = Difference(new, old)
    if new.size <= _SMALL:
        frame = difference.frame(Rect(0, 0, width, height))
        return [frame] if frame.area else []
    found = cover(difference.tiles(), height, width)
    return [difference.frame(rect) for rect in found]


def _sort(new: Words, changed: Iterable[Rect], *, may_be_photo: bool) -> list[Part]:
    """Each changed rectangle as text or photo, or cut into both."""
    parts: list[Part] = []
    for rect in changed:
        if not may_be_photo or rect.area < _SMALLEST_PHOTO:
            parts.append(Part(rect, is_photo=False))
            continue
        view = new[rect.y : rect.bottom, rect.x : rect.right]
        found = _grounded(view) or _split(view)
        parts += [part._replace(rect=part.rect.moved(*rect[:2])) for part in found]
    # Photos are drawn by the far side beside its other work: it had better begin with them.
    return sorted(parts, key=lambda part: not part.is_photo)


def _split(view: Words) -> list[Part]:
    """One rectangle into photo and text; where they are much mixed, the photos' frames win."""
    height, width = view.shape
    mask = photos(view)
    if mask.all() or not mask.any():
        return [Part(Rect(0, 0, width, height), is_photo=bool(mask.any()))]
    found = [rect for rect in cover(mask, height, width) if rect.area >= _SMALLEST_PHOTO]
    frame = functools.reduce(Rect.around, found, found[0]) if found else Rect(0, 0, 0, 0)
    if len(found) > _MOST_PHOTO_RECTS or sum(rect.area for rect in found) >= _MOSTLY * frame.area:
        found = [frame] if frame.area else []
    rest = Region([Rect(0, 0, width, height)])
    for rect in found:
        rest.remove(rect)
    return [Part(rect, is_photo=True) for rect in found] + [Part(rect, is_photo=False) for rect in rest]


def _grounded(view: Words) -> list[Part] | None:
    """A large plain ground and the little that stands on it; None where there is no such ground.

    The ground costs a few bytes and no time to draw.
    """
    height, width = view.shape
    some = view[::_LOOKED_AT, ::_LOOKED_AT].ravel()
    ground = np.partition(some, some.size // 2)[some.size // 2]  # a majority holds the middle
    if view.size <= _SMALL or np.count_nonzero(some == ground) < _GROUND * some.size:
        return None
    difference = Difference(view, np.broadcast_to(ground, view.shape))
    found = [difference.frame(part) for part in cover(difference.tiles(), height, width)]
    if len(found) > _MOST_ON_GROUND or 2 * sum(one.area for one in found) > view.size:
        return None
    if any(
        photos(view[one.y : one.bottom, one.x : one.right]).any()
        for one in found
        if one.area >= _SMALLEST_PHOTO
    ):
        return None
    whole = Part(Rect(0, 0, width, height), is_photo=False, ground=int(ground))
    return [whole, *(Part(one, is_photo=False) for one in found)]


def _strips(rect: Rect) -> Iterable[Rect]:
    """A rectangle in pieces of a size that is encoded in a few milliseconds."""
    for x in range(rect.x, rect.right, _WIDEST):
        width = min(_WIDEST, rect.right - x)
        step = max(16, _STRIP // width)
        for y in range(rect.y, rect.bottom, step):
            yield Rect(x, y, width, min(step, rect.bottom - y))
