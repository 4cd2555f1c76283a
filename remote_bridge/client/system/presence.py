"""The socket of an installed system: it is there, comes again after a drop, and hears who calls."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from remote_bridge.client.links import BadLink, ask_relay
from remote_bridge.client.system.keeping import Enrolment, Keeping, Unreadable
from remote_bridge.client.texts import _
from remote_bridge.protocol.errors import CloseCode, Misplaced, ProtocolError
from remote_bridge.protocol.hello import PATH, SUBPROTOCOL, SystemHello
from remote_bridge.protocol.names import plain
from remote_bridge.protocol.news import MOST_WELCOME_BYTES
from remote_bridge.protocol.scopes import Scopes
from remote_bridge.protocol.secrets import LinkSecret
from remote_bridge.protocol.systems import (
    Call,
    Challenge,
    Proof,
    SystemWelcome,
    ToSystem,
    Unattended,
    open_call,
    parse_to_system,
    proof_text,
)

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_CROWDED_SECONDS, _TAKEN_SECONDS, _UNKNOWN_SECONDS = 60.0, 300.0, 3600.0
_LOOK_SECONDS = 1.0
_PING_SECONDS, _OPEN_SECONDS, _CLOSE_SECONDS = 25.0, 15.0, 2.0


class Removed(Exception):
    """The desk has removed this computer."""


class Rung(NamedTuple):
    """Somebody asks for this session, and with this link it is joined."""

    session: str
    secret: LinkSecret


class Hearer(Protocol):
    """What becomes of what is heard; called on the presence's own loop."""

    def say(self, text: str) -> None:
        """How it stands, in the customer's language."""
        ...

    def ring(self, rung: Rung) -> None:
        """Somebody calls, and calls again each second until their host has come."""
        ...

    def regrant(self) -> None:
        """What is granted without asking has changed."""
        ...


def pauses() -> Iterator[float]:
    """Seconds before each further try, growing, and not the same for all whose relay was restarted."""
    for pause in _PAUSES:
        yield _spread(pause)
    while True:
        yield _spread(_PAUSES[-1])


def _spread(seconds: float) -> float:
    return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - only to come at another time than the others


class Presence:
    """Keeps one enrolment's socket, until it is forgotten or another one's."""

    def __init__(
        self,
        keeping: Keeping,
        enrolment: Enrolment,
        hearer: Hearer,
        *,
        pauses: Callable[[], Iterator[float]] = pauses,
    ) -> None:
        self._keeping, self._enrolment, self._hearer, self._pauses = keeping, enrolment, hearer, pauses
        self._unattended: Scopes = enrolment.unattended
        self._changed = asyncio.Event()
        self._was_in = False
        self._said = ""

    async def run(self) -> None:
        """Until what is kept is forgotten or of another enrolment. Removed."""
        both = [asyncio.ensure_future(self._watch()), asyncio.ensure_future(self._keep_up())]
        try:
            done, _pending = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _watch(self) -> None:
        """The file: it is how another run of this program, or a session's banner, changes what is granted."""
        stamp = self._keeping.stamp()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if (now := self._keeping.stamp()) == stamp:
                continue
            stamp = now
            try:
                found = self._keeping.find()
            except Unreadable as error:
                self._say(str(error))
                continue
            if found is None or found.system != self._enrolment.system:
                self._hearer.regrant()
                return
            if found.unattended != self._unattended:
                self._unattended = found.unattended
                self._changed.set()
                self._hearer.regrant()

    async def _keep_up(self) -> None:
        waiting = self._pauses()
        while True:
            self._was_in = False
            code = await self._once()
            if self._was_in:
                waiting = self._pauses()
            await asyncio.sleep(self._pause_after(code) or next(waiting))

    def _pause_after(self, code: int | None) -> float | None:
        """Seconds until the next try; None: as after any drop."""
        match code:
            case CloseCode.OVER:
                raise Removed
            case CloseCode.PASS_UNKNOWN:
                self._say(_("The support desk does not know this computer. It is asked again in an hour."))
                return _spread(_UNKNOWN_SECONDS)
            case CloseCode.USED:
                self._say(_("Another program is online with the keys of this computer. Is it a copy?"))
                return _spread(_TAKEN_SECONDS)
            case CloseCode.TOO_MANY:
                self._say(_("The relay has too many visitors at the moment."))
                return _spread(_CROWDED_SECONDS)
            case _:
                return None

    async def _once(self) -> int | None:
        """One connection, from its first to its last word; the code it was closed with."""
        try:
            relay = await asyncio.to_thread(ask_relay, self._enrolment.desk)
            async with connect(
                relay + PATH,
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item] # a NewType of str, made nowhere public
                compression=None,
                max_size=MOST_WELCOME_BYTES,
                ping_interval=_PING_SECONDS,
                ping_timeout=_PING_SECONDS,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
                user_agent_header=None,
            ) as socket:
                return await self._talk(socket, relay)
        except BadLink as error:
            self._say(str(error))
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI):
            self._say(_("The relay cannot be reached. Is this computer online?"))
        return None

    async def _talk(self, socket: ClientConnection, relay: str) -> int | None:
        try:
            await self._enter(socket, relay)
            await self._both_ways(socket)
        except ConnectionClosed as closed:
            if self._was_in:
                self._say(_("The connection is lost; trying again …"))
            return closed.rcvd.code if closed.rcvd else None
        except ProtocolError:
            pass  # whoever this is, it is not our relay: come again
        return None

    async def _enter(self, socket: ClientConnection, relay: str) -> None:
        one = self._enrolment
        await socket.send(SystemHello(one.system).text())
        asked = await self._next(socket)
        if not isinstance(asked, Challenge):
            raise Misplaced("no challenge")
        self._changed.clear()
        text = proof_text(one.system, asked.nonce, relay)
        await socket.send(Proof.of(one.sign, text, self._unattended).text())
        welcome = await self._next(socket)
        if not isinstance(welcome, SystemWelcome) or welcome.system != one.system:
            raise Misplaced("no welcome")
        self._was_in = True
        told = {"name": welcome.name, "customer": welcome.customer, "business": welcome.business}
        names = {what: plain(name) for what, name in told.items()}
        self._say(_("Online: “%(name)s” of %(customer)s, looked after by %(business)s.") % names)

    async def _next(self, socket: ClientConnection) -> ToSystem:
        return _read(await asyncio.wait_for(socket.recv(), _OPEN_SECONDS))

    async def _both_ways(self, socket: ClientConnection) -> None:
        both: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(self._hear(socket)),
            asyncio.ensure_future(self._tell(socket)),
        ]
        try:
            done, _pending = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _hear(self, socket: ClientConnection) -> None:
        while True:
            call = _read(await socket.recv())
            if not isinstance(call, Call):
                raise Misplaced("no call")
            with contextlib.suppress(ProtocolError):  # sealed for another, or by nobody who knows us
                self._hearer.ring(
                    Rung(call.session, open_call(self._enrolment.box, call.session, call.sealed))
                )

    async def _tell(self, socket: ClientConnection) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await socket.send(Unattended(self._unattended).text())

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._hearer.say(text)


def _read(message: str | bytes) -> ToSystem:
    if not isinstance(message, str):
        raise Misplaced("a system has no frames")
    return parse_to_system(message)
