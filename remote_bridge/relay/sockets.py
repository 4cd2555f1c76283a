"""One WebSocket at the relay: messages put together, bounds, pings, reading held back. picows does the rest.

What the socket is for, a `Part` decides: first the one that waits for the first message, then host or viewer.
"""

import struct
from collections.abc import Callable
from typing import Protocol

from picows import WSFrame, WSListener, WSMsgType, WSTransport

from gateway import clock, log
from remote_bridge.protocol.errors import CloseCode, Malformed, ProtocolError, TooLarge
from remote_bridge.protocol.frames import MOST_HOST_FRAME_BYTES, Buffer
from remote_bridge.protocol.messages import MOST_TEXT_BYTES
from remote_bridge.relay.limits import Bucket

HIGH_WATER_BYTES = 1024 * 1024
LOW_WATER_BYTES = 256 * 1024
STUCK_SECONDS = 20.0
"""Who has read nothing of what waits for it in this time is as good as gone."""

SLOW_SECONDS = 60.0
"""From the high mark to the low one; who takes longer holds others up. Below 13 kB a second is no line."""

PING_SECONDS = 20.0
SILENT_SECONDS = 65.0
"""Three pings, none of them answered."""

CLOSING_SECONDS = 2.0
"""How long a closed socket may take to send what it still has."""

_WHOLE_BINARY = 0x82
_MIDDLE_HEAD, _LARGE_HEAD = struct.Struct(">BBH"), struct.Struct(">BBQ")
_BINARY, _TEXT, _MORE = WSMsgType.BINARY, WSMsgType.TEXT, WSMsgType.CONTINUATION
_PING, _CLOSE = WSMsgType.PING, WSMsgType.CLOSE


class Part(Protocol):
    """What a socket is for. A ProtocolError from a `hear` or `carry` closes it."""

    def begin(self, socket: "Socket") -> None:
        """It is open."""
        ...

    def hear(self, socket: "Socket", text: bytes) -> None:
        """A whole text has come."""
        ...

    def carry(self, socket: "Socket", data: Buffer) -> None:
        """A whole binary message has come; `data` is good during the call only."""
        ...

    def fill(self, socket: "Socket", *, is_full: bool) -> None:
        """What waits to be sent has grown over the bound, or is well below it again."""
        ...

    def lose(self, socket: "Socket") -> None:
        """It is gone."""
        ...


class Onward:
    """The sockets for which something was in the bytes that are being heard.

    A host's read often holds several frames for the same viewer. Together in one write they cost a fifth
    less processor time a byte than one by one: one system call, and the reader wakes once.
    """

    __slots__ = ("_sockets",)

    def __init__(self) -> None:
        self._sockets: list[Socket] = []

    def add(self, socket: "Socket") -> None:
        """This one has something to send."""
        self._sockets.append(socket)

    def send(self) -> None:
        """All of it. What waits is memory that is read into again, so this comes before the next read."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            socket.send_waiting()


class Socket(WSListener):
    """A socket of the relay."""

    __slots__ = (
        "_bucket",
        "_closed_at",
        "_full_at",
        "_full_since",
        "_given",
        "_heard_at",
        "_is_held",
        "_kind",
        "_note_gone",
        "_note_open",
        "_onward",
        "_parts",
        "_pinged_at",
        "_read",
        "_transport",
        "_waiting",
        "code",
        "is_closed",
        "is_full",
        "part",
        "session",
    )

    def __init__(
        self,
        part: Part,
        onward: Onward,
        note_open: "Callable[[Socket], None]",
        note_gone: "Callable[[Socket], None]",
    ) -> None:
        self.part = part
        self._onward = onward
        self._waiting: list[Buffer] = []
        self._note_open, self._note_gone = note_open, note_gone
        self.code: CloseCode | None = None
        """With which it was closed here."""
        self.session: int | None = None
        """For the log."""
        self.is_closed = False
        self.is_full = False
        self._transport: WSTransport | None = None
        self._bucket: Bucket | None = None
        self._parts: bytearray | None = None
        self._kind = _MORE
        self._is_held = False
        self._heard_at = self._pinged_at = clock.monotonic()
        self._full_at = self._full_since = self._closed_at = 0.0
        self._given = 0  # bytes to be sent; what it has read of them is these less what waits
        self._read = 0

    @property
    def peer(self) -> str:
        """The address at the other end of the connection; "" when it is gone."""
        if self._transport is None:
            return ""
        name = self._transport.underlying_transport.get_extra_info("peername")
        return str(name[0]) if isinstance(name, tuple) else ""

    @property
    def fileno(self) -> int:
        """The file descriptor of the connection; -1 when it is gone."""
        if self._transport is None:
            return -1
        found: int = self._transport.underlying_transport.get_extra_info("socket").fileno()
        return found

    # -- what a room does with it (room.Line) -----------------------------------------------------------

    def tell(self, text: str) -> None:
        """Send a text."""
        self.send_waiting()
        if not self.is_closed and self._transport is not None:
            self._given += len(text)
            self._transport.send(_TEXT, text)

    def pass_on(self, data: Buffer) -> None:
        """Send a binary message along with what else is heard now; what cannot be sent then is copied."""
        if not self.is_closed and self._transport is not None:
            self._given += len(data)
            if not self._waiting:
                self._onward.add(self)
            self._waiting.append(data)

    def send_waiting(self) -> None:
        """Send what was passed on; nothing if nothing was."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        transport = self._transport
        if transport is None or transport.is_close_frame_sent:
            return
        if len(waiting) == 1:
            transport.send(_BINARY, waiting[0])
        else:
            pieces = (piece for data in waiting for piece in (_head(len(data)), data))
            transport.underlying_transport.writelines(list(pieces))

    @property
    def waiting_bytes(self) -> int:
        """What was given to it and is not with the kernel yet."""
        if self._transport is None:
            return 0
        behind = sum(len(data) for data in self._waiting)
        return behind + self._transport.underlying_transport.get_write_buffer_size()

    def hold(self, *, is_held: bool) -> None:
        """Read nothing more, or go on."""
        if self._is_held is is_held or self.is_closed or self._transport is None:
            return
        self._is_held = is_held
        if is_held:
            self._transport.underlying_transport.pause_reading()
        else:
            self._heard_at = clock.monotonic()
            self._transport.underlying_transport.resume_reading()

    def close(self, code: CloseCode) -> None:
        """Close after what was sent before; what comes in is thrown away."""
        if self.is_closed:
            return
        self.send_waiting()
        self.is_closed, self.code = True, code
        self._parts = None
        self._closed_at = clock.monotonic()
        if self._transport is not None:
            self._transport.send_close(code)  # type: ignore[arg-type]  # any number will do
            # What is not read would have the kernel reset the connection, and with it what it has not sent.
            self._transport.underlying_transport.resume_reading()

    def abort(self) -> None:
        """Let go of it at once."""
        self.is_closed = True
        self._waiting.clear()
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # -- the clock ----------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """Ping it when it is due; abort it when it hears nothing, reads nothing or does not end."""
        transport = self._transport
        if transport is None:
            return
        if self.is_closed:
            if now - self._closed_at >= CLOSING_SECONDS:
                self.abort()
            return
        if self.is_full:
            # What it is told meanwhile makes more wait: that it reads nothing is not to be seen by a change.
            read = self._given - transport.underlying_transport.get_write_buffer_size()
            if read > self._read:
                self._read, self._full_since = read, now
            if now - self._full_since >= STUCK_SECONDS or now - self._full_at >= SLOW_SECONDS:
                log.get("relay").info("relay.stuck", session=self.session)
                self.abort()
            return
        if self._is_held:
            return
        if now - self._heard_at >= SILENT_SECONDS:
            log.get("relay").info("relay.silent", session=self.session)
            self.abort()
        elif now - max(self._heard_at, self._pinged_at) >= PING_SECONDS:
            self._pinged_at = now
            transport.send_ping()

    # -- picows -------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade is done."""
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=HIGH_WATER_BYTES, low=LOW_WATER_BYTES)
        self._note_open(self)
        if not self.is_closed:
            self.part.begin(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone, whoever ended it."""
        self.is_closed = True
        self._parts = None
        self._waiting.clear()
        self._transport = None
        self.part.lose(self)
        self._note_gone(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame of WebSocket (RFC 6455 section 5)."""
        try:
            self._take_frame(transport, frame)
        finally:
            if frame.last_in_buffer:
                self._onward.send()

    def _take_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if self.is_closed:
            if kind == _CLOSE:
                transport.disconnect()
            return
        try:
            if kind == _BINARY and frame.fin and self._parts is None:
                _check(frame)
                self.part.carry(self, frame.get_payload_as_memoryview())
            else:
                self._take(transport, frame)
        except ProtocolError as error:
            self._refuse(error)
        except Exception:  # noqa: BLE001 - logged; the others' sockets go on
            log.get("relay").exception("relay.failed", session=self.session)
            self.close(CloseCode.RESTART)
        self._heard_at = clock.monotonic()

    def pause_writing(self) -> None:
        """More than the bound waits to be sent."""
        self.is_full = True
        self._full_at = self._full_since = clock.monotonic()
        self.part.fill(self, is_full=True)

    def resume_writing(self) -> None:
        """Most of it has been sent."""
        self.is_full = False
        self.part.fill(self, is_full=False)

    def _refuse(self, error: ProtocolError) -> None:
        log.get("relay").info("relay.refused", session=self.session, cause=str(error))
        self.close(error.code)

    def _take(self, transport: WSTransport, frame: WSFrame) -> None:
        """Anything but a whole binary message."""
        _check(frame)
        if frame.msg_type == _CLOSE:
            self.close(CloseCode.NORMAL)
            transport.disconnect()
        elif frame.msg_type == _PING:
            if not self.is_full:  # who sends pings and reads no answers gets none
                transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type in (_BINARY, _TEXT, _MORE):
            self._put_together(frame)

    def _put_together(self, frame: WSFrame) -> None:
        """A message in pieces, as browsers send large ones (section 5.4)."""
        if (frame.msg_type == _MORE) is (self._parts is None):
            raise Malformed("a piece without its beginning, or a beginning within a message")
        if self._parts is None:
            self._kind, self._parts = frame.msg_type, bytearray()
        most = MOST_TEXT_BYTES if self._kind == _TEXT else MOST_HOST_FRAME_BYTES
        if len(self._parts) + frame.payload_size > most:
            raise TooLarge("a message over its bound")
        self._parts += frame.get_payload_as_memoryview()
        if not frame.fin:
            return
        whole, self._parts = self._parts, None
        if self._kind == _TEXT:
            self._hear(bytes(whole))
        else:
            self.part.carry(self, whole)

    def _hear(self, text: bytes) -> None:
        now = clock.monotonic()
        if self._bucket is None:
            self._bucket = Bucket(now)
        if not self._bucket.take(now):
            log.get("relay").info("relay.refused", session=self.session, cause="too many texts")
            self.close(CloseCode.TOO_MANY)
            return
        self.part.hear(self, text)


def _head(size: int) -> bytes:
    """Of a whole binary message from a server (RFC 6455 section 5.2)."""
    if size < 126:
        return bytes((_WHOLE_BINARY, size))
    if size < 2**16:
        return _MIDDLE_HEAD.pack(_WHOLE_BINARY, 126, size)
    return _LARGE_HEAD.pack(_WHOLE_BINARY, 127, size)


def _check(frame: WSFrame) -> None:
    if frame.rsv1 or frame.rsv2 or frame.rsv3:
        raise Malformed("no extension was agreed on")
