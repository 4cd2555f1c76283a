"""A session of the client with a relay and viewers, on a real screen or a still one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

from remote_bridge.client import acts
from remote_bridge.client.acts import View
from remote_bridge.client.desk import Desk
from remote_bridge.client.grant import Grant
from remote_bridge.client.links import BadLink
from remote_bridge.client.picture.picture import words_of
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Pixels, Screen, ScreenUnavailable
from remote_bridge.client.session import Session
from remote_bridge.client.transport import Transport
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.secrets import LinkSecret
from tests.fakes.relay_peer import RelayPeer, ViewerPeer
from tests.remote_bridge.client.picture.pictures import StillScreen, text

ALL: Scopes = frozenset(Scope)
VIEW: Scopes = frozenset({Scope.VIEW})


@dataclass
class NotedInput:
    """An input that notes what it is told."""

    done: list[tuple[object, ...]] = field(default_factory=list)
    broken: bool = False
    knows_places: bool = True

    def key(self, keysym: int, scancode: int, *, down: bool) -> None:
        if self.broken:
            raise ScreenUnavailable("gone")
        self.done.append(("key", keysym, scancode, down))

    def pointer(self, x: int, y: int, buttons: int) -> None:
        self.done.append(("pointer", x, y, buttons))

    def release_all(self) -> None:
        self.done.append(("release",))

    def close(self) -> None:
        self.done.append(("close",))

    @property
    def releases(self) -> int:
        return self.done.count(("release",))


@dataclass
class NotedClipboard:
    """A clipboard that is a text."""

    content: str = "the customer's"

    async def text(self) -> str:
        return self.content

    async def put(self, text: str) -> None:
        self.content = text

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Granted:
    """What is granted without asking, in memory."""

    now: Scopes
    is_stuck: bool = False

    def scopes(self) -> Scopes:
        return self.now

    def revoke(self) -> None:
        if self.is_stuck:
            raise OSError
        self.now = frozenset()


class GrabbedScreen(StillScreen):
    """Counts how often it was looked at."""

    grabs = 0
    is_gone = False

    def grab(self, rect: Rect) -> Pixels:
        self.grabs += 1
        if self.is_gone:
            raise ScreenUnavailable("The screen is gone.")
        return super().grab(rect)


@dataclass
class Met:
    """A session that runs, and everything around it."""

    relay: RelayPeer
    session: Session
    views: list[View]
    input: NotedInput
    clipboard: NotedClipboard
    screen: Screen
    downloads: Path
    opened: list[Desk]
    running: "asyncio.Task[None]"
    found: list[str]
    """Where the desk sent the client, each time that it asked."""

    @property
    def view(self) -> View:
        return self.views[-1]

    async def until(self, is_so: Callable[[], object]) -> None:
        await self.relay.until(is_so)

    async def told_all(self) -> None:
        """The client has taken in all that the relay has said so far."""
        before = len(self.views)
        await self.relay.stand()
        await self.until(lambda: len(self.views) > before)

    async def shown(self, scopes: Scopes = ALL, number: int = 1, *, controls: bool = True) -> ViewerPeer:
        """A viewer that has joined, been let in, and has had a first picture."""
        viewer = await self.relay.join(number, controls=controls)
        await self.until(lambda: viewer.end.is_ready)
        self.session.act(acts.Allow(scopes))
        await self.until(lambda: self.same(viewer))
        return viewer

    def same(self, viewer: ViewerPeer) -> bool:
        """Whether the viewer has drawn exactly what the screen shows."""
        width, height = self.screen.size()
        if viewer.rfb.screen.shape != (height, width) or not viewer.rfb.updates:
            return False
        now = words_of(self.screen.grab(Rect(0, 0, width, height))) & 0xFFFFFF
        return bool(np.array_equal(viewer.rfb.screen, now))


def no_pause() -> Iterator[float]:
    while True:
        yield 0.01


@asynccontextmanager
async def meeting(
    downloads: Path,
    *,
    asked: Scopes = ALL,
    screen: Screen | None = None,
    open_desk: Callable[[], Desk] | None = None,
    away: timedelta = timedelta(minutes=5),
    address: str = "",
    grant: Grant | None = None,
    wrong: Sequence[str] = (),
) -> AsyncIterator[Met]:
    """A client that has connected; whatever becomes of it, it is over afterwards.

    `address` is where the desk sends it in place of the relay, `wrong` where it does at first.
    """
    secret = LinkSecret.make()
    views: list[View] = []
    opened: list[Desk] = []
    shown = screen or GrabbedScreen(text(320, 240))
    one, clipboard = NotedInput(), NotedClipboard()

    def open_one() -> Desk:
        opened.append(open_desk() if open_desk else Desk(shown, one, clipboard))
        return opened[-1]

    async with RelayPeer(secret, asked).running() as relay:
        with ThreadPoolExecutor(2) as pool:
            session = Session(secret.link_key(), open_one, views.append, downloads, pool, grant=grant)
            found: list[str] = []

            def find_relay() -> str:
                if relay.is_desk_away:
                    raise BadLink("nobody answers")
                found.append(wrong[len(found)] if len(found) < len(wrong) else address or relay.address)
                return found[-1]

            transport = Transport(find_relay, secret, session, pauses=no_pause, away=away)
            running = asyncio.create_task(transport.run())
            try:
                if not address:
                    await relay.until(lambda: relay.sockets)
                    await relay.until(lambda: views)
                yield Met(relay, session, views, one, clipboard, shown, downloads, opened, running, found)
            finally:
                session.end(None)
                with suppress(TimeoutError, Exception):
                    await asyncio.wait_for(running, 5)


def story(told: Callable[[], Awaitable[None]], seconds: float = 60) -> None:
    """Run a story to its end."""
    asyncio.run(asyncio.wait_for(told(), seconds))
