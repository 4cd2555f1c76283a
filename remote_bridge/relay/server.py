"""The relay: listens, lets in whom the desk lets in, and sees to it that what is over ends.

Asyncio on one thread; questions to the desk go to threads. What passes is for `room` and `sockets` to do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from multidict import CIMultiDict
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener, ws_create_server

from gateway import clock, log
from gateway.errors import Unavailable
from gateway.inbound.networks import Network, contain, plain
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.frames import MOST_HOST_FRAME_BYTES
from remote_bridge.protocol.hello import FIRST_MESSAGE_SECONDS, SUBPROTOCOL, HostHello, ViewerHello
from remote_bridge.protocol.secrets import hash_of
from remote_bridge.protocol.state import Standing, State
from remote_bridge.relay import upgrade
from remote_bridge.relay.admission import Admission, NotAdmitted, Still
from remote_bridge.relay.doorway import Doorway
from remote_bridge.relay.ledger import Ledger
from remote_bridge.relay.limits import Crowd, Tries, source_of
from remote_bridge.relay.parts import Caller, HostPart, Newcomer, SystemPart, ViewerPart, Wanting
from remote_bridge.relay.room import Room
from remote_bridge.relay.sockets import Onward, Socket
from remote_bridge.relay.systems import Claim, Systems
from remote_bridge.relay.tally import Present, Tally, as_text
from remote_bridge.relay.upgrade import Origins, Wish

LOOK_SECONDS = 0.5
"""How often the desk is asked whether what is held here still holds, and the room's clocks are looked at."""

CALL_SECONDS = 1.0
"""How often the desk is asked whom of the systems here somebody calls."""

NOTE_SECONDS = 60.0
"""How often the desk is told that what is held here lives. Seldom: open pages read anew after any write."""

STOP_SECONDS = 3.0
"""For the sockets to close, and again as long for what the desk is to be told."""

_ASKING_THREADS = 4
_GUESSES = frozenset({CloseCode.TOKEN_UNKNOWN, CloseCode.PASS_UNKNOWN})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator decided."""

    host: str
    port: int
    origins: Origins
    url: str = ""
    """As systems are told it, and sign it; empty: ws:// and where it listens."""
    proxies: tuple[Network, ...] = ()
    most_connections: int = 2000
    most_per_source: int = 64
    metrics_token: str = ""


class Relay:
    """One relay. `start` it, `stop` it; both in the same running loop."""

    def __init__(self, options: Options, admission: Admission) -> None:
        self._options, self._admission = options, admission
        self.tally = Tally()
        self._crowd = Crowd(most=options.most_connections, most_per_source=options.most_per_source)
        self._tries = Tries()
        self._rooms: dict[int, Room] = {}
        self._sockets: set[Socket] = set()
        self._onward = Onward()
        self._asking = ThreadPoolExecutor(_ASKING_THREADS, "relay-asking")
        self._looking = ThreadPoolExecutor(1, "relay-looking")
        self._writing = ThreadPoolExecutor(1, "relay-writing")
        self._ledger = Ledger(admission, self._writing)
        self._systems = Systems(
            admission, self._ledger.note, tally=self.tally, most=_most_systems(options.most_connections)
        )
        self._doorway: Doorway | None = None
        self._url = options.url
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.AbstractServer | None = None
        self._last_gone = asyncio.Event()
        self._is_stopping = False
        self._unanswered: set[str] = set()
        self._noting_at = self._noting_systems_at = 0.0

    async def start(self) -> int:
        """Listen; the port. OSError when the address cannot be had."""
        options = self._options
        doorway = Doorway(
            options.host, options.port, crowd=self._crowd, tally=self.tally, proxies=options.proxies
        )
        self._doorway = doorway
        self._url = self._url or f"ws://{options.host}:{doorway.port}"
        quiet = logging.getLogger("manage4all.relay.sockets")
        quiet.setLevel(logging.CRITICAL + 1)  # it would tell addresses
        self._server = await ws_create_server(
            self._answer,
            sock=doorway,
            websocket_handshake_timeout=FIRST_MESSAGE_SECONDS,
            logger_name=quiet,
            enable_auto_pong=False,
            max_frame_size=MOST_HOST_FRAME_BYTES,
            read_buffer_init_size=2048,
            use_aiofastnet=True,
        )
        running = (
            self._ledger.run(),
            self._ask_the_desk(),
            self._ask_for_systems(),
            self._watch_clocks(),
        )
        self._tasks = [asyncio.create_task(one) for one in running]
        return doorway.port

    async def failed(self) -> None:
        """Returns never: raises what something that runs beside the sockets fails with.

        A relay that does not look at its clocks any more is worse than one that is started anew.
        """
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Tell everybody to come again (1012), and the desk what it does not know yet; in 6 s at most."""
        self._is_stopping = True
        if self._server is not None:
            self._server.close()
        for socket in list(self._sockets):
            socket.close(CloseCode.RESTART)
        if self._sockets:
            self._last_gone.clear()
            await _within(STOP_SECONDS, self._last_gone.wait())
        for socket in list(self._sockets):
            socket.abort()
        await asyncio.sleep(0)
        await _within(STOP_SECONDS, self._ledger.written())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for executor in (self._asking, self._looking, self._writing):
            executor.shutdown(wait=False, cancel_futures=True)

    # -- at the door --------------------------------------------------------------------------------------

    def _answer(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        """What becomes of an HTTP request."""
        match upgrade.wish_of(request.path):
            case Wish.SOCKET if upgrade.speaks_ours(request.headers):
                return self._open(request)
            case Wish.SOCKET:
                return _refused(400)
            case Wish.HEALTH:
                return _said(b"ok\n")
            case Wish.NUMBERS if upgrade.may_see_numbers(
                request.headers, token=self._options.metrics_token, bound_to=self._options.host
            ):
                return _said(as_text(self.tally, self._present()))
            case _:
                return _refused(404)

    def _open(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        upgrade.mend_connection(request.headers)
        newcomer = Newcomer(
            partial(self._identify, request.headers), tries=self._tries, crowd=self._crowd, admit=self._admit
        )
        socket = Socket(newcomer, self._onward, self._note_open, self._note_gone)
        response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": SUBPROTOCOL})
        return WSUpgradeResponseWithListener(response, socket)

    def _identify(self, headers: CIMultiDict[str], peer: str) -> Caller:
        proxies, origins = self._options.proxies, self._options.origins
        is_behind_proxy = contain(proxies, plain(peer))
        address = upgrade.address_of(headers, peer, proxies)
        is_named = not is_behind_proxy or address != plain(peer)
        return Caller(
            source_of(address) if is_named else "",
            is_behind_proxy=is_behind_proxy,
            may_host=origins.allow(headers, is_viewer=False),
            may_view=origins.allow(headers, is_viewer=True),
            is_program="Origin" not in headers,
        )

    def _note_open(self, socket: Socket) -> None:
        self._sockets.add(socket)
        if self._is_stopping:
            socket.close(CloseCode.RESTART)

    def _note_gone(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        if not self._sockets:
            self._last_gone.set()
        if socket.code is not None:
            self.tally.closed[socket.code.value] += 1

    async def _admit(self, socket: Socket, wanting: Wanting, newcomer: Newcomer) -> None:
        try:
            if self._ledger.is_full:
                raise NotAdmitted(CloseCode.RESTART)
            match wanting:
                case HostHello():
                    await self._admit_host(socket, wanting, newcomer)
                case ViewerHello():
                    await self._admit_viewer(socket, wanting, newcomer)
                case Claim():
                    await self._admit_system(socket, wanting, newcomer)
        except NotAdmitted as error:
            if error.code in _GUESSES:
                newcomer.note_guess()
            log.get("relay").info("relay.refused", cause=error.code.name.lower())
            socket.close(error.code)
        except Exception as error:  # noqa: BLE001 - logged; the others' sockets go on
            log.get("relay").error("relay.not_asked", exc_info=not isinstance(error, Unavailable))
            socket.close(CloseCode.RESTART)

    async def _admit_host(self, socket: Socket, hello: HostHello, newcomer: Newcomer) -> None:
        redeem = partial(
            self._admission.redeem,
            token_hash=hash_of(hello.token),
            key_hash=hash_of(hello.key),
            way=hello.way,
        )
        seat = await self._asked(redeem)
        room = self._room(seat.session_id, seat.public_id, seat.standing)
        socket.session = seat.session_id
        socket.part = HostPart(room, newcomer)
        log.get("relay").info("relay.joined", session=seat.session_id, role="host")
        if not (socket.is_closed and room.has_host):
            room.welcome_host(socket, seat)
        if socket.is_closed:  # gone meanwhile: from now on it is away
            room.lose_host(socket)

    async def _admit_viewer(self, socket: Socket, hello: ViewerHello, newcomer: Newcomer) -> None:
        seat = await self._asked(partial(self._admission.enter, pass_hash=hash_of(hello.pass_)))
        room = self._room(seat.session_id, seat.public_id, seat.standing)
        socket.session = seat.session_id
        viewer = None if socket.is_closed else room.welcome_viewer(socket, seat)
        if viewer is None:
            self._ledger.left(seat.visit_id, controlled=False)
            return
        socket.part = ViewerPart(room, viewer, newcomer)
        log.get("relay").info("relay.joined", session=seat.session_id, role="viewer")

    async def _admit_system(self, socket: Socket, claim: Claim, newcomer: Newcomer) -> None:
        seat = await self._asked(partial(self._admission.system, claim.system))
        if not claim.holds(seat.sign_key, self._url):
            raise NotAdmitted(CloseCode.PASS_UNKNOWN)
        if not self._systems.has_room_for(seat.system_id):
            raise NotAdmitted(CloseCode.TOO_MANY)
        unattended = claim.proof.unattended
        told = partial(self._admission.system_is_here, seat.system_id, unattended)
        with self._systems.coming(seat, unattended) as welcome:
            # On the ledger's thread: what is written of it before and after stands in that order.
            if not await asyncio.get_running_loop().run_in_executor(self._writing, told):
                raise NotAdmitted(CloseCode.OVER)
            if socket.is_closed:
                return
            welcome(socket)
        socket.part = SystemPart(self._systems, seat.system_id, newcomer)
        self._excuse(socket, newcomer)
        log.get("relay").info("relay.joined", system=seat.system_id, role="system")

    def _excuse(self, socket: Socket, newcomer: Newcomer) -> None:
        """A system has one connection, and is known: an office of a hundred behind one address is welcome."""
        newcomer.forget()
        if self._doorway is not None:
            self._doorway.excuse(socket.fileno)

    async def _asked(self, question: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._asking, question)

    def _room(self, session_id: int, public_id: str, standing: Standing) -> Room:
        room = self._rooms.get(session_id)
        if room is None:
            room = Room(session_id, public_id, standing, notes=self._ledger, tally=self.tally)
            self._rooms[session_id] = room
        elif room.is_over:  # the desk has not been told yet
            raise NotAdmitted(CloseCode.OVER)
        return room

    # -- the clock ----------------------------------------------------------------------------------------

    async def _watch_clocks(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = clock.monotonic()
            for room in self._rooms.values():
                if why := room.overdue(now):
                    room.end(why)
            self._forget_rooms()
            for socket in list(self._sockets):
                socket.look(now)

    async def _ask_the_desk(self) -> None:
        """So that what is revoked, signed out or expired there ends here within a second."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._rooms:
                await self._unless_away("sessions", self._end_what_the_desk_ended())

    async def _end_what_the_desk_ended(self) -> None:
        sign_ins = {viewer.seat.sign_in_id for room in self._rooms.values() for viewer in room.viewers}
        still = await self._looked(partial(self._admission.still, tuple(self._rooms), sign_ins))
        elsewhere = await self._note_alive()
        self._apply(still)
        for session_id in elsewhere:
            if room := self._rooms.get(session_id):
                room.send_away()

    async def _note_alive(self) -> frozenset[int]:
        """Once a minute, and as soon as a desk that was away is back; what is at another relay by now."""
        now = clock.monotonic()
        if now < self._noting_at:
            return frozenset()
        elsewhere = await self._looked(partial(self._admission.note_alive, tuple(self._rooms)))
        self._noting_at = now + NOTE_SECONDS
        return elsewhere

    async def _ask_for_systems(self) -> None:
        """Whom somebody calls, who was removed; and once a minute that all of them are still here."""
        while True:
            await asyncio.sleep(CALL_SECONDS)
            if self._systems.ids:
                await self._unless_away("systems", self._look_after_systems())

    async def _look_after_systems(self) -> None:
        self._systems.tell(await self._looked(partial(self._admission.calls, self._systems.ids)))
        now = clock.monotonic()
        if now >= self._noting_systems_at:
            await self._looked(partial(self._admission.systems_still_here, self._systems.ids))
            self._noting_systems_at = now + NOTE_SECONDS

    async def _looked(self, question: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._looking, question)

    async def _unless_away(self, about: str, looking: Awaitable[None]) -> None:
        """While the desk does not answer, that is logged once, and what runs goes on until it does."""
        try:
            await looking
        except Exception as error:  # noqa: BLE001 - logged
            if about not in self._unanswered:
                log.get("relay").error("relay.desk_away", exc_info=not isinstance(error, Unavailable))
            self._unanswered.add(about)
        else:
            self._unanswered.discard(about)

    def _apply(self, still: Still) -> None:
        for session_id, why in still.ended.items():
            if room := self._rooms.get(session_id):
                room.end(why, is_known=True)
        for room in self._rooms.values():
            astray = {sign_in_id for session_id, sign_in_id in still.astray if session_id == room.session_id}
            room.sign_out(still.gone | astray)

    def _forget_rooms(self) -> None:
        """Those that are over, and those to which nobody has come but viewers who have left again."""
        for session_id, room in list(self._rooms.items()):
            if room.is_over or (room.is_empty and room.standing.state is State.WAITING):
                del self._rooms[session_id]
                if room.is_over:
                    log.get("relay").info("relay.ended", session=session_id, why=room.why)

    def _present(self) -> Present:
        rooms = self._rooms.values()
        return Present(
            connections=self._crowd.total,
            sessions=len(rooms),
            hosts=sum(room.has_host for room in rooms),
            viewers=sum(len(room.viewers) for room in rooms),
            systems=len(self._systems.ids),
            notes_waiting=self._ledger.waiting,
            locked_sources=self._tries.count_locked(clock.monotonic()),
        )


def _most_systems(most_connections: int) -> int:
    """So many connections may be systems': they stay, and sessions must find room beside them."""
    return most_connections * 3 // 4


async def _within(seconds: float, waiting: Awaitable[object]) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        log.get("relay").warning("relay.cut_off")


def _said(body: bytes) -> WSUpgradeResponseWithListener:
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_ok_response(body), None)


def _refused(status: int) -> WSUpgradeResponseWithListener:
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(status), None)
