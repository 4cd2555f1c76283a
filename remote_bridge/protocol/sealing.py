"""AES-256-GCM over frames: one key a direction, a counter that never repeats (docs/remote-protocol.md, 5)."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remote_bridge.protocol.errors import Malformed, Tampered, TooLarge
from remote_bridge.protocol.frames import (
    HEADER_BYTES,
    MOST_COUNTER,
    MOST_FRAME_BYTES,
    MOST_PLAIN_BYTES,
    TAG_BYTES,
    Buffer,
    Channel,
    channel_of,
    header,
)

_NONCE_BEFORE = bytes(4)


class Sealer:
    """Seals what leaves in one direction."""

    __slots__ = ("_aead", "_counter")

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._counter = 0

    def seal(self, channel: Channel, body: Buffer) -> bytes:
        """The whole frame. Frames must leave in the order they were sealed in; TooLarge above 1 MiB."""
        if len(body) > MOST_PLAIN_BYTES:
            raise TooLarge("a body over 1 MiB")
        if self._counter == MOST_COUNTER:
            raise Tampered("no counter is left")
        self._counter += 1
        head = header(channel, self._counter)
        return head + self._aead.encrypt(_NONCE_BEFORE + head[1:], bytes(body), head)


class Opener:
    """Opens what comes from one direction.

    `gapless`: each counter is exactly one more than the last (from the host); else more than the last, as the
    relay may have dropped some of a viewer's.
    """

    __slots__ = ("_aead", "_gapless", "_last")

    def __init__(self, key: bytes, *, gapless: bool) -> None:
        self._aead = AESGCM(key)
        self._gapless = gapless
        self._last = 0

    def open(self, data: Buffer) -> tuple[Channel, bytes]:
        """Channel and body of a frame; Malformed, TooLarge, Tampered. After one of these nothing is right."""
        channel = channel_of(data)
        if len(data) > MOST_FRAME_BYTES:
            raise TooLarge("a frame over 1 MiB")
        if len(data) < HEADER_BYTES + TAG_BYTES:
            raise Malformed("too short to be sealed")
        head = bytes(data[:HEADER_BYTES])
        counter = int.from_bytes(head[1:], "big")
        if counter <= self._last or (self._gapless and counter != self._last + 1):
            raise Tampered("a frame out of order")
        try:
            body = self._aead.decrypt(_NONCE_BEFORE + head[1:], bytes(data[HEADER_BYTES:]), head)
        except InvalidTag:
            raise Tampered("a frame that does not open") from None
        self._last = counter
        return channel, body
