"""One sealed connection of one viewer with the host, from the first clear message on; no I/O."""

from collections.abc import Callable
from dataclasses import dataclass

from remote_bridge.protocol.errors import Misplaced
from remote_bridge.protocol.frames import HEADER_BYTES, Channel, Frame, channel_of
from remote_bridge.protocol.handshake import (
    Ephemeral,
    HostHandshake,
    Kind,
    Meeting,
    Sealed,
    ViewerHandshake,
)


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a frame: frames to send back now, in this order, and what was opened, if anything was."""

    replies: tuple[bytes, ...] = ()
    opened: tuple[Channel, bytes] | None = None


_NOTHING = Received()

MOST_COMMITMENTS = 3
"""Of one viewer to one connection of the host: each shows it another key of the host, and whoever could
choose among very many of them could choose the code as well. An honest one needs two, if the host came again
while the first was on its way."""

MOST_HANDSHAKES = 20
"""Of all viewers in all connections, between two times that the host's user has said yes."""


class _End:
    """What both ends have in common: nothing is sealed or opened before both have shown their keys."""

    def __init__(self) -> None:
        self._sealed: Sealed | None = None
        self._is_ready = False

    @property
    def is_ready(self) -> bool:
        """Whether both sides have the same keys."""
        return self._is_ready

    @property
    def code(self) -> str | None:
        """The six digits for both to compare, as soon as there are keys."""
        return self._sealed.code if self._sealed else None

    def seal(self, channel: Channel, body: bytes) -> bytes:
        """A frame to send; Misplaced before `is_ready`."""
        if self._sealed is None or not self._is_ready:
            raise Misplaced("nothing is sealed before both sides have their keys")
        return self._sealed.sealer.seal(channel, body)

    def _open(self, sealed: Sealed, data: bytes) -> Received:
        if not self._is_ready:
            sealed.expect_greeting(data)
            self._is_ready = True
            return _NOTHING
        channel, body = sealed.opener.open(data)
        if channel is Channel.HANDSHAKE:
            raise Misplaced("the handshake is over")
        return Received(opened=(channel, body))


class HostEnd(_End):
    """The host's end towards one viewer.

    What a viewer sent to the host's connection before this one may still arrive: until there are keys,
    whatever does not begin or go on with a handshake is passed over, and a new commitment begins anew.
    """

    def __init__(
        self, meeting: Meeting, own: Ephemeral | None = None, begins: Callable[[], bool] = lambda: True
    ) -> None:
        """`begins` is asked at each commitment whether one more may be answered."""
        super().__init__()
        self._meeting = meeting
        self._given, self._begins = own, begins
        self._handshake: HostHandshake | None = None
        self._commitments = 0

    def receive(self, data: bytes) -> Received:
        """A frame of this viewer. ProtocolError ends this viewer's connection."""
        if self._sealed is not None:
            return self._open(self._sealed, data)
        if _is_clear(data, Kind.COMMIT):
            self._commitments += 1
            if self._commitments > MOST_COMMITMENTS or not self._begins():
                raise Misplaced("a handshake that begins again and again")
            self._handshake = HostHandshake(self._meeting, self._given)
            return Received((self._handshake.take_commitment(data),))
        if self._handshake is None or not _is_clear(data, Kind.VIEWER_KEY):
            return _NOTHING
        self._sealed = self._handshake.reveal(data)
        return Received((self._sealed.greeting(),))


class ViewerEnd(_End):
    """The viewer's end, for one connection of the host: when that comes anew, a new end begins anew."""

    def __init__(self, meeting: Meeting, own: Ephemeral | None = None) -> None:
        super().__init__()
        self._handshake = ViewerHandshake(meeting, own)

    def begin(self) -> bytes:
        """The frame to send first, when the host is there."""
        return self._handshake.begin()

    def receive(self, data: bytes) -> Received:
        """A frame of the host. ProtocolError ends the connection."""
        if self._sealed is not None:
            return self._open(self._sealed, data)
        second, self._sealed = self._handshake.answer(data)
        return Received((second, self._sealed.greeting()))


def _is_clear(data: bytes, kind: Kind) -> bool:
    """Whether this is a clear message of that kind, whole or not; Malformed for what is no frame."""
    if channel_of(data) is not Channel.HANDSHAKE or Frame.parse(data).counter:
        return False
    return data[HEADER_BYTES : HEADER_BYTES + 1] == bytes([kind])
