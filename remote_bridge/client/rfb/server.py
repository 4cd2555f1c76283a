"""The server of one viewer: what it was told, and what it answers. Bytes in, bytes out; no clock."""

import struct
from collections.abc import Sequence
from typing import assert_never

import numpy as np

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb import messages
from remote_bridge.client.rfb.encodings import QUALITIES, Encoding
from remote_bridge.client.rfb.messages import VERSION, Message, Messages
from remote_bridge.client.rfb.pixels import NATIVE, PixelFormat, Words
from remote_bridge.client.screen import CursorShape, Monitor

_REQUEST = 1 << 31
_BLOCK_BEFORE = 1
_FLAGS_KNOWN = 0b111
_WISH_DENIED = (1, 1)  # by the viewer itself; prohibited
_SHOWN_ONCE = (Encoding.QEMU_KEY, Encoding.EXTENDED_MOUSE_BUTTONS)


class RfbServer:
    """From the version on. `updates_wanted` says whether one may be sent; `seen` which were drawn.

    `takes_places`: keys may come with their place; a viewer that is not told so sends what they type alone.
    """

    def __init__(
        self, width: int, height: int, name: str, monitors: Sequence[Monitor], *, takes_places: bool
    ) -> None:
        self._messages = Messages()
        self._name = name.encode("utf-8")
        self.format: PixelFormat = NATIVE
        self.encodings: frozenset[int] = frozenset()
        self._is_continuous = self._is_requested = False
        self._is_going = False
        self._confirmed = [one for one in _SHOWN_ONCE if takes_places or one is not Encoding.QEMU_KEY]
        self._out = bytearray(VERSION)
        self._notes: dict[str, bytes] = {}  # rectangles without pixels, for the next update; one of a kind
        self._wanted: list[Rect] = []
        self._seen: list[int] = []
        self.set_size(width, height, monitors)

    @property
    def updates_wanted(self) -> bool:
        """Whether the viewer waits for an update or takes them as they come."""
        return self._is_going and (self._is_continuous or self._is_requested)

    @property
    def has_notes(self) -> bool:
        """Whether an update is due even if no pixel has changed."""
        return bool(self._notes)

    @property
    def quality(self) -> int | None:
        """0 to 9: how well the viewer would like photos; None: it takes no JPEG."""
        return max((n - QUALITIES.start for n in self.encodings if n in QUALITIES), default=None)

    @property
    def reads_tight(self) -> bool:
        return Encoding.TIGHT in self.encodings and self.format.is_full_colour

    def speaks(self, encoding: Encoding) -> bool:
        """Whether the viewer has named it."""
        return encoding in self.encodings

    def receive(self, data: bytes) -> None:
        """Take in what the viewer sent. Raises RfbError when it does not keep to the protocol."""
        for message in self._messages.feed(data):
            self._take(message)

    def take_output(self) -> bytes:
        """What is to be sent now, besides updates."""
        out, self._out = bytes(self._out), bytearray()
        return out

    def take_wanted(self) -> list[Rect]:
        """Where the viewer has asked for everything anew."""
        wanted, self._wanted = self._wanted, []
        return wanted

    def take_seen(self) -> list[int]:
        """The numbers of the updates that the viewer has read since last asked."""
        seen, self._seen = self._seen, []
        return seen

    def _take(self, message: Message) -> None:  # noqa: C901 - a case a message
        match message:
            case messages.Started():
                self._out += bytes([1, 1])  # one kind of security: None
            case messages.Chosen():
                self._out += bytes(4)
            case messages.Initialised():
                self._out += struct.pack(">HH", self.width, self.height) + self.format.compose()
                self._out += struct.pack(">I", len(self._name)) + self._name
                self._is_going = True
            case messages.FormatSet(form):
                self.format = form
            case messages.EncodingsSet(numbers):
                self._set_encodings(frozenset(numbers))
            case messages.UpdateRequested(rect, is_incremental):
                self._is_requested = True
                if not is_incremental:
                    self._wanted.append(rect)
                    del self._wanted[:-16]
            case messages.Continuous(is_on):
                self._is_continuous = is_on
                if not is_on:
                    self._out += bytes([150])
            case messages.Fence():
                self._take_fence(message)
            case messages.SizeWished():
                self._note("denied", self._size_note(*_WISH_DENIED))
            case _:
                assert_never(message)

    def _take_fence(self, fence: messages.Fence) -> None:
        if fence.flags & _REQUEST:
            self._out += _fence(fence.flags & _FLAGS_KNOWN, fence.payload)
        elif len(fence.payload) == 4:
            self._seen.append(int.from_bytes(fence.payload, "big"))

    def _set_encodings(self, numbers: frozenset[int]) -> None:
        new = numbers - self.encodings
        self.encodings = numbers
        for one in self._confirmed:
            if one in new:
                self._note(one.name, _head(Rect(0, 0, 0, 0), one))
        if Encoding.EXTENDED_DESKTOP_SIZE in new:
            self._note("size", self._size_note(0, 0))
        if Encoding.CONTINUOUS_UPDATES in new:
            self._out += bytes([150])  # it may switch them on
        if Encoding.FENCE in new:
            self._out += _fence(_REQUEST | _BLOCK_BEFORE, b"")  # it may use them

    def set_size(self, width: int, height: int, monitors: Sequence[Monitor]) -> None:
        """The screen has this size now."""
        self.width, self.height, self._monitors = width, height, tuple(monitors)
        if self.speaks(Encoding.EXTENDED_DESKTOP_SIZE):
            self._note("size", self._size_note(0, 0))
        elif self.speaks(Encoding.DESKTOP_SIZE):
            self._note("size", _head(Rect(0, 0, width, height), Encoding.DESKTOP_SIZE))

    def _note(self, kind: str, rect: bytes) -> None:
        """To stand in the next update, behind what waits there already; the newest of its kind counts."""
        self._notes.pop(kind, None)
        self._notes[kind] = rect

    @property
    def follows_size(self) -> bool:
        """Whether the viewer can be told of another size than that it began with."""
        return bool(self.encodings & {Encoding.EXTENDED_DESKTOP_SIZE, Encoding.DESKTOP_SIZE})

    def _size_note(self, reason: int, status: int) -> bytes:
        rect = Rect(reason, status, self.width, self.height)
        screens = [struct.pack(">IHHHHI", m.number, *m.rect, 0) for m in self._monitors]
        head = struct.pack(">B3x", len(screens))
        return _head(rect, Encoding.EXTENDED_DESKTOP_SIZE) + head + b"".join(screens)

    def show_cursor(self, cursor: CursorShape) -> None:
        """The pointer looks like this now; the viewer draws it itself, if it can."""
        place = Rect(cursor.hot_x, cursor.hot_y, cursor.width, cursor.height)
        if self.speaks(Encoding.VMWARE_CURSOR):
            drawn = _head(place, Encoding.VMWARE_CURSOR) + b"\1\0" + _straight_rgba(cursor)
            self._note("cursor", drawn)
        elif self.speaks(Encoding.CURSOR):
            self._note("cursor", _head(place, Encoding.CURSOR) + self._masked(cursor))

    def _masked(self, cursor: CursorShape) -> bytes:
        pixels = np.frombuffer(cursor.bgra, "<u4").reshape(cursor.height, cursor.width)
        mask = np.packbits((pixels >> 24) >= 128, axis=1)
        return self.format.write(pixels) + mask.tobytes()

    def begin_update(self, rects: int) -> bytes:
        """The head of an update with so many rectangles, and those without pixels. Uses up the request."""
        notes, self._notes = self._notes, {}
        self._is_requested = False
        return struct.pack(">BxH", 0, len(notes) + rects) + b"".join(notes.values())

    def end_update(self, number: int) -> bytes:
        """A mark behind an update, by which the viewer tells that it has read it; "" when it knows none."""
        if not self.speaks(Encoding.FENCE):
            return b""
        return _fence(_REQUEST | _BLOCK_BEFORE, number.to_bytes(4, "big"))

    def copy(self, source: Rect, x: int, y: int) -> bytes:
        """A rectangle whose pixels the viewer has elsewhere."""
        place = Rect(x, y, source.w, source.h)
        return _head(place, Encoding.COPY_RECT) + struct.pack(">HH", source.x, source.y)

    def tight(self, rect: Rect, body: bytes) -> bytes:
        """A rectangle with a body of encoding 7."""
        return _head(rect, Encoding.TIGHT) + body

    def raw(self, rect: Rect, pixels: Words) -> bytes:
        """A rectangle as it is, which every viewer reads."""
        return _head(rect, Encoding.RAW) + self.format.write(pixels)


def _head(rect: Rect, encoding: int) -> bytes:
    return struct.pack(">HHHHi", *rect, encoding)


def _fence(flags: int, payload: bytes) -> bytes:
    return struct.pack(">B3xIB", 248, flags, len(payload)) + payload


def _straight_rgba(cursor: CursorShape) -> bytes:
    """Premultiplied BGRA as RGBA that is not."""
    bgra = np.frombuffer(cursor.bgra, np.uint8).reshape(-1, 4).astype(np.uint16)
    alpha = np.maximum(bgra[:, 3:], 1)
    rgb = np.minimum(bgra[:, 2::-1] * 255 // alpha, 255)
    return np.concatenate([rgb, bgra[:, 3:]], axis=1).astype(np.uint8).tobytes()
