"""What a viewer sends on the screen's channel (RFC 6143 section 7.5), a stream that is cut anywhere."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.pixels import PixelFormat

VERSION = b"RFB 003.008\n"
_MOST_ENCODINGS = 256
_MOST_SCREENS = 32
_MOST_PAYLOAD = 64
_NONE = 1


class RfbError(Exception):
    """A viewer that does not keep to the protocol; its connection ends."""


class Started(NamedTuple):
    """The viewer has said its version: it is told the kinds of security."""


class Chosen(NamedTuple):
    """The viewer has chosen none."""


class Initialised(NamedTuple):
    """The viewer waits for the size of the screen."""


class FormatSet(NamedTuple):
    """How pixels are to be written from now on."""

    format: PixelFormat


class EncodingsSet(NamedTuple):
    """What the viewer reads, best first."""

    numbers: tuple[int, ...]


class UpdateRequested(NamedTuple):
    """An update is welcome; all of it, unless incremental."""

    rect: Rect
    is_incremental: bool


class Continuous(NamedTuple):
    """Updates without being asked: on or off."""

    is_on: bool


class Fence(NamedTuple):
    """A mark in the stream, to be given back (a request) or given back to us."""

    flags: int
    payload: bytes


class SizeWished(NamedTuple):
    """The viewer would like another size of the screen. It is the customer's."""


Message = (
    Started
    | Chosen
    | Initialised
    | FormatSet
    | EncodingsSet
    | UpdateRequested
    | Continuous
    | Fence
    | SizeWished
)


class Messages:
    """Takes bytes, gives whole messages. Never holds more than one unfinished message (1 KiB)."""

    def __init__(self) -> None:
        self._rest = b""
        self._stage = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are complete now. Raises RfbError at the first that is none."""
        self._rest += data
        while self._rest:
            size = self._size()
            if size is None or len(self._rest) < size:
                return
            one, self._rest = self._rest[:size], self._rest[size:]
            yield self._read(one)

    def _size(self) -> int | None:
        """How long the message at the beginning is; None when its head is not there yet."""
        if self._stage < 3:
            return (len(VERSION), 1, 1)[self._stage]
        kind = self._rest[0]
        match kind:
            case 0:
                return 20
            case 3 | 150:
                return 10
            case 2:
                return self._counted(">2xH", 4, _MOST_ENCODINGS)
            case 248:
                return self._counted(">8xB", 1, _MOST_PAYLOAD)
            case 251:
                return self._counted(">6xBx", 16, _MOST_SCREENS)
            case _:
                raise RfbError(f"message {kind} has no place here")

    def _counted(self, head: str, each: int, most: int) -> int | None:
        size = struct.calcsize(head)
        if len(self._rest) < size:
            return None
        [count] = struct.unpack_from(head, self._rest)
        if count > most:
            raise RfbError(f"message {self._rest[0]} with {count} parts")
        return int(size + each * count)

    def _read(self, data: bytes) -> Message:
        if self._stage < 3:
            return self._greet(data)
        match data[0]:
            case 0:
                return _format_set(data)
            case 2:
                return EncodingsSet(struct.unpack(f">{(len(data) - 4) // 4}i", data[4:]))
            case 3:
                incremental, *rect = struct.unpack(">xBHHHH", data)
                return UpdateRequested(Rect(*rect), bool(incremental))
            case 150:
                return Continuous(bool(data[1]))
            case 248:
                return Fence(int.from_bytes(data[4:8], "big"), data[9:])
            case _:
                return SizeWished()

    def _greet(self, data: bytes) -> Message:
        self._stage += 1
        if self._stage == 1:
            if data != VERSION:
                raise RfbError("another version than 3.8")
            return Started()
        if self._stage == 2:
            if data[0] != _NONE:
                raise RfbError("a kind of security that was not offered")
            return Chosen()
        return Initialised()


def _format_set(data: bytes) -> FormatSet:
    try:
        return FormatSet(PixelFormat.parse(data[4:]))
    except ValueError as error:
        raise RfbError(str(error)) from error
