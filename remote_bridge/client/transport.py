"""The client's socket to the relay: joins with one key, comes again after a drop, gives up with a reason."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from remote_bridge.client.links import BadLink
from remote_bridge.client.session import Session
from remote_bridge.client.texts import _
from remote_bridge.protocol import news
from remote_bridge.protocol.errors import CloseCode, Misplaced, ProtocolError
from remote_bridge.protocol.frames import MOST_HOST_FRAME_BYTES
from remote_bridge.protocol.hello import PATH, SUBPROTOCOL, HostHello, Way
from remote_bridge.protocol.messages import FromHost, text_of
from remote_bridge.protocol.secrets import LinkSecret

_PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_CROWDED_SECONDS = 15.0
_FIRST_TRIES = 5
"""Of several relays one may be down: each try may be sent to another."""
_AWAY = timedelta(minutes=5)
"""So long the relay waits for a host (docs/remote-protocol.md, 3)."""
_PING_SECONDS = 10.0
_OPEN_SECONDS = 15.0
_LAST_WORDS_SECONDS = 2.0
_FINAL: dict[int, Callable[[], str]] = {
    CloseCode.TOKEN_UNKNOWN: lambda: _("This link is not known. Has it been copied whole?"),
    CloseCode.USED: lambda: _("This link has been used already. Please ask for a new one."),
    CloseCode.OVER: lambda: _("This session is over, or its link has expired. Please ask for a new one."),
    CloseCode.ORIGIN: lambda: _("The relay does not let this program in."),
}


class Refused(Exception):
    """There will be no session; the text says why, in the customer's language."""


def pauses() -> Iterator[float]:
    """Seconds before each further try, growing."""
    yield from _PAUSES
    while True:
        yield _PAUSES[-1]


class Transport:
    """Keeps `session` connected until it is over. Raises Refused when it cannot be.

    `find_relay` says where to meet; it blocks, raises BadLink, and is asked before each try until the relay
    has let us in, and after a drop as soon as that relay does not let us in again: what the desk has ended
    meanwhile, any other relay knows to be over.
    """

    def __init__(
        self,
        find_relay: Callable[[], str],
        secret: LinkSecret,
        session: Session,
        *,
        way: Way = Way.CLIENT,
        pauses: Callable[[], Iterator[float]] = pauses,
        away: timedelta = _AWAY,
    ) -> None:
        self._find_relay = find_relay
        self._address = ""
        self._hello = HostHello(secret.token(), secrets.token_bytes(32), way)
        self._session = session
        self._pauses, self._away = pauses, away
        self._was_in = False

    async def run(self) -> None:
        """Until the session is over, and the relay knows if the customer has ended it."""
        if await self._until_over() != CloseCode.OVER and self._session.last_word is not None:
            await self._end_late(self._session.last_word)

    async def _until_over(self) -> int | None:
        """The code with which the last connection closed, if it did before the session was over."""
        waiting, tries = self._pauses(), 0
        loop = asyncio.get_running_loop()
        away_since = loop.time()
        while not self._session.over.is_set():
            was_in, self._was_in = self._was_in, False
            if not was_in:
                await self._ask_where()
            elif tries > 1:
                with contextlib.suppress(BadLink):  # a desk that is away ends nothing
                    await self._ask_where()
            code = await self._once(self._talk)
            if self._session.over.is_set():
                return code
            if reason := _FINAL.get(code) if code else None:
                raise Refused(reason())
            if self._was_in:
                waiting, tries, away_since = self._pauses(), 0, loop.time()
                self._session.lost()
            self._was_in = self._was_in or was_in
            tries += 1
            if not self._was_in and tries >= _FIRST_TRIES:
                raise Refused(_("The relay cannot be reached. Is this computer online?"))
            if loop.time() - away_since > self._away.total_seconds():
                raise Refused(_("The connection was lost for too long."))
            pause = _CROWDED_SECONDS if code == CloseCode.TOO_MANY else next(waiting)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._session.over.wait(), pause)
        return None

    async def _end_late(self, word: FromHost) -> None:
        """It was ended while nobody could be told. Those who look on would wait for as long as this tries."""

        async def tell(socket: ClientConnection) -> None:
            await socket.send(self._hello.text())
            if isinstance(news.parse_to_host(await socket.recv()), news.HostWelcome):
                await socket.send(text_of(word))
                await self._until_closed(socket)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._away.total_seconds()):
                for pause in self._pauses():
                    with contextlib.suppress(BadLink, Refused):  # a desk that is away may be back
                        if await self._once(tell) in _FINAL:
                            return
                        await self._ask_where()
                    await asyncio.sleep(pause)

    async def _ask_where(self) -> None:
        self._address = await asyncio.to_thread(self._find_relay) + PATH

    async def _until_closed(self, socket: ClientConnection) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                async for _message in socket:
                    continue

    async def _once(self, talk: Callable[[ClientConnection], Awaitable[None]]) -> int | None:
        """One connection, from its first to its last word; the code it was closed with."""
        try:
            async with connect(
                self._address,
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item] # a NewType of str, made nowhere public
                compression=None,  # what is sealed does not become smaller
                max_size=MOST_HOST_FRAME_BYTES,
                ping_interval=_PING_SECONDS,
                ping_timeout=_PING_SECONDS,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_LAST_WORDS_SECONDS,
                user_agent_header=None,
            ) as socket:
                await talk(socket)
        except InvalidURI as error:
            raise Refused(_("The support desk names a relay that is not protected.")) from error
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
        except ProtocolError:
            return None  # whoever this is, it is not our relay: come again
        except (OSError, TimeoutError, InvalidHandshake):
            return None
        return None

    async def _talk(self, socket: ClientConnection) -> None:
        await socket.send(self._hello.text())
        said = news.parse_to_host(await asyncio.wait_for(socket.recv(), _OPEN_SECONDS))
        if not isinstance(said, news.HostWelcome):
            raise Misplaced("no welcome")
        if self._session.over.is_set():
            return  # ended while this line was being made: see _end_late
        self._session.welcome(said)
        self._was_in = True
        await self._both_ways(socket)

    async def _both_ways(self, socket: ClientConnection) -> None:
        """Read and write until one of both ends, or the session: then the last words go out first."""
        reading = asyncio.ensure_future(self._read(socket))
        writing = asyncio.ensure_future(self._write(socket))
        over = asyncio.ensure_future(self._session.over.wait())
        everything: list[asyncio.Future[Any]] = [reading, writing, over]
        try:
            await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
            if over.done() and not writing.done():
                await self._last_words(writing)
                if self._session.last_word is not None and not reading.done():
                    await asyncio.wait([reading], timeout=_LAST_WORDS_SECONDS)  # the relay's answer
            for one in (reading, writing):
                if one.done():
                    one.result()
        finally:
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    async def _last_words(self, writing: "asyncio.Future[None]") -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                while not self._session.outbox.is_empty and not writing.done():
                    self._session.outbox.emptied.clear()
                    emptied = asyncio.ensure_future(self._session.outbox.emptied.wait())
                    both: list[asyncio.Future[Any]] = [emptied, writing]
                    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                    emptied.cancel()

    async def _read(self, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, str):
                self._session.on_text(message)
            else:
                self._session.on_frame(message)

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(await self._session.outbox.take())
