"""A system that stays, as a process on a real screen at the real relay: who is asked, when, and when not."""

import asyncio
import gc
import queue
import threading
import weakref
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from remote_bridge.client import acts
from remote_bridge.client.acts import Act, View
from remote_bridge.client.face.face import Face
from remote_bridge.client.picture.picture import words_of
from remote_bridge.client.rects import Rect
from remote_bridge.client.reporting import Report
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.system.presence import Removed
from remote_bridge.client.system.staying import Calls, Room, Stay
from remote_bridge.client.x11.capture import X11Screen
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.hello import Way
from remote_bridge.protocol.messages import End as EndSession
from remote_bridge.protocol.scopes import NONE, Scopes
from remote_bridge.protocol.state import Why
from tests.fakes.x_server import Painter
from tests.remote_bridge.client.picture.pictures import text
from tests.remote_bridge.client.system.enrolled import EnrolDesk, enrol_desk, kept
from tests.remote_bridge.client.system.programs import Program, folder_of, program, run
from tests.remote_bridge.client.test_engine import Seeing
from tests.remote_bridge.desk import ALL, VIEW, Installed, Made
from tests.remote_bridge.ends import Place, in_a_loop

ASKED = "Answer: yes"


def test_one_call_at_a_time_each_once_and_what_failed_again_after_a_while() -> None:
    calls = Calls()
    assert calls.take("s1", 0.0)
    assert not calls.take("s1", 1.0)
    assert not calls.take("s2", 1.0), "another one waits"
    calls.over("s1", 2.0, has_begun=True)
    assert not calls.take("s1", 10**6)
    assert calls.take("s2", 2.0)
    calls.over("s2", 3.0, has_begun=False)
    assert not calls.take("s2", 4.0)
    assert calls.take("s2", 18.0)


def test_as_many_calls_as_one_likes_take_bounded_memory() -> None:
    calls = Calls()
    for number in range(1000):
        assert calls.take(f"s{number}", 0.0)
        calls.over(f"s{number}", 0.0, has_begun=True)
    assert len(calls._not_before) == 256


@dataclass
class At:
    """An enrolled computer with its program, the relay, the desk."""

    place: Place
    desk: EnrolDesk
    one: Installed
    home: Path
    program: Program
    display: str

    async def online(self) -> None:
        await self.place.until(lambda: self.one.unattended is not None)

    def call(self, asked: Scopes = ALL) -> Made:
        made = self.place.desk.make(asked)
        self.one.calls.append(made)
        return made

    async def seeing(self, made: Made) -> Seeing:
        """A viewer of this session, once its host is there."""
        await self.place.until(lambda: made.key_hash is not None)
        viewer = await self.place.viewer(made)
        await viewer.welcome()
        return Seeing(viewer, Meeting(made.public_id, viewer.number, made.link.link_key()))

    async def same(self, seeing: Seeing) -> None:
        """The viewer has drawn what the screen shows."""
        screen = X11Screen(self.display)

        def is_so() -> bool:
            now = words_of(screen.grab(Rect(0, 0, 640, 480))) & 0xFFFFFF
            seen = seeing.rfb.screen
            return seen.shape == now.shape and bool(np.mean(seen == now) > 0.99)  # but for the pointer

        await self.place.until(is_so)
        screen.close()


def staying(
    home: Path,
    display: str,
    test: Callable[[At], Awaitable[None]],
    unattended: Scopes = NONE,
    words: tuple[str, ...] = ("--terminal",),
) -> None:
    """Run a test with a system that stays on this display."""

    async def told() -> None:
        async with Place() as place:
            with enrol_desk(f"ws://127.0.0.1:{place.port}") as desk:
                one = place.desk.install()
                kept(folder_of(home), desk.address, one, unattended)
                with program(home, "--system", *words, DISPLAY=display) as started:
                    at = At(place, desk, one, home, started, display)
                    await at.online()
                    await test(at)

    in_a_loop(told)


def test_a_call_asks_and_after_the_yes_the_screen_is_seen_and_then_it_waits_for_the_next(
    display: str, painter: Painter, tmp_path: Path
) -> None:
    window = painter.window(20, 20, 400, 300)
    painter.paint(window, 0, 0, text(400, 300))

    async def test(at: At) -> None:
        for times in (1, 2):
            made = at.call()
            await at.program.says(ASKED, times)
            assert made.way is Way.SYSTEM
            seeing = await at.seeing(made)
            assert seeing.rfb.updates == 0
            at.program.type("yes")
            await at.same(seeing)
            seeing.viewer.tell(EndSession())
            await at.program.says("The support has ended the session.", times)
            assert await seeing.viewer.closed() is not None
            seeing.task.cancel()

    staying(tmp_path, display, test)


def test_while_one_session_runs_another_call_waits(display: str, tmp_path: Path) -> None:
    async def test(at: At) -> None:
        first = at.call()
        await at.program.says(ASKED)
        second = at.call()
        looks = at.place.desk.asked_for_calls
        await at.place.until(lambda: at.place.desk.asked_for_calls > looks + 2)
        assert second.key_hash is None
        at.program.type("no")
        await at.program.says(ASKED, 2)
        assert (first.why, second.why, second.way) == (Why.REFUSED, None, Way.SYSTEM)
        at.program.type("no")
        await at.place.until(lambda: second.why is Why.REFUSED)

    staying(tmp_path, display, test)


def test_unattended_nobody_is_asked_until_it_is_revoked_at_the_client(
    display: str, painter: Painter, tmp_path: Path
) -> None:
    async def test(at: At) -> None:
        granting = ("--unattended", "view,control")
        assert await asyncio.to_thread(run, at.home, *granting) == (
            0,
            "Unattended access: view, control. For these nobody is asked.\n",
        )
        await at.place.until(lambda: at.one.unattended == ALL - {"clipboard", "files"})
        made = at.call()
        seeing = await at.seeing(made)
        await at.same(seeing)
        await at.program.says("Nobody was asked")
        assert not at.program.has_said(ASKED)
        status, said = await asyncio.to_thread(run, at.home, "--unattended", "none")
        assert (status, said) == (0, "Unattended access: none. Somebody is asked each time.\n")
        assert await seeing.viewer.closed() is not None, "what rested on it is over"
        await at.place.until(lambda: made.why is Why.HOST_ENDED and at.one.unattended == NONE)
        seeing.task.cancel()
        at.call()
        await at.program.says(ASKED)

    staying(tmp_path, display, test)


def test_unattended_access_is_ended_where_it_is_seen(display: str, tmp_path: Path) -> None:
    async def test(at: At) -> None:
        made = at.call(VIEW)
        await at.program.says("Nobody was asked")
        at.program.type("revoke")
        await at.place.until(lambda: made.why is Why.HOST_ENDED and at.one.unattended == NONE)

    staying(tmp_path, display, test, VIEW)


def test_a_window_shows_it_and_closes_by_itself_so_that_the_next_call_is_answered(
    display: str, painter: Painter, tmp_path: Path
) -> None:
    pytest.importorskip("tkinter", reason="this Python has no Tk (Debian: python3-tk)")

    async def test(at: At) -> None:
        for _ in range(2):
            made = at.call(VIEW)
            seeing = await at.seeing(made)
            await at.same(seeing)
            seeing.viewer.tell(EndSession())
            assert await seeing.viewer.closed() is not None
            seeing.task.cancel()

    staying(tmp_path, display, test, VIEW, words=())


def test_a_computer_that_was_removed_says_so_and_stays_away(display: str, tmp_path: Path) -> None:
    async def test(at: At) -> None:
        at.one.is_removed = True
        assert await at.program.leaves() == 1
        await at.program.says("has removed this computer")
        status, said = await asyncio.to_thread(run, at.home, "--system", "--terminal", DISPLAY=at.display)
        assert (status, "has removed this computer" in said, "Traceback" in said) == (1, True, False)
        await asyncio.to_thread(run, at.home, "--forget")
        assert "not enrolled" in (await asyncio.to_thread(run, at.home, "--status"))[1]

    staying(tmp_path, display, test)


def test_a_computer_that_is_forgotten_leaves(display: str, tmp_path: Path) -> None:
    async def test(at: At) -> None:
        assert (await asyncio.to_thread(run, at.home, "--forget"))[0] == 0
        assert await at.program.leaves() == 0
        await at.program.says("has been forgotten")
        await at.place.until(lambda: at.one.unattended is None)

    staying(tmp_path, display, test)


def test_it_leaves_when_it_is_told_to_also_in_a_session(display: str, tmp_path: Path) -> None:
    async def test(at: At) -> None:
        made = at.call()
        await at.program.says(ASKED)
        at.program.process.terminate()
        assert await at.program.leaves() == 0
        await at.place.until(lambda: at.one.unattended is None and made.why is Why.HOST_ENDED)
        assert not at.program.has_said("Traceback")

    staying(tmp_path, display, test)


def test_it_leaves_when_it_is_told_to_while_its_window_is_open(display: str, tmp_path: Path) -> None:
    pytest.importorskip("tkinter", reason="this Python has no Tk (Debian: python3-tk)")

    async def test(at: At) -> None:
        made = at.call(VIEW)
        await (await at.seeing(made)).viewer.state("live")
        at.program.process.terminate()
        assert await at.program.leaves() == 0
        await at.place.until(lambda: at.one.unattended is None and made.why is Why.HOST_ENDED)
        assert not at.program.has_said("Traceback"), at.program.said

    staying(tmp_path, display, test, VIEW, words=())


def test_no_key_and_no_secret_is_said(display: str, tmp_path: Path) -> None:
    async def test(at: At) -> None:
        made = at.call()
        await at.program.says(ASKED)
        said = "".join(at.program.said)
        for secret in (made.link.fragment(), at.one.sign.private_bytes_raw().hex()):
            assert secret not in said

    staying(tmp_path, display, test)


# -- without a process ------------------------------------------------------------------------------------


class ThrownAway:
    """A face that is gone at once."""

    def show(self, view: View) -> None:
        """Nobody looks."""

    def fail(self, text: str) -> None:
        """Nobody listens."""

    def run(self) -> None:
        """It is over."""


def no_screen() -> None:
    raise ScreenUnavailable("No screen.")


@contextmanager
def stay_here(folder: Path, make_face: Callable[[Callable[[Act], None]], Face]) -> Iterator["Here"]:
    """`make_face` gets what the customer's acts go to, and no more of what a face is made with."""
    said: list[str] = []
    room = Room(no_screen, lambda _: None, folder, lambda act, _report: make_face(act), said.append)  # type: ignore[arg-type]
    yield Here(folder, room, said)


@dataclass
class Here:
    folder: Path
    room: Room
    said: list[str]


def test_what_ends_the_presence_ends_the_stay(tmp_path: Path) -> None:
    async def told() -> None:
        async with Place() as place:
            with enrol_desk(f"ws://127.0.0.1:{place.port}") as desk, stay_here(tmp_path, stay_face) as here:
                one = place.desk.install()
                one.is_removed = True
                keeping = kept(tmp_path, desk.address, one)
                with pytest.raises(Removed):
                    await asyncio.to_thread(Stay(keeping, here.room).run)
                await asyncio.to_thread(keeping.forget)
                await asyncio.to_thread(Stay(keeping, here.room).run)

    in_a_loop(told)


def stay_face(_act: Callable[[Act], None]) -> Face:
    return ThrownAway()


def test_a_call_that_does_not_come_about_is_said_and_leaves_room_for_the_next(tmp_path: Path) -> None:
    faces: queue.SimpleQueue[Callable[[Act], None]] = queue.SimpleQueue()

    def noted(act: Callable[[Act], None]) -> Face:
        faces.put(act)
        return ThrownAway()

    async def told() -> None:
        async with Place() as place:
            with enrol_desk(f"ws://127.0.0.1:{place.port}") as desk, stay_here(tmp_path, noted) as here:
                one = place.desk.install()
                keeping = kept(tmp_path, desk.address, one)
                running = threading.Thread(target=Stay(keeping, here.room).run)
                running.start()
                one.calls += [place.desk.make(), place.desk.make()]
                for _ in range(2):
                    act = await asyncio.to_thread(faces.get, timeout=20)
                    act(acts.End())
                await asyncio.to_thread(keeping.forget)
                await asyncio.to_thread(running.join, 20)
                assert not running.is_alive()

    in_a_loop(told)


class Browser(webbrowser.BaseBrowser):
    """Notes what it is to show."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: FBT001, FBT002
        self.shown.append(url)
        return True


class Reporting(ThrownAway):
    """A face at which somebody reports how the session ended."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def run(self) -> None:
        assert "Your browser shows the report" in self._report("host-lost")


def test_a_session_of_a_system_is_reported_at_the_desk_where_it_is_enrolled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    monkeypatch.setattr(webbrowser, "_tryorder", [])  # those of this computer come back afterwards
    webbrowser.register("noting", None, browser, preferred=True)
    said: list[str] = []
    room = Room(no_screen, lambda _: None, tmp_path, lambda _act, report: Reporting(report), said.append)  # type: ignore[arg-type]

    async def told() -> None:
        async with Place() as place:
            with enrol_desk(f"ws://127.0.0.1:{place.port}") as desk:
                one = place.desk.install()
                keeping = kept(tmp_path, desk.address, one)
                running = threading.Thread(target=Stay(keeping, room).run)
                running.start()
                one.calls.append(place.desk.make())
                await place.until(lambda: bool(browser.shown))
                await asyncio.to_thread(keeping.forget)
                await asyncio.to_thread(running.join, 20)
                assert browser.shown[0].startswith(f"{desk.address}/error-report#client=")
                assert browser.shown[0].endswith("failure=host-lost")

    in_a_loop(told)


class Tangled(ThrownAway):
    """A face that only the collector lets go of, as a window of Tk is."""

    def __init__(self, gone: list[str]) -> None:
        self._self = self
        weakref.finalize(self, lambda: gone.append(threading.current_thread().name))


def test_the_face_of_a_session_is_let_go_of_by_the_thread_that_showed_it(tmp_path: Path) -> None:
    gone: list[str] = []
    room = Room(no_screen, lambda _: None, tmp_path, lambda _act, _report: Tangled(gone), lambda _: None)  # type: ignore[arg-type]

    async def told() -> None:
        async with Place() as place:
            with enrol_desk(f"ws://127.0.0.1:{place.port}") as desk:
                one = place.desk.install()
                keeping = kept(tmp_path, desk.address, one)
                running = threading.Thread(target=Stay(keeping, room).run, name="shows")
                running.start()
                one.calls.append(place.desk.make())
                await place.until(lambda: bool(gone))
                await asyncio.to_thread(keeping.forget)
                await asyncio.to_thread(running.join, 20)
                assert gone == ["shows"]

    gc.disable()
    try:
        in_a_loop(told)
    finally:
        gc.enable()
