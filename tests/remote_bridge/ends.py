"""Ends of remote sessions for tests: sockets to a relay, and a relay on a free port, in one loop."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from remote_bridge.protocol.frames import Channel, header, with_viewer
from remote_bridge.protocol.hello import SUBPROTOCOL, HostHello, SystemHello, ViewerHello, Way
from remote_bridge.protocol.messages import FromHost, FromViewer, text_of
from remote_bridge.protocol.news import (
    HostWelcome,
    Stands,
    ToHost,
    ToViewer,
    ViewerWelcome,
    parse_to_host,
    parse_to_viewer,
)
from remote_bridge.protocol.scopes import NONE, Scopes
from remote_bridge.protocol.systems import (
    Call,
    Challenge,
    Proof,
    SystemWelcome,
    ToSystem,
    parse_to_system,
    proof_text,
)
from remote_bridge.relay.server import Options, Relay
from remote_bridge.relay.upgrade import Origins
from tests.remote_bridge.desk import Desk, Installed, Made

PAGE = "https://desk.example"
PATIENCE_SECONDS = 20.0
_T = TypeVar("_T")


def in_a_loop(test: Callable[..., Awaitable[None]], *arguments: object) -> None:
    """Run a test to its end, on the loop that the relay has in service."""
    uvloop.run(_bounded(test, arguments))


async def _bounded(test: Callable[..., Awaitable[None]], arguments: tuple[object, ...]) -> None:
    try:
        await asyncio.wait_for(test(*arguments), 90)
    finally:
        while _opened:
            _opened.pop().disconnect(graceful=False)
        await asyncio.sleep(0.01)


_opened: list[WSTransport] = []
"""Whatever a test leaves open is cut at its end."""


class _Listener(WSListener):
    """Puts what comes into the end's queues."""

    def __init__(self, end: "End") -> None:
        self.end = end

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.end.texts.put_nowait(frame.get_payload_as_utf8_text())
        elif frame.msg_type == WSMsgType.BINARY:
            self.end.frames.put_nowait(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            self.end.code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big")
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.end.gone.set()


@dataclass
class End:
    """One socket to the relay."""

    texts: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    frames: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    code: int | None = None

    async def connect(self, url: str, headers: Mapping[str, str]) -> Self:
        wanted = {"Sec-WebSocket-Protocol": SUBPROTOCOL, **headers}
        self.transport, _ = await ws_connect(
            lambda: _Listener(self), url, extra_headers=wanted, max_frame_size=2**24
        )
        _opened.append(self.transport)
        return self

    def say(self, text: str) -> None:
        self.transport.send(WSMsgType.TEXT, text)

    def send(self, data: bytes) -> None:
        self.transport.send(WSMsgType.BINARY, data)

    async def text(self) -> str:
        return await self._next(self.texts)

    async def frame(self) -> bytes:
        return await self._next(self.frames)

    async def _next(self, queue: "asyncio.Queue[_T]") -> _T:
        """The next of a queue; a connection that ends before says with which code."""
        coming, gone = asyncio.ensure_future(queue.get()), asyncio.ensure_future(self.gone.wait())
        await asyncio.wait((coming, gone), timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not coming.done():
            coming.cancel()
            raise AssertionError(f"nothing came; the connection closed with {self.code}")
        return coming.result()

    async def closed(self) -> int | None:
        """The code with which the relay closed it; None if the connection was cut."""
        await asyncio.wait_for(self.gone.wait(), PATIENCE_SECONDS)
        return self.code

    async def drop(self) -> None:
        """Cut the connection."""
        self.transport.disconnect(graceful=False)
        await asyncio.wait_for(self.gone.wait(), PATIENCE_SECONDS)

    def hold(self) -> None:
        """Read nothing more."""
        self.transport.underlying_transport.pause_reading()

    def go_on(self) -> None:
        self.transport.underlying_transport.resume_reading()


@dataclass
class Host(End):
    """A host; its frames name the viewer."""

    key: bytes = field(default_factory=lambda: os.urandom(32))

    def tell(self, message: FromHost) -> None:
        self.say(text_of(message))

    def frame_to(self, viewer: int, channel: Channel, body: bytes = b"x" * 17, counter: int = 1) -> None:
        self.send(with_viewer(viewer, header(channel, counter) + body))

    async def news(self) -> ToHost:
        return parse_to_host(await self.text())

    async def welcome(self) -> HostWelcome:
        news = await self.news()
        assert isinstance(news, HostWelcome), news
        return news

    async def until(self, holds: Callable[[Any], bool]) -> ToHost:
        """The first news of which this holds."""
        while True:
            news = await self.news()
            if holds(news):
                return news


@dataclass
class Viewer(End):
    """A viewer."""

    number: int = 0

    def tell(self, message: FromViewer) -> None:
        self.say(text_of(message))

    def frame_of(self, channel: Channel, body: bytes = b"x" * 17, counter: int = 1) -> None:
        self.send(header(channel, counter) + body)

    async def news(self) -> ToViewer:
        return parse_to_viewer(await self.text())

    async def welcome(self) -> ViewerWelcome:
        news = await self.news()
        assert isinstance(news, ViewerWelcome), news
        self.number = news.viewer
        return news

    async def until(self, holds: Callable[[Any], bool]) -> ToViewer:
        """The first news of which this holds."""
        while True:
            news = await self.news()
            if holds(news):
                return news

    async def state(self, state: str) -> Stands:
        """The first state of this name."""
        found = await self.until(lambda news: isinstance(news, Stands) and news.state == state)
        assert isinstance(found, Stands)
        return found


@dataclass
class System(End):
    """An installed system."""

    async def news(self) -> ToSystem:
        return parse_to_system(await self.text())

    async def welcome(self) -> SystemWelcome:
        news = await self.news()
        assert isinstance(news, SystemWelcome), news
        return news

    async def call(self) -> Call:
        news = await self.news()
        assert isinstance(news, Call), news
        return news


class Place:
    """A relay on a free port, with a desk of its own, while the `async with` block lasts."""

    def __init__(self, **options: Any) -> None:
        self.desk = Desk()
        wanted = {"host": "127.0.0.1", "port": 0, "origins": Origins.of(PAGE), "most_per_source": 1000}
        self.relay = Relay(Options(**{**wanted, **options}), self.desk)
        self.port = 0

    async def __aenter__(self) -> Self:
        self.port = await self.relay.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.relay.stop()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1"

    async def until(self, holds: Callable[[], bool]) -> None:
        """Look every hundredth of a second; what is waited for happens in other threads."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    async def socket(self, **headers: str) -> End:
        """A socket that has said nothing yet, of a program unless an Origin is given."""
        return await End().connect(self.url, headers)

    async def host(self, made: Made, *, key: bytes | None = None, way: Way = Way.CLIENT) -> Host:
        """A host that has said who it is."""
        host = Host(key=key) if key else Host()
        await host.connect(self.url, {})
        host.say(HostHello(made.link.token(), host.key, way).text())
        return host

    async def claim(self, system_id: str, headers: Mapping[str, str] | None = None) -> tuple[System, bytes]:
        """A system that has said who it is, and its challenge."""
        system = await System().connect(self.url, headers or {})
        system.say(SystemHello(system_id).text())
        news = await system.news()
        assert isinstance(news, Challenge), news
        return system, news.nonce

    async def system(
        self, installed: Installed, unattended: Scopes = NONE, headers: Mapping[str, str] | None = None
    ) -> System:
        """A system that has shown who it is."""
        system, nonce = await self.claim(installed.public_id, headers)
        text = proof_text(installed.public_id, nonce, f"ws://127.0.0.1:{self.port}")
        system.say(Proof.of(installed.sign, text, unattended).text())
        return system

    async def viewer(self, made: Made, name: str = "Ann", **rights: Any) -> Viewer:
        """A viewer that has said who it is."""
        viewer = Viewer()
        await viewer.connect(self.url, {"Origin": PAGE})
        viewer.say(ViewerHello(self.desk.give_pass(made, name, **rights)).text())
        return viewer

    async def pair(self, made: Made) -> tuple[Host, Viewer]:
        """A host and a viewer, both in, before consent."""
        host = await self.host(made)
        await host.welcome()
        viewer = await self.viewer(made)
        await viewer.welcome()
        return host, viewer


def at_a_relay(test: Callable[[Place], Awaitable[None]], **options: Any) -> None:
    """Run a test beside a relay of its own."""

    async def run() -> None:
        async with Place(**options) as place:
            await test(place)

    in_a_loop(run)
