"""A relay with its viewers in one: it lets a host in and speaks to it as both. What it is told, it notes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.frames import Channel, split_viewer, with_viewer
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.hello import SUBPROTOCOL, HostHello, parse_hello
from remote_bridge.protocol.link import ViewerEnd
from remote_bridge.protocol.messages import Drop, End, FromHost, Refuse, parse_from_host
from remote_bridge.protocol.news import Asked, Ended, HostWelcome, Joined, Left, Stands, Viewers, Watching
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.secrets import LinkSecret
from remote_bridge.protocol.state import State, Why
from tests.fakes.rfb_viewer import RfbViewer

SESSION = "s7k2m9q4"
ALL: Scopes = frozenset(Scope)


@dataclass
class ViewerPeer:
    """A viewer behind the relay."""

    number: int
    end: ViewerEnd
    rfb: RfbViewer = field(default_factory=RfbViewer)
    opened: list[tuple[Channel, bytes]] = field(default_factory=list)
    keeps_reading: bool = True


class RelayPeer:
    """`ws://127.0.0.1:port`; `refuse_with` closes every host with that code at once."""

    def __init__(self, secret: LinkSecret, asked: Scopes = ALL) -> None:
        self.secret, self.asked = secret, asked
        self.granted: Scopes = frozenset()
        self.state = State.ASKING
        self.hellos: list[HostHello] = []
        self.told: list[FromHost] = []
        self.viewers: dict[int, ViewerPeer] = {}
        self.watching: dict[int, Watching] = {}
        self.refuse_with: int | None = None
        self.sockets: list[ServerConnection] = []
        self.changed = asyncio.Event()
        self.session = SESSION
        self.is_deaf = False
        self.is_desk_away = False
        """Whoever asks where to meet hears nothing."""
        self.gate = asyncio.Event()
        """Nobody is let in while it is not set."""
        self.gate.set()
        self.names = ("Ann", "Acme", "Printer")
        """Who asks, for which business, about what."""
        self._server: Server | None = None

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RelayPeer"]:
        async with serve(self._serve, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL], max_size=2**21) as server:  # type: ignore[list-item]
            self._server = server
            yield self

    async def _serve(self, socket: ServerConnection) -> None:
        hello = parse_hello(await socket.recv())
        assert isinstance(hello, HostHello)
        assert socket.request is not None
        assert socket.request.path == "/v1"
        self.hellos.append(hello)
        if self.refuse_with is not None:
            await socket.close(self.refuse_with)
            return
        await self.gate.wait()
        self.sockets.append(socket)
        await socket.send(self.welcome().text())
        for number in list(self.viewers):
            await self._begin(number)
        self._note()
        try:
            async for message in socket:
                await self._take(message)
                self._note()
        except ConnectionClosed:
            pass

    def welcome(self) -> HostWelcome:
        who, business, subject = self.names
        moment = datetime(2030, 1, 1, 17, 45, tzinfo=UTC)
        return HostWelcome(
            self.session,
            self.asked,
            self.granted,
            who,
            business,
            42,
            subject,
            moment,
            self.state,
            self._watching(),
        )

    def _watching(self) -> Viewers:
        return tuple(self.watching.values())

    def _note(self) -> None:
        self.changed.set()

    async def _take(self, message: str | bytes) -> None:
        if self.is_deaf:
            return
        if isinstance(message, str):
            self.told.append(said := parse_from_host(message))
            if isinstance(said, Drop):
                self.watching.pop(said.viewer, None)
            if isinstance(said, End | Refuse):
                await self.sockets[-1].close(CloseCode.OVER)
            return
        number, frame = split_viewer(message)
        viewer = self.viewers.get(number)
        if viewer is None:
            return  # it has left
        received = viewer.end.receive(bytes(frame))
        for reply in received.replies:
            await self.send_frame(number, reply)
        if received.opened is None:
            return
        channel, body = received.opened
        if channel is Channel.SCREEN:
            viewer.rfb.receive(body)
            if viewer.keeps_reading and (out := viewer.rfb.take_output()):
                await self.say(number, Channel.SCREEN, out)
        else:
            viewer.opened.append((channel, body))

    async def send_frame(self, number: int, frame: bytes) -> None:
        await self.sockets[-1].send(with_viewer(number, frame))

    async def say(self, number: int, channel: Channel, body: bytes) -> None:
        await self.send_frame(number, self.viewers[number].end.seal(channel, body))

    async def join(self, number: int, name: str = "Ann", *, controls: bool = True) -> ViewerPeer:
        self.watching[number] = Watching(number, name, controls)
        self.viewers[number] = ViewerPeer(number, self._end(number))
        await self.text(Joined(number, name).text())
        await self.stand()
        await self._begin(number)
        return self.viewers[number]

    def _end(self, number: int) -> ViewerEnd:
        return ViewerEnd(Meeting(self.session, number, self.secret.link_key()))

    async def _begin(self, number: int) -> None:
        viewer = self.viewers[number]
        viewer.end, viewer.rfb = self._end(number), RfbViewer()
        await self.send_frame(number, viewer.end.begin())

    async def leave(self, number: int) -> None:
        name = self.watching.pop(number).name
        del self.viewers[number]
        await self.text(Left(number, name).text())

    async def control(self, number: int | None) -> None:
        self.watching = {n: w.__class__(n, w.name, n == number) for n, w in self.watching.items()}
        await self.stand()

    async def ask(self, number: int, scopes: Scopes) -> None:
        self.asked |= scopes
        await self.text(Asked(number, scopes).text())

    async def stand(self) -> None:
        await self.text(
            Stands(self.state, self.asked, self.granted, host=True, viewers=self._watching()).text()
        )

    async def end(self, why: Why) -> None:
        await self.text(Ended(why).text())
        await self.sockets[-1].close()

    async def text(self, text: str) -> None:
        await self.sockets[-1].send(text)

    async def until(self, is_so: Callable[[], object], seconds: float = 30) -> None:
        """Wait until something holds; looked at after all that the host sends, and now and then."""
        async with asyncio.timeout(seconds):
            while not is_so():
                self.changed.clear()
                try:
                    await asyncio.wait_for(self.changed.wait(), 0.05)
                except TimeoutError:
                    continue
