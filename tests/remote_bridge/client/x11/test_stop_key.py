import asyncio
import contextlib

from remote_bridge.client.x11.input import X11Input
from remote_bridge.client.x11.stop_key import X11StopKey
from tests.fakes.x_server import x_server

ALL_FOUR = ((0xFFE3, 0x1D), (0xFFE9, 0x38), (0xFFE1, 0x2A), (0xFF1B, 0x01))


def press(display: str, *keys: tuple[int, int]) -> None:
    typist = X11Input(display)
    for keysym, scancode in keys:
        typist.key(keysym, scancode, down=True)
    typist.close()


async def presses(display: str, *strokes: tuple[tuple[int, int], ...]) -> int:
    """How often the stop key counts as pressed when these are pressed together, one after the other."""
    pressed: list[int] = []
    stop = X11StopKey(lambda: pressed.append(1), display)
    assert stop.is_taken
    stop.watch()
    for keys in strokes:
        before = len(pressed)
        await asyncio.to_thread(press, display, *keys)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while len(pressed) == before:  # noqa: ASYNC110 - X11 tells it when it likes
                    await asyncio.sleep(0.01)
    stop.close()
    return len(pressed)


def test_all_four_keys_together_end_it_whatever_the_locks_are(display: str) -> None:
    num_lock = ((0xFF7F, 0x45),)
    assert asyncio.run(presses(display, ALL_FOUR, num_lock, ALL_FOUR, num_lock)) == 2


def test_three_of_them_do_nothing(display: str) -> None:
    assert asyncio.run(presses(display, ALL_FOUR[1:], ALL_FOUR[:3])) == 0


def test_a_key_that_another_program_has_is_not_taken(display: str) -> None:
    first = X11StopKey(lambda: None, display)
    second = X11StopKey(lambda: None, display)
    assert (first.is_taken, second.is_taken) == (True, False)
    first.close()
    second.close()


def test_a_server_that_goes_counts_as_a_stop() -> None:
    async def told() -> None:
        stopped = asyncio.Event()
        with x_server() as name:
            stop = X11StopKey(stopped.set, name)
            stop.watch()
        await asyncio.wait_for(stopped.wait(), 20)
        stop.close()

    asyncio.run(told())
