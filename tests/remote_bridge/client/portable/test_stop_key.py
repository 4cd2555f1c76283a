import asyncio
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from remote_bridge.client.desks import take_portable_stop_key
from remote_bridge.client.portable.stop_key import PortableStopKey


def test_the_combination_calls_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A double notes the keys, as pynput cannot be installed from wheels on Linux."""
    made: list[Any] = []

    class HotKeys:
        def __init__(self, keys: dict[str, Any]) -> None:
            self.keys, self.running = keys, False
            made.append(self)

        def start(self) -> None:
            self.running = True

        def stop(self) -> None:
            self.running = False

    module = ModuleType("pynput")
    module.keyboard = SimpleNamespace(GlobalHotKeys=HotKeys)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pynput", module)

    async def told() -> None:
        pressed = asyncio.Event()
        key = PortableStopKey(pressed.set, asyncio.get_running_loop())
        [call] = made[0].keys.values()
        assert list(made[0].keys) == ["<ctrl>+<alt>+<shift>+<esc>"]
        await asyncio.to_thread(call)
        await asyncio.wait_for(pressed.wait(), 10)
        assert made[0].running
        key.close()
        assert not made[0].running

    asyncio.run(told())


def test_where_nothing_listens_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynput", None)

    async def told() -> None:
        assert take_portable_stop_key(lambda: None) is None

    asyncio.run(told())
