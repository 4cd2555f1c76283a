"""The whole client against the real relay, on a real X server, with a viewer that draws."""

import asyncio
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from remote_bridge.client import acts
from remote_bridge.client.acts import View
from remote_bridge.client.desks import open_x11, take_x11_stop_key
from remote_bridge.client.engine import Engine
from remote_bridge.client.links import Link
from remote_bridge.client.picture.picture import words_of
from remote_bridge.client.rects import Rect
from remote_bridge.client.x11.capture import X11Screen
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.link import ViewerEnd
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.secrets import LinkSecret
from remote_bridge.protocol.state import State, Why
from tests.fakes.relay_desk import desk_with
from tests.fakes.rfb_viewer import RfbViewer
from tests.fakes.x_server import Painter
from tests.remote_bridge.client.picture.pictures import photo, text
from tests.remote_bridge.ends import Place, Viewer, in_a_loop

ALL = frozenset(Scope)


class NotedFace:
    """A face that notes what it is shown."""

    def __init__(self) -> None:
        self.views: list[View] = [View()]
        self.failed: list[str] = []

    def show(self, view: View) -> None:
        self.views.append(view)

    def fail(self, text: str) -> None:
        self.failed.append(text)

    def run(self) -> None:
        """The test looks by itself."""

    @property
    def view(self) -> View:
        return self.views[-1]


class Seeing:
    """A viewer at the relay with its keys, its picture and what it heard."""

    def __init__(self, viewer: Viewer, meeting: Meeting) -> None:
        self.viewer, self.end, self.rfb = viewer, ViewerEnd(meeting), RfbViewer()
        viewer.send(self.end.begin())
        self.task = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        while True:
            received = self.end.receive(await self.viewer.frames.get())
            for reply in received.replies:
                self.viewer.send(reply)
            if received.opened and received.opened[0] is Channel.SCREEN:
                self.rfb.receive(received.opened[1])
                if out := self.rfb.take_output():
                    self.viewer.send(self.end.seal(Channel.SCREEN, out))


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(80):
        while not is_so():  # noqa: ASYNC110 - what is waited for happens on another thread
            await asyncio.sleep(0.01)


def test_the_whole_client_shows_a_real_screen_through_the_real_relay(
    display: str, painter: Painter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    window = painter.window(20, 20, 400, 300, listens=True)

    async def told() -> None:
        async with Place() as place:
            made, face = place.desk.make(), NotedFace()
            with desk_with(f"ws://127.0.0.1:{place.port}") as base:
                engine = Engine(Link(base, made.link), open_x11, take_x11_stop_key, tmp_path)
                engine.start(face)
                await until(lambda: face.view.state is State.ASKING)
            assert (face.view.who, face.view.business) == ("Ann Lee", "Crane & Sons")
            assert face.view.desk == base.removeprefix("http://")
            viewer = await place.viewer(made)
            await viewer.welcome()
            seeing = Seeing(viewer, Meeting(made.public_id, viewer.number, made.link.link_key()))
            await until(lambda: face.view.people and face.view.people[0].code)
            assert face.view.people[0].code == seeing.end.code
            engine.act(acts.Allow(ALL))
            screen = X11Screen(display)

            def same() -> bool:
                now = words_of(screen.grab(Rect(0, 0, 640, 480))) & 0xFFFFFF
                return bool(np.array_equal(seeing.rfb.screen, now))

            await until(lambda: seeing.rfb.updates)
            # Where a viewer has put it, the pointer is not drawn.
            viewer.send(seeing.end.seal(Channel.INPUT, struct.pack(">BBHH", 5, 0, 600, 400)))
            for words in (text(400, 300), text(400, 300, 40), photo(400, 300)):
                await asyncio.to_thread(painter.paint, window, 0, 0, words)
                await until(same)
            keys = struct.pack(">BBHI", 4, 1, 0, 0x61) + struct.pack(">BBHI", 4, 0, 0, 0x61)
            viewer.send(seeing.end.seal(Channel.INPUT, keys))
            assert len(await asyncio.to_thread(painter.events, 2)) == 2
            seeing.task.cancel()
            engine.act(acts.End())
            await viewer.closed()
            await asyncio.to_thread(engine.stop)
            assert (made.why, face.view.why, face.failed) == (Why.HOST_ENDED, Why.HOST_ENDED, [])
            screen.close()

    in_a_loop(told)


def test_a_desk_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    face = NotedFace()
    engine = Engine(Link("http://127.0.0.1:9", LinkSecret.make()), open_x11, lambda _: None, tmp_path)
    engine.start(face)
    assert engine._thread is not None
    engine._thread.join(30)
    assert face.failed == [engine.failure]
    assert engine.failure is not None
    assert engine.failed_by == "BadLink"
    engine.stop()


def test_a_link_that_was_used_is_said_in_words(tmp_path: Path) -> None:
    async def told() -> None:
        async with Place() as place:
            made, face = place.desk.make(), NotedFace()
            first = await place.host(made)
            await first.welcome()
            with desk_with(f"ws://127.0.0.1:{place.port}") as base:
                engine = Engine(Link(base, made.link), open_x11, lambda _: None, tmp_path)
                engine.start(face)
                await until(lambda: face.failed)
            assert "used already" in face.failed[0]
            await asyncio.to_thread(engine.stop)

    in_a_loop(told)


def test_leaving_before_it_is_connected_ends_it(tmp_path: Path) -> None:
    async def told() -> None:
        async with Place() as place:
            face = NotedFace()
            place.desk.before = lambda: __import__("time").sleep(1)
            with desk_with(f"ws://127.0.0.1:{place.port}") as base:
                engine = Engine(Link(base, place.desk.make().link), open_x11, lambda _: None, tmp_path)
                engine.start(face)
                await asyncio.sleep(0.2)
                await asyncio.to_thread(engine.stop)
            assert engine._thread is not None
            assert not engine._thread.is_alive()
            assert (engine.failure, engine.failed_by) == (None, "")

    in_a_loop(told)
