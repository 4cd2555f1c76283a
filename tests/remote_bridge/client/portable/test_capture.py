from collections.abc import Iterator

import pytest

from remote_bridge.client.picture.picture import words_of
from remote_bridge.client.portable.capture import PortableScreen
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import ScreenUnavailable
from tests.fakes.x_server import Painter
from tests.remote_bridge.client.picture.pictures import photo

WHOLE = Rect(0, 0, 640, 480)


@pytest.fixture
def screen(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PortableScreen]:
    monkeypatch.setenv("DISPLAY", display)
    one = PortableScreen(lambda: (3, 4))
    yield one
    one.close()


def test_pixels_are_those_that_were_drawn(screen: PortableScreen, painter: Painter) -> None:
    assert screen.changes().damage == (WHOLE,)
    words = photo(200, 100)
    painter.paint(painter.window(100, 50, 200, 100), 0, 0, words)
    assert screen.is_dirty()
    assert (words_of(screen.grab(Rect(100, 50, 200, 100))) & 0xFFFFFF == words).all()
    [rect] = {screen.changes().damage}
    assert all(Rect(100, 50, 200, 100).holds(part) for part in rect)


def test_nothing_has_changed_where_nothing_did(screen: PortableScreen) -> None:
    screen.is_dirty()
    screen.changes()
    assert not screen.is_dirty()
    assert screen.changes().damage == ()


def test_size_monitors_and_pointer(screen: PortableScreen) -> None:
    assert (screen.size(), screen.pointer()) == ((640, 480), (3, 4))
    assert [monitor.rect for monitor in screen.monitors()] == [WHOLE]
    cursor = screen.cursor()
    assert len(cursor.bgra) == cursor.width * cursor.height * 4


def test_a_system_that_lets_nobody_see_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":64321")
    with pytest.raises(ScreenUnavailable):
        PortableScreen(lambda: (0, 0))
