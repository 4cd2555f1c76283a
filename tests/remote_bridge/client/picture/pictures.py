"""Pictures of text and of photos, and a viewer that draws what a picture says."""

import random
import string
import struct

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from remote_bridge.client.picture.picture import Part, Picture, Quality, Update
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Changes, CursorShape, Monitor, Pixels
from tests.fakes.rfb_viewer import RfbViewer

Words = npt.NDArray[np.uint32]


def words_of_image(image: Image.Image) -> Words:
    rgb = np.asarray(image.convert("RGB")).astype(np.uint32)
    words: Words = (rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]).astype(np.uint32)
    return words


def text(width: int, height: int, first: int = 0, step: int = 16) -> Words:
    """Lines of text, each with its number; `first` is the number of the topmost pixel row."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for number in range(first // step - 1, (first + height) // step + 1):
        picks = random.Random(number)
        line = f"line {number} " + "".join(
            picks.choice(string.ascii_lowercase + " ") for _ in range(width // 8)
        )
        draw.text((4, number * step - first), line, fill=(20, 20, 20))
    return words_of_image(image)


def photo(width: int, height: int, seed: int = 1) -> Words:
    """Smooth noise, as in photos: no pixel equals its neighbour."""
    picks = np.random.default_rng(seed)
    small = Image.fromarray(picks.integers(0, 255, (height // 16 + 2, width // 16 + 2, 3), np.uint8))
    large = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    grain = picks.integers(-4, 4, large.shape)
    return words_of_image(Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)))


FINE = Quality(79)


class StillScreen:
    """A screen that shows an array, without any X server."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.places: dict[int, tuple[int, int]] = {}
        """Of windows, as they stand in `words`."""

    def size(self) -> tuple[int, int]:
        height, width = self.words.shape
        return width, height

    def monitors(self) -> tuple[Monitor, ...]:
        return (Monitor(0, Rect(0, 0, *self.size())),)

    def fileno(self) -> None:
        return None

    def is_dirty(self) -> bool:
        return True

    def changes(self) -> Changes:
        return Changes((Rect(0, 0, *self.size()),))

    def grab(self, rect: Rect) -> Pixels:
        part = np.ascontiguousarray(self.words[rect.y : rect.bottom, rect.x : rect.right])
        return part.view(np.uint8).reshape(*part.shape, 4)

    def grab_with(self, rect: Rect, window: int) -> tuple[Pixels, tuple[int, int] | None]:
        return self.grab(rect), self.places.get(window)

    def cursor(self) -> CursorShape:
        return CursorShape(1, 1, 0, 0, bytes(4))

    def pointer(self) -> tuple[int, int]:
        return 0, 0

    def close(self) -> None:
        """Nothing is held."""


class Drawn:
    """A picture and what a viewer has drawn of it."""

    def __init__(self, words: Words, quality: Quality = FINE) -> None:
        self.screen, self.quality = StillScreen(words), quality
        self.picture = Picture(*self.screen.size())
        self.viewer = RfbViewer()
        width, height = self.screen.size()
        greeting = (
            b"RFB 003.008\n\x01\x01" + bytes(4) + struct.pack(">HH", width, height) + bytes(16) + bytes(4)
        )
        self.viewer.receive(greeting)
        self.now = 0.0
        self.bytes_out = 0
        self.see()

    def see(self, words: Words | None = None, *damage: Rect) -> Update:
        """The screen shows this now, the viewer is told; what the update was."""
        if words is not None:
            self.screen.words = words
        self.picture.note(Changes(damage or (Rect(0, 0, *self.screen.size()),)))
        return self.draw(self.picture.update(self.screen, self.quality, self.now))

    def mend(self, pixels: int = 1 << 30) -> Update:
        return self.draw(self.picture.mend(self.now, pixels))

    def draw(self, update: Update) -> Update:
        """The viewer is sent it."""
        self.bytes_out = 0
        head = struct.pack(">BxH", 0, len(update.copies) + len(update.parts))
        self.viewer.receive(head)
        for copy in update.copies:
            self._rect(copy.target, 1, struct.pack(">HH", *copy.source[:2]))
        for part in update.parts:
            self._rect(part.rect, 7, self.picture.encode(part, self.quality))
        return update

    def _rect(self, rect: Rect, encoding: int, body: bytes) -> None:
        self.bytes_out += 12 + len(body)
        self.viewer.receive(struct.pack(">HHHHi", *rect, encoding) + body)

    @property
    def is_exact(self) -> bool:
        return bool((self.viewer.screen == self.screen.words & 0xFFFFFF).all())

    def error(self) -> float:
        """How far the viewer's colours are from the screen's, on the average."""
        return far(self.viewer.screen, self.screen.words)


def far(a: Words, b: Words) -> float:
    each = [np.abs((a >> n & 255).astype(int) - (b >> n & 255).astype(int)).mean() for n in (16, 8, 0)]
    return float(max(each))


def photos_in(update: Update) -> list[Part]:
    return [part for part in update.parts if part.is_photo]
