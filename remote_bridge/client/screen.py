"""What a session needs of the customer's machine, whatever machine it is: a screen, an input, a clipboard."""

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from remote_bridge.client.rects import Rect

Pixels = npt.NDArray[np.uint8]
"""Height x width x 4 bytes a pixel: blue, green, red, and one that means nothing."""


class ScreenUnavailable(Exception):
    """The screen cannot be shown; the text says why, in the customer's language."""


class Monitor(NamedTuple):
    """One of the screens on the desk, and where it lies on the whole."""

    number: int
    rect: Rect


class CursorShape(NamedTuple):
    """How the pointer looks: BGRA, premultiplied, and the pixel that points."""

    width: int
    height: int
    hot_x: int
    hot_y: int
    bgra: bytes


class Move(NamedTuple):
    """A window that was at `source` and is now, as large as before, at (`x`, `y`). A hint: pixels decide."""

    window: int
    source: Rect
    x: int
    y: int


class Changes(NamedTuple):
    """What has happened since one last asked."""

    damage: tuple[Rect, ...] = ()
    moves: tuple[Move, ...] = ()
    resized: bool = False
    cursor: bool = False
    pointer: tuple[int, int] | None = None
    """Where it points at that moment, if that was to be had without asking for it alone."""


class Screen(Protocol):
    """The whole desk as one picture."""

    def size(self) -> tuple[int, int]:
        """Width and height of the whole."""

    def monitors(self) -> tuple[Monitor, ...]:
        """At least one."""

    def fileno(self) -> int | None:
        """Becomes readable when something may have changed; None: one has to ask every few milliseconds."""

    def is_dirty(self) -> bool:
        """Whether `changes` would tell of something; cheap."""

    def changes(self) -> Changes:
        """What has changed since the last call; nothing that is drawn later is counted as told."""

    def grab(self, rect: Rect) -> Pixels:
        """The pixels of now, valid until the next grab. Raises ScreenUnavailable when the screen is gone."""

    def grab_with(self, rect: Rect, window: int) -> tuple[Pixels, tuple[int, int] | None]:
        """The pixels of now, as `grab`, and where this window was at that moment; None if nobody can say."""

    def cursor(self) -> CursorShape:
        """How the pointer looks now."""

    def pointer(self) -> tuple[int, int]:
        """Where it points now."""

    def close(self) -> None:
        """Let go of everything."""


class Input(Protocol):
    """Keys and mouse, as if the customer's own."""

    @property
    def knows_places(self) -> bool:
        """Whether a key can be pressed by its place, whatever is on it."""

    def key(self, keysym: int, scancode: int, *, down: bool) -> None:
        """Press or release: a keysym of X11, and QEMU's code of its place (set 1; 0x80: extended); 0."""

    def pointer(self, x: int, y: int, buttons: int) -> None:
        """Point there, with these buttons down: bit 0 left, 1 middle, 2 right, 3 to 6 wheel, 7 back, 8 on."""

    def release_all(self) -> None:
        """Let go of every key and button that this program holds down."""

    def close(self) -> None:
        """Release all, and put back what was changed."""


class Clipboard(Protocol):
    """The customer's clipboard, as text."""

    async def text(self) -> str:
        """What is in it now; "" if nothing, or nothing that is text, or its owner does not answer."""

    async def put(self, text: str) -> None:
        """Let it be this."""

    def close(self) -> None:
        """Let go of it."""
