"""On Linux pynput cannot be installed from wheels: doubles of its modules note what they are told."""

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from remote_bridge.client.portable.input import PortableInput
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.capture import X11Screen
from tests.fakes.x_server import Painter


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    said: list[tuple[Any, ...]] = []

    class Controller:
        @property
        def position(self) -> tuple[int, int]:
            return 7, 8

        @position.setter
        def position(self, place: tuple[int, int]) -> None:
            said.append(("at", place))

        def __getattr__(self, name: str) -> Any:
            return lambda *words: said.append((name, *words))

    keys = SimpleNamespace(enter="ENTER", shift="SHIFT")
    buttons = SimpleNamespace(left="LEFT", middle="MIDDLE", right="RIGHT", x1="BACK")
    module = ModuleType("pynput")
    module.keyboard = SimpleNamespace(Key=keys, Controller=Controller)  # type: ignore[attr-defined]
    module.mouse = SimpleNamespace(Button=buttons, Controller=Controller)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pynput", module)
    return said


def test_keys_go_down_and_up_by_what_they_type(told: list[tuple[Any, ...]]) -> None:
    one = PortableInput()
    for keysym in (0xFFE1, 0x41, 0xFF14):
        one.key(keysym, 0x1E, down=True)
    one.key(0x41, 0x1E, down=False)
    one.key(0x42, 0x1E, down=False)
    assert told == [("press", "SHIFT"), ("press", "A"), ("release", "A")]


def test_the_mouse_points_presses_and_turns_its_wheel(told: list[tuple[Any, ...]]) -> None:
    one = PortableInput()
    for buttons in (0b1, 0b1000, 1 << 7, 1 << 8, 0):
        one.pointer(3, 4, buttons)
    assert one.where() == (7, 8)
    places = [word for word in told if word[0] == "at"]
    assert places == [("at", (3, 4))] * 5
    assert [word for word in told if word[0] != "at"] == [
        ("press", "LEFT"),
        ("release", "LEFT"),
        ("scroll", 0, 1),
        ("press", "BACK"),
        ("release", "BACK"),
    ]


def test_everything_is_released(told: list[tuple[Any, ...]]) -> None:
    one = PortableInput()
    one.key(0x41, 0, down=True)
    one.pointer(3, 4, 0b100)
    told.clear()
    one.close()
    assert told == [("release", "A"), ("release", "RIGHT")]
    one.release_all()
    assert len(told) == 2


def test_without_pynput_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynput", None)
    with pytest.raises(ScreenUnavailable, match="mouse and keyboard"):
        PortableInput()


@pytest.fixture
def real(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PortableInput]:
    monkeypatch.setenv("DISPLAY", display)
    pytest.importorskip("pynput", reason="pynput cannot be installed from wheels on Linux")
    one = PortableInput()
    yield one
    one.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_real_one_moves_and_types(real: PortableInput, painter: Painter, display: str) -> None:
    painter.window(0, 0, 300, 300, listens=True)
    real.pointer(30, 40, 0)
    real.pointer(30, 40, 1)
    real.pointer(30, 40, 0)
    real.key(0x61, 0, down=True)
    real.key(0x61, 0, down=False)
    assert [event.detail for event in painter.events(4)] == [1, 1, 38, 38]
    screen = X11Screen(display)
    assert screen.pointer() == (30, 40)
    screen.close()
