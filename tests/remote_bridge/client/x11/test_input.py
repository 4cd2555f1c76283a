import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import xcffib.xproto

from remote_bridge.client.x11.input import X11Input
from tests.fakes.x_server import Painter, program, require, x_server

SHIFT_KEY, CONTROL, ALT_GR = 0xFFE1, 0xFFE3, 0xFE03


@pytest.fixture(scope="module")
def own_display() -> Iterator[str]:
    """Keyboards are changed here: nobody else should type on it."""
    with x_server() as name:
        yield name


class Typist:
    """An input, a window that listens, and what that window's program reads."""

    def __init__(self, display: str) -> None:
        self.painter = Painter(display)
        self.window = self.painter.window(0, 0, 300, 300, listens=True)
        self.input = X11Input(display)

    def key(self, keysym: int, scancode: int = 0) -> None:
        self.input.key(keysym, scancode, down=True)
        self.input.key(keysym, scancode, down=False)

    def read(self, presses: int) -> list[int]:
        """The keysyms of the next so many presses, modifiers left out, as a program reads them."""
        found: list[int] = []
        while len(found) < presses:
            events = self.painter.events(1)
            assert events, f"only {found} arrived"
            if isinstance(events[0], xcffib.xproto.KeyPressEvent):
                symbol = self._keysym(events[0])
                is_modifier = symbol >> 8 == 0xFE or 0xFFE0 <= symbol < 0xFFF0
                found += [] if is_modifier else [symbol]
        return found

    def _keysym(self, event: object) -> int:
        detail, state = event.detail, event.state  # type: ignore[attr-defined]
        answer = self.painter.core.GetKeyboardMapping(detail, 1).reply()
        row = [*answer.keysyms, *[0] * 8]
        place = (4 if state & 0x80 else 0) + bool(state & 1)
        return int(row[place] or row[place - place % 2])

    def held(self) -> list[int]:
        self.arrived()
        keys = self.painter.core.QueryKeymap().reply().keys
        return [code for code in range(256) if keys[code // 8] >> code % 8 & 1]

    def arrived(self) -> None:
        """What the input has sent: the server serves its clients in no certain order."""
        self.input._c.core.GetInputFocus().reply()

    def buttons(self) -> int:
        self.arrived()
        return int(self.painter.core.QueryPointer(self.painter.screen.root).reply().mask >> 8 & 0x1F)

    def close(self) -> None:
        self.input.close()
        self.painter.close()


@pytest.fixture
def typist(own_display: str) -> Iterator[Typist]:
    one = Typist(own_display)
    yield one
    one.close()


@pytest.fixture
def german(own_display: str) -> Iterator[Typist]:
    require("setxkbmap")
    subprocess.run(["setxkbmap", "-display", own_display, "de"], check=True)
    one = Typist(own_display)
    yield one
    one.close()
    subprocess.run(["setxkbmap", "-display", own_display, "us"], check=True)


def test_letters_arrive_with_the_case_that_was_meant(typist: Typist) -> None:
    for letter in "aB1!":
        typist.key(ord(letter))
    assert typist.read(4) == [ord(c) for c in "aB1!"]
    assert typist.held() == []


def test_shift_that_is_held_stays_held(typist: Typist) -> None:
    typist.input.key(SHIFT_KEY, 0x2A, down=True)
    typist.key(ord("A"), 0x1E)
    typist.key(ord("1"))  # of a keyboard where digits are on the upper level
    typist.key(ord("B"))
    assert typist.read(3) == [ord("A"), ord("1"), ord("B")]
    assert len(typist.held()) == 1
    typist.input.key(SHIFT_KEY, 0x2A, down=False)
    typist.painter.sync()
    assert typist.held() == []


def test_a_place_counts_where_it_types_what_was_meant(typist: Typist) -> None:
    typist.input.key(0xFF51, 0x80 | 0x4B, down=True)
    assert typist.held() == [113]
    typist.input.release_all()
    typist.input.key(0, 0x1E, down=True)
    assert typist.held() == [38]


def test_a_german_keyboard_types_what_an_american_one_sends(german: Typist) -> None:
    for letter in ("z", "@", "ß", "Y", "{"):
        german.key(ord(letter), 0x2C)  # whatever the place over there
    assert german.read(5) == [ord(c) for c in ("z", "@", "ß", "Y", "{")]
    assert german.held() == []


def test_what_no_key_types_is_lent_one(typist: Typist) -> None:
    snowman, chinese, euro = 0x01002603, 0x01004E2D, 0x20AC
    for keysym in (snowman, ord("x"), chinese, euro, snowman):
        typist.key(keysym)
        time.sleep(0.01)
    assert typist.read(5) == [snowman, ord("x"), chinese, euro, snowman]


def test_a_lent_key_is_given_back(own_display: str) -> None:
    one = Typist(own_display)
    before = list(one.painter.core.GetKeyboardMapping(8, 248).reply().keysyms)
    for number in range(12):  # more than may be lent at once
        one.key(0x01004E00 + number)
    assert one.read(12)[-1] == 0x01004E00 + 11
    one.input.close()
    assert list(one.painter.core.GetKeyboardMapping(8, 248).reply().keysyms) == before
    one.painter.close()


def test_caps_lock_of_the_customer_does_not_turn_letters_around(typist: Typist) -> None:
    typist.key(0xFFE5)
    typist.key(ord("a"))
    typist.key(ord("A"))
    events = [e for e in typist.painter.events(9, 1) if isinstance(e, xcffib.xproto.KeyPressEvent)]
    typed = [(e.detail, bool(e.state & 1) != bool(e.state & 2)) for e in events if e.detail == 38]
    typist.key(0xFFE5)
    assert typed == [(38, False), (38, True)]


def test_a_key_that_is_held_is_pressed_once(typist: Typist) -> None:
    for _ in range(3):
        typist.input.key(ord("a"), 0x1E, down=True)
    typist.input.key(ord("a"), 0x1E, down=False)
    assert [type(e).__name__ for e in typist.painter.events(9, 0.3)] == ["KeyPressEvent", "KeyReleaseEvent"]


def test_a_key_is_released_by_its_place_when_its_name_has_changed(typist: Typist) -> None:
    typist.input.key(ord("A"), 0x1E, down=True)
    typist.input.key(ord("a"), 0x1E, down=False)
    typist.painter.sync()
    assert typist.held() == []


def test_the_pointer_points_presses_and_turns_its_wheel(typist: Typist) -> None:
    typist.input.pointer(50, 60, 0)
    for buttons in (1, 0, 0b100, 0, 0b1000, 0, 1 << 7, 0, 1 << 8, 0):
        typist.input.pointer(50, 60, buttons)
    events = typist.painter.events(10)
    assert [e.detail for e in events[::2]] == [1, 3, 4, 8, 9]
    assert {(e.root_x, e.root_y) for e in events} == {(50, 60)}


@pytest.mark.parametrize("far", [0x7FFF, 0x8000, 0xFFFF])
def test_a_place_beyond_every_screen_is_its_edge(typist: Typist, far: int) -> None:
    width, height = typist.painter.screen.width_in_pixels, typist.painter.screen.height_in_pixels
    typist.input.pointer(far, far, 0)
    typist.arrived()
    there = typist.painter.core.QueryPointer(typist.painter.screen.root).reply()
    assert (there.root_x, there.root_y) == (width - 1, height - 1)


def test_no_number_of_a_key_is_too_large(typist: Typist) -> None:
    for keysym, place in ((0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (0x1FFFFFFF, 0x80), (0x01110000, 0x1FF)):
        typist.key(keysym, place)
    assert typist.held() == []


def test_everything_is_released(typist: Typist) -> None:
    typist.input.key(CONTROL, 0x1D, down=True)
    typist.input.key(ord("a"), 0x1E, down=True)
    typist.input.pointer(50, 60, 0b101)
    assert (len(typist.held()), typist.buttons()) == (2, 0b101)
    typist.input.release_all()
    assert (typist.held(), typist.buttons()) == ([], 0)


def test_what_is_no_key_types_nothing(typist: Typist) -> None:
    for keysym in (0, 0xFFFFFFFF, 1 << 30):
        typist.key(keysym)
    assert typist.painter.events(1, 0.2) == []


def test_a_server_that_is_gone_needs_no_release() -> None:
    with x_server() as name:
        one = X11Input(name)
        one.key(ord("a"), 0, down=True)
    one.close()


def test_a_terminal_reads_what_was_typed(tmp_path: Path) -> None:
    require("xterm", "openbox")
    kept, words = tmp_path / "kept", "Grüße, {x} ☃!"
    shell = f'echo on > {tmp_path}/on; read -r line; printf %s "$line" > {kept}'
    with ExitStack() as running:
        name = running.enter_context(x_server())
        running.enter_context(program("openbox", "--sm-disable", display=name))
        wait_for_property(name, "_NET_SUPPORTING_WM_CHECK", lambda painter: painter.screen.root)
        running.enter_context(program("xterm", "-u8", "-e", "sh", "-c", shell, display=name))
        wait_for(tmp_path / "on")
        wait_for_property(
            name, "WM_CLASS", lambda painter: painter.core.GetInputFocus().reply().focus, b"xterm"
        )
        one = X11Input(name)
        for keysym in [*(ord(c) if ord(c) < 0x100 else 0x01000000 | ord(c) for c in words), 0xFF0D]:
            one.key(keysym, 0, down=True)
            one.key(keysym, 0, down=False)
            time.sleep(0.01)
        wait_for(kept)
        one.close()
    assert kept.read_text("utf-8") == words


def wait_for_property(
    display: str, name: str, window: Callable[[Painter], int], content: bytes = b""
) -> None:
    """The window has a property with this in it: a manager is there, or has given a program the keyboard."""
    painter, until = Painter(display), time.monotonic() + 30
    atom = painter.core.InternAtom(0, len(name), name).reply().atom
    while True:
        assert time.monotonic() < until, name
        number = window(painter)
        value = (
            painter.core.GetProperty(0, number, atom, 0, 0, 100).reply().value.buf() if number > 1 else b""
        )
        if len(value) and content in bytes(value):
            break
        time.sleep(0.02)
    painter.close()


def wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not (path.exists() and path.read_bytes()):
        assert time.monotonic() < until, path.name
        time.sleep(0.02)
