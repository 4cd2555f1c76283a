import time
from collections.abc import Iterator

import pytest
import xcffib.xproto

from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Move
from remote_bridge.client.x11.connection import Connection
from remote_bridge.client.x11.windows import Windows
from tests.fakes.x_server import Painter, program, require, x_server

PLACE = Rect(100, 50, 200, 100)


class Watched:
    """The windows of a display, kept up to date by its events."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        mask = xcffib.xproto.EventMask.SubstructureNotify
        connection.core.ChangeWindowAttributes(connection.root, xcffib.xproto.CW.EventMask, [mask])
        self.windows = Windows(connection)

    def moves(self) -> tuple[Move, ...]:
        self.connection.core.GetInputFocus().reply()
        for event in self.connection.events():
            self.windows.note(event)
        return self.windows.moves()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """Nobody else moves windows on this one."""
    with x_server() as name:
        yield name


@pytest.fixture
def watched(display: str) -> Iterator[Watched]:
    with Connection(display) as connection:
        yield Watched(connection)


def test_a_window_that_is_there_already_is_known(painter: Painter, display: str) -> None:
    window = painter.window(*PLACE)
    with Connection(display) as connection:
        watched = Watched(connection)
        painter.move(window, 110, 60)
        assert watched.moves() == (Move(window, PLACE, 110, 60),)


def test_a_window_that_comes_later_is_known(painter: Painter, watched: Watched) -> None:
    window = painter.window(*PLACE)
    assert watched.moves() == ()
    painter.move(window, 110, 60)
    assert watched.moves() == (Move(window, PLACE, 110, 60),)
    assert watched.moves() == ()


def test_a_resized_or_closed_window_is_no_move(painter: Painter, watched: Watched) -> None:
    window = painter.window(*PLACE)
    painter.move(window, 110, 60)
    painter.core.ConfigureWindow(window, xcffib.xproto.ConfigWindow.Width, [150])
    painter.sync()
    assert watched.moves() == ()
    painter.move(window, 120, 60)
    painter.core.DestroyWindow(window)
    painter.sync()
    assert watched.moves() == ()


def test_a_window_that_a_manager_takes_into_a_frame_is_no_longer_one_of_the_desk(
    painter: Painter, watched: Watched
) -> None:
    frame, window = painter.window(0, 0, 300, 300), painter.window(*PLACE)
    painter.core.ReparentWindow(window, frame, 5, 20)
    painter.move(window, 50, 60)
    assert watched.moves() == ()
    painter.move(frame, 30, 10)
    assert watched.moves() == (Move(frame, Rect(0, 0, 300, 300), 30, 10),)


def test_a_window_manager_moves_frames_and_that_is_hinted_at() -> None:
    require("openbox")
    with x_server() as name, program("openbox", "--sm-disable", display=name), Connection(name) as connection:
        watched, painter = Watched(connection), Painter(name)
        window = painter.window(50, 40, 300, 200, managed=True)
        until = time.monotonic() + 30
        while painter.core.QueryTree(window).reply().parent == painter.screen.root:
            assert time.monotonic() < until, "no window manager took the window"
            time.sleep(0.01)
        watched.moves()
        seen: list[Move] = []
        for x in range(60, 160, 10):
            painter.move(window, x, 100)
            time.sleep(0.02)
            seen += watched.moves()
        assert seen
        assert {(move.source.w >= 300, move.source.h > 200) for move in seen} == {(True, True)}
        painter.close()
