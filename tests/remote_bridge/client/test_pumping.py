import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from remote_bridge.client import acts
from remote_bridge.client.pacing import Pacing
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Changes, ScreenUnavailable
from remote_bridge.protocol import messages
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.state import State
from tests.remote_bridge.client.meetings import VIEW, GrabbedScreen, meeting, story
from tests.remote_bridge.client.picture.pictures import Words, photo, text

KEY_DOWN = bytes.fromhex("0401000000000061")


class TellingScreen(GrabbedScreen):
    """Says when something has changed, as X11 does, and is only then worth a look."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        self._dirty = True
        self.looks = 0
        self.is_dead = False

    def fileno(self) -> int:  # type: ignore[override]
        return self._read

    def draw(self, words: Words) -> None:
        self.words, self._dirty = words, True
        os.write(self._write, b"x")

    def is_dirty(self) -> bool:
        self.looks += 1
        if self.is_dead:
            raise ScreenUnavailable("The X server has gone.")
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 100)
        return self._dirty

    def changes(self) -> Changes:
        self._dirty = False
        return Changes((Rect(0, 0, *self.size()),))

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


def test_a_change_is_shown_when_it_is_told(tmp_path: Path) -> None:
    async def told() -> None:
        screen = TellingScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            viewer = await met.shown()
            for first in (100, 300, 900):
                screen.draw(text(320, 240, first))
                await met.until(lambda: met.same(viewer))

    story(told)


def test_a_screen_at_rest_costs_nothing(tmp_path: Path) -> None:
    async def told() -> None:
        screen = TellingScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            await met.shown()
            await asyncio.sleep(0.2)
            grabs, looks = screen.grabs, screen.looks
            await asyncio.sleep(0.5)
            assert screen.grabs == grabs
            assert screen.looks - looks < 15  # only where the pointer is

    story(told)


def test_while_nobody_can_be_sent_anything_the_screen_is_not_fetched(tmp_path: Path) -> None:
    async def told() -> None:
        screen = TellingScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            viewer = await met.shown()
            viewer.keeps_reading = False  # it answers no mark
            screen.draw(text(320, 240, 40))
            await met.until(lambda: met.same(viewer))
            grabs, updates = screen.grabs, viewer.rfb.updates
            for first in range(50, 90):
                screen.draw(text(320, 240, first))
                await asyncio.sleep(0)
            await asyncio.sleep(0.2)
            assert (screen.grabs, viewer.rfb.updates) == (grabs, updates)
            viewer.keeps_reading = True
            await met.relay.say(1, Channel.SCREEN, viewer.rfb.take_output())
            await met.until(lambda: met.same(viewer))
            assert viewer.rfb.updates <= updates + 3

    story(told)


@pytest.mark.parametrize("controls", [True, False])
def test_a_dead_screen_ends_the_session(tmp_path: Path, *, controls: bool) -> None:
    async def told() -> None:
        screen = TellingScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            await met.shown(VIEW, controls=controls)
            screen.is_dead = True
            screen.draw(text(320, 240, 5))
            await met.running
            assert (met.view.state, met.view.trouble) == (State.ENDED, "The X server has gone.")

    story(told)


def test_what_rests_for_the_echo_of_a_key_goes_on_by_itself(tmp_path: Path) -> None:
    async def told() -> None:
        screen = TellingScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            viewer = await met.shown()
            showing = met.session._viewers[1].showing
            assert showing
            showing._pacing = Pacing()
            showing._pacing.seen(showing._pacing.sent(100, 0.0), 0.06)  # a long line
            await met.relay.say(1, Channel.INPUT, KEY_DOWN)
            await met.until(lambda: met.input.done[-1:] == [("key", 0x61, 0, True)])
            screen.draw(photo(320, 240))
            await met.until(lambda: met.same(viewer))

    story(told)


class EverSet(asyncio.Event):
    """There is always a change already; should nobody else get a turn, then not for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.set()
        self.waits = 0

    def clear(self) -> None:
        self.waits += 1
        if self.waits > 1000:
            super().clear()


def test_others_get_their_turn_even_if_there_is_always_a_change_already(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, screen=TellingScreen(text(320, 240))) as met:
            await met.shown()
            viewer = met.session._viewers[1]
            before, viewer.wake = viewer.wake, EverSet()
            before.set()
            for _ in range(50):
                await asyncio.sleep(0)
            assert 0 < viewer.wake.waits <= 100

    story(told)


def test_a_viewer_that_cannot_follow_a_new_size_is_dropped(tmp_path: Path) -> None:
    class Resized(TellingScreen):
        def changes(self) -> Changes:
            return super().changes()._replace(resized=True)

    async def told() -> None:
        screen = Resized(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            viewer = await met.shown()
            viewer.rfb._out += b"\x02\x00\x00\x01\x00\x00\x00\x00"  # it takes raw pixels only, from now on
            await met.relay.say(1, Channel.SCREEN, viewer.rfb.take_output())
            await met.told_all()
            screen.draw(text(400, 300))
            await met.until(lambda: messages.Drop(1) in met.relay.told)
            assert met.view.state is State.LIVE
            met.session.act(acts.End())

    story(told)
