"""Binary messages: `channel u8 | counter u64 | body`, with the viewer's number before it at the host."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from remote_bridge.protocol.errors import Malformed, TooLarge

Buffer = bytes | bytearray | memoryview


class Channel(IntEnum):
    """What a frame carries."""

    HANDSHAKE = 0
    SCREEN = 1
    INPUT = 2
    CLIPBOARD = 3
    CHAT = 4
    FILES = 5


HEADER_BYTES = 9
VIEWER_BYTES = 4
TAG_BYTES = 16
MOST_PLAIN_BYTES = 1024 * 1024
"""Of a body before it is sealed."""
MOST_FRAME_BYTES = HEADER_BYTES + MOST_PLAIN_BYTES + TAG_BYTES
MOST_HOST_FRAME_BYTES = VIEWER_BYTES + MOST_FRAME_BYTES
MOST_COUNTER = 2**64 - 1
MOST_VIEWER = 2**32 - 1

_HEADER = struct.Struct(">BQ")
_VIEWER = struct.Struct(">I")
_CHANNELS = {channel.value: channel for channel in Channel}


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a channel; `body` is sealed unless the counter is 0."""

    channel: Channel
    counter: int
    body: bytes

    def __bytes__(self) -> bytes:
        return header(self.channel, self.counter) + self.body

    @classmethod
    def parse(cls, data: Buffer) -> "Frame":
        """From the bytes of a message without viewer; Malformed, TooLarge."""
        channel = channel_of(data)
        if len(data) > MOST_FRAME_BYTES:
            raise TooLarge("a frame over 1 MiB")
        return cls(channel, _HEADER.unpack_from(data)[1], bytes(data[HEADER_BYTES:]))


def header(channel: Channel, counter: int) -> bytes:
    """The nine bytes before a body, which are also what is sealed along with it."""
    return _HEADER.pack(channel, counter)


def channel_of(data: Buffer, at: int = 0) -> Channel:
    """The channel of the frame that begins at `at`; Malformed for one that is none."""
    if len(data) - at < HEADER_BYTES or (channel := _CHANNELS.get(data[at])) is None:
        raise Malformed("no frame")
    return channel


def with_viewer(viewer: int, frame: Buffer) -> bytes:
    """The frame as it stands between relay and host."""
    return _VIEWER.pack(viewer) + frame


def split_viewer(data: Buffer) -> tuple[int, Buffer]:
    """The viewer's number and the frame behind it; Malformed, TooLarge."""
    if len(data) > MOST_HOST_FRAME_BYTES:
        raise TooLarge("a frame over 1 MiB")
    return viewer_of(data), data[VIEWER_BYTES:]


def viewer_of(data: Buffer) -> int:
    """The viewer's number before a frame; Malformed for one that nobody has."""
    if len(data) < VIEWER_BYTES + HEADER_BYTES:
        raise Malformed("no frame")
    viewer: int = _VIEWER.unpack_from(data)[0]
    if viewer == 0:
        raise Malformed("no viewer has the number 0")
    return viewer
