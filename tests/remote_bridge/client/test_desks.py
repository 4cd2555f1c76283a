import asyncio

import pytest

from remote_bridge.client.desks import (
    desk_of,
    open_portable,
    open_x11,
    take_portable_stop_key,
    take_x11_stop_key,
)
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.input import X11Input
from tests.remote_bridge.client.x11.test_stop_key import ALL_FOUR


def test_each_system_has_its_desk() -> None:
    assert desk_of({"DISPLAY": ":0"}, "linux") == (open_x11, take_x11_stop_key)
    assert desk_of({}, "win32") == desk_of({}, "darwin") == (open_portable, take_portable_stop_key)


@pytest.mark.parametrize(
    ("env", "words"), [({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "Wayland"), ({}, "DISPLAY")]
)
def test_where_nothing_can_be_shown_it_says_why(env: dict[str, str], words: str) -> None:
    with pytest.raises(ScreenUnavailable, match=words):
        desk_of(env, "linux")


def test_the_desk_of_x11_opens_and_the_stop_key_stops(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)

    async def told() -> None:
        desk = open_x11()
        assert desk.screen.size() == (640, 480)
        stopped = asyncio.Event()
        key = take_x11_stop_key(stopped.set)
        assert key is not None
        assert take_x11_stop_key(stopped.set) is None
        typist = X11Input(display)
        for keysym, scancode in ALL_FOUR:
            typist.key(keysym, scancode, down=True)
        typist.close()
        await asyncio.wait_for(stopped.wait(), 10)
        key.close()
        desk.close()

    asyncio.run(told())


def test_a_desk_that_cannot_be_opened_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":64321")
    with pytest.raises(ScreenUnavailable):
        open_x11()
