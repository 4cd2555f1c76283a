from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import xcffib.randr
import xcffib.xfixes
import xcffib.xproto

from remote_bridge.client.picture.picture import words_of
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.capture import X11Screen
from tests.fakes.x_server import Painter, x_server
from tests.remote_bridge.client.picture.pictures import Words, photo

WHOLE = Rect(0, 0, 640, 480)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """Nobody else draws on this one."""
    with x_server() as name:
        yield name


@pytest.fixture
def screen(display: str) -> Iterator[X11Screen]:
    one = X11Screen(display)
    one.changes()
    yield one
    one.close()


def shown(screen: X11Screen, rect: Rect) -> Words:
    return words_of(screen.grab(rect)) & np.uint32(0xFFFFFF)


def test_at_first_everything_has_changed(display: str) -> None:
    screen = X11Screen(display)
    assert screen.size() == (640, 480)
    assert screen.is_dirty()
    changes = screen.changes()
    assert (changes.damage, changes.cursor) == ((WHOLE,), True)
    assert screen.changes().damage == ()
    assert not screen.is_dirty()
    screen.close()


def test_pixels_are_those_that_were_drawn(screen: X11Screen, painter: Painter) -> None:
    window = painter.window(100, 50, 200, 100)
    words = photo(200, 100)
    painter.paint(window, 0, 0, words)
    assert (shown(screen, Rect(100, 50, 200, 100)) == words).all()
    assert (shown(screen, Rect(150, 60, 20, 10)) == words[10:20, 50:70]).all()


def test_what_changed_is_told_once_and_as_small_as_it_is(screen: X11Screen, painter: Painter) -> None:
    window = painter.window(100, 50, 200, 100)
    screen.changes()
    painter.paint(window, 20, 30, photo(16, 8))
    assert screen.is_dirty()
    assert screen.changes().damage == (Rect(120, 80, 16, 8),)
    assert not screen.is_dirty()
    assert screen.changes().damage == ()


def test_pixels_come_with_the_place_of_a_window(screen: X11Screen, painter: Painter) -> None:
    window = painter.window(100, 50, 200, 100, 0xD02010)
    painter.move(window, 130, 80)
    pixels, place = screen.grab_with(Rect(120, 70, 30, 30), window)
    assert place == (130, 80)
    assert (words_of(pixels)[10:, 10:] & np.uint32(0xFFFFFF) == 0xD02010).all()
    pixels, place = screen.grab_with(Rect(120, 70, 30, 30), 0x7FFFFFF)
    assert (pixels.shape, place) == ((30, 30, 4), None)


def test_a_moved_window_is_hinted_at(screen: X11Screen, painter: Painter) -> None:
    window = painter.window(100, 50, 200, 100)
    small = painter.window(0, 0, 10, 10)
    screen.changes()
    for x, y in ((110, 50), (130, 80)):
        painter.move(window, x, y)
    painter.move(small, 20, 20)
    assert [tuple(move) for move in screen.changes().moves] == [(window, Rect(100, 50, 200, 100), 130, 80)]
    painter.move(window, 140, 90)
    painter.move(window, 130, 80)
    assert screen.changes().moves == ()


def test_the_pointer_has_a_shape_and_a_place(screen: X11Screen, painter: Painter) -> None:
    cursor = screen.cursor()
    assert len(cursor.bgra) == cursor.width * cursor.height * 4
    painter.core.WarpPointer(0, painter.screen.root, 0, 0, 0, 0, 33, 44)
    painter.sync()
    assert screen.pointer() == (33, 44)
    painter.core.WarpPointer(0, painter.screen.root, 0, 0, 0, 0, 55, 66)
    painter.paint(painter.window(100, 50, 200, 100), 20, 30, photo(16, 8))
    assert screen.is_dirty()
    assert screen.changes().pointer == (55, 66)


def test_another_pointer_is_told(screen: X11Screen, painter: Painter) -> None:
    window = painter.window(0, 0, 300, 300)
    painter.core.WarpPointer(0, window, 0, 0, 0, 0, 50, 50)
    painter.sync()
    screen.changes()
    font, cursor = painter.x.generate_id(), painter.x.generate_id()
    painter.core.OpenFont(font, 6, "cursor")
    painter.core.CreateGlyphCursor(cursor, font, font, 34, 35, 0, 0, 0, 65535, 65535, 65535)
    painter.core.ChangeWindowAttributes(window, xcffib.xproto.CW.Cursor, [cursor])
    painter.sync()
    assert screen.is_dirty()
    assert screen.changes().cursor


def test_there_is_at_least_one_monitor(screen: X11Screen) -> None:
    assert [monitor.rect for monitor in screen.monitors()] == [WHOLE]


def test_monitors_are_told_one_by_one(screen: X11Screen, painter: Painter) -> None:
    randr = painter.x(xcffib.randr.key)
    atom = painter.core.InternAtom(False, 4, "left").reply().atom  # noqa: FBT003
    synthetic: Any = xcffib.randr.MonitorInfo.synthetic
    info = synthetic(atom, 0, 0, 0, 0, 0, 320, 480, 0, 0, [])
    randr.SetMonitor(painter.screen.root, info)
    painter.sync()
    try:
        assert Rect(0, 0, 320, 480) in [monitor.rect for monitor in screen.monitors()]
    finally:
        randr.DeleteMonitor(painter.screen.root, atom)
        painter.sync()


def test_a_new_size_is_followed() -> None:
    with x_server(800, 600) as name:
        screen, painter = X11Screen(name), Painter(name)
        screen.changes()
        randr = painter.x(xcffib.randr.key)
        crtc = randr.GetScreenResourcesCurrent(painter.screen.root).reply().crtcs[0]
        randr.SetCrtcConfig(crtc, 0, 0, 0, 0, 0, 1, 0, []).reply()
        randr.SetScreenSize(painter.screen.root, 640, 480, 170, 127)
        painter.sync()
        assert screen.grab(Rect(0, 0, 800, 600)).shape == (600, 800, 4)
        assert screen.is_dirty()
        changes = screen.changes()
        assert (changes.resized, changes.damage) == (True, (WHOLE,))
        assert screen.size() == (640, 480)
        assert screen.grab(WHOLE).shape == (480, 640, 4)
        painter.close()
        screen.close()


def test_a_server_that_dies_is_said_in_words() -> None:
    with x_server() as name:
        screen = X11Screen(name)
    for ask in (screen.changes, lambda: screen.grab(WHOLE), screen.cursor, screen.pointer):
        with pytest.raises(ScreenUnavailable):
            ask()
    screen.close()


def test_another_depth_is_refused() -> None:
    with x_server(depth=16) as name, pytest.raises(ScreenUnavailable, match="24"):
        X11Screen(name)
