"""What a socket of the relay is for: a newcomer, then a host, a viewer or a system."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway import clock, log
from remote_bridge.protocol.errors import CloseCode, Malformed, Misplaced
from remote_bridge.protocol.frames import Buffer
from remote_bridge.protocol.hello import (
    FIRST_MESSAGE_SECONDS,
    Hello,
    HostHello,
    SystemHello,
    ViewerHello,
    parse_hello,
)
from remote_bridge.protocol.systems import (
    NONCE_BYTES,
    PROOF_SECONDS,
    Challenge,
    parse_proof,
    parse_unattended,
)
from remote_bridge.relay.limits import Crowd, Tries
from remote_bridge.relay.room import Room, Viewer
from remote_bridge.relay.sockets import Socket
from remote_bridge.relay.systems import Claim, Systems

Wanting = HostHello | ViewerHello | Claim
Admit = Callable[[Socket, Wanting, "Newcomer"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the door: their source, and as what their origin lets them in."""

    source: str
    is_behind_proxy: bool
    may_host: bool
    may_view: bool
    is_program: bool

    def may_come(self, hello: Hello) -> bool:
        """Whether who comes like this may be what they say."""
        match hello:
            case HostHello():
                return self.may_host
            case ViewerHello():
                return self.may_view
            case SystemHello():
                return self.is_program


class Newcomer:
    """Waits for the first message, of a system also for its proof, and then for the desk's word."""

    def __init__(
        self, identify: Callable[[str], Caller], *, tries: Tries, crowd: Crowd, admit: Admit
    ) -> None:
        self._identify, self._tries, self._crowd, self._admit = identify, tries, crowd, admit
        self._caller = Caller("", is_behind_proxy=False, may_host=False, may_view=False, is_program=False)
        self._challenged: tuple[SystemHello, bytes] | None = None
        self._is_counted = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Future[None] | None = None

    def begin(self, socket: Socket) -> None:
        """Turn away who may not even speak; else wait for the first message."""
        self._caller = self._identify(socket.peer)
        source = self._caller.source
        if self._tries.is_locked(source, clock.monotonic()):
            socket.close(CloseCode.TOO_MANY)
        elif not self._caller.may_host and not self._caller.may_view:
            log.get("relay").info("relay.refused", cause="origin")
            socket.close(CloseCode.ORIGIN)
        elif self._caller.is_behind_proxy and source and not self._crowd.come(source):
            socket.close(CloseCode.TOO_MANY)
        else:
            self._is_counted = self._caller.is_behind_proxy and bool(source)
            self._wait(socket, FIRST_MESSAGE_SECONDS)

    def hear(self, socket: Socket, text: bytes) -> None:
        """The first message, or the answer to a challenge."""
        if self._task is not None:
            raise Misplaced("a second message before the welcome")
        self._stop_timer()
        if self._challenged is not None:
            hello, nonce = self._challenged
            self._ask(socket, Claim(hello.system, nonce, parse_proof(text)))
        else:
            self._greet(socket, parse_hello(text))

    def _greet(self, socket: Socket, hello: Hello) -> None:
        if not self._caller.may_come(hello):
            log.get("relay").info("relay.refused", cause="origin")
            socket.close(CloseCode.ORIGIN)
        elif isinstance(hello, SystemHello):
            self._challenged = hello, secrets.token_bytes(NONCE_BYTES)
            socket.tell(Challenge(self._challenged[1]).text())
            self._wait(socket, PROOF_SECONDS)
        else:
            self._ask(socket, hello)

    def _ask(self, socket: Socket, wanting: Wanting) -> None:
        self._task = asyncio.ensure_future(self._admit(socket, wanting, self))

    def _wait(self, socket: Socket, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, socket.close, CloseCode.SILENT)

    def carry(self, socket: Socket, data: Buffer) -> None:
        """Nobody has frames yet."""
        raise Malformed("a frame before the first message")

    def fill(self, socket: Socket, *, is_full: bool) -> None:
        """Nothing is sent to it yet."""

    def lose(self, socket: Socket) -> None:
        """Gone before it came in; what the desk says of it comes too late."""
        self._stop_timer()
        self.forget()

    def note_guess(self) -> None:
        """Its secret was none that anybody knows."""
        if self._caller.source:
            self._tries.note_bad(self._caller.source, clock.monotonic())

    def forget(self) -> None:
        """Count it no more."""
        if self._is_counted:
            self._is_counted = False
            self._crowd.go(self._caller.source)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class HostPart:
    """The host of a room."""

    def __init__(self, room: Room, newcomer: Newcomer) -> None:
        self._room, self._newcomer = room, newcomer

    def begin(self, socket: Socket) -> None:
        """It began as a newcomer."""

    def hear(self, socket: Socket, text: bytes) -> None:
        """A text for the room."""
        self._room.hear_host(text)

    def carry(self, socket: Socket, data: Buffer) -> None:
        """A frame for a viewer."""
        self._room.carry_from_host(data)

    def fill(self, socket: Socket, *, is_full: bool) -> None:
        """The viewers wait, or go on."""
        self._room.fill_host(socket, is_full=is_full)

    def lose(self, socket: Socket) -> None:
        """The room goes on without it for a while."""
        self._newcomer.forget()
        log.get("relay").info("relay.left", session=self._room.session_id, role="host")
        self._room.lose_host(socket)


class ViewerPart:
    """A viewer of a room."""

    def __init__(self, room: Room, viewer: Viewer, newcomer: Newcomer) -> None:
        self._room, self._viewer, self._newcomer = room, viewer, newcomer

    def begin(self, socket: Socket) -> None:
        """It began as a newcomer."""

    def hear(self, socket: Socket, text: bytes) -> None:
        """A text for the room."""
        self._room.hear_viewer(self._viewer, text)

    def carry(self, socket: Socket, data: Buffer) -> None:
        """A frame for the host."""
        self._room.carry_from_viewer(self._viewer, data)

    def fill(self, socket: Socket, *, is_full: bool) -> None:
        """The host waits, or goes on."""
        self._room.fill_viewer(self._viewer, is_full=is_full)

    def lose(self, socket: Socket) -> None:
        """The room goes on without it."""
        self._newcomer.forget()
        log.get("relay").info("relay.left", session=self._room.session_id, role="viewer")
        self._room.lose_viewer(self._viewer)


class SystemPart:
    """An installed system: it is there, says what is granted at it, and is called."""

    def __init__(self, systems: Systems, system_id: int, newcomer: Newcomer) -> None:
        self._systems, self._system_id, self._newcomer = systems, system_id, newcomer

    def begin(self, socket: Socket) -> None:
        """It began as a newcomer."""

    def hear(self, socket: Socket, text: bytes) -> None:
        """What is granted at it now."""
        self._systems.change(socket, self._system_id, parse_unattended(text).unattended)

    def carry(self, socket: Socket, data: Buffer) -> None:
        """It has no frames."""
        raise Malformed("a system has no frames")

    def fill(self, socket: Socket, *, is_full: bool) -> None:
        """Nothing waits for it."""

    def lose(self, socket: Socket) -> None:
        """It is away."""
        self._newcomer.forget()
        log.get("relay").info("relay.left", system=self._system_id, role="system")
        self._systems.lose(socket, self._system_id)
