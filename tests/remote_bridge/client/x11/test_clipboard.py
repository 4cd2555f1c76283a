import asyncio
import subprocess
from collections.abc import Awaitable, Callable

import pytest

from remote_bridge.client.x11.clipboard import X11Clipboard
from tests.fakes.x_server import require, x_server

TEXT = "Grüße ☃ 中文\nzweite Zeile"


def xclip(display: str, *words: str, given: str = "") -> str:
    command = ["xclip", "-display", display, "-selection", "clipboard", *words]
    if "-o" in words:
        return subprocess.run(command, capture_output=True, check=True, timeout=20).stdout.decode()
    subprocess.run(command, input=given.encode(), check=True, timeout=20, stdout=subprocess.DEVNULL)
    return ""


async def becomes(clipboard: X11Clipboard, text: str) -> bool:
    """A program takes the clipboard a little after it has said that it would."""
    async with asyncio.timeout(30):
        while await clipboard.text() != text:  # noqa: ASYNC110 - X11 tells it when it likes
            await asyncio.sleep(0.02)
    return True


def run(display: str, story: Callable[[X11Clipboard], Awaitable[None]]) -> None:
    require("xclip")

    async def whole() -> None:
        clipboard = X11Clipboard(display)
        try:
            await story(clipboard)
        finally:
            clipboard.close()

    asyncio.run(whole())


@pytest.mark.parametrize("text", [TEXT, "x" * 200_000])
def test_another_programs_text_is_read(display: str, text: str) -> None:
    async def story(clipboard: X11Clipboard) -> None:
        await asyncio.to_thread(xclip, display, given=text)
        assert await becomes(clipboard, text)

    run(display, story)


def test_a_very_large_text_comes_in_pieces_and_is_cut(display: str) -> None:
    async def story(clipboard: X11Clipboard) -> None:
        await asyncio.to_thread(xclip, display, given="y" * 3_000_000)
        assert await becomes(clipboard, "y" * 256 * 1024)

    run(display, story)


@pytest.mark.parametrize("text", [TEXT, "z" * 250_000, ""])
def test_another_program_gets_our_text(display: str, text: str) -> None:
    async def story(clipboard: X11Clipboard) -> None:
        await clipboard.put(text)
        assert await asyncio.to_thread(xclip, display, "-o", "-target", "UTF8_STRING") == text
        assert await asyncio.to_thread(xclip, display, "-o", "-target", "TEXT") == text
        targets = await asyncio.to_thread(xclip, display, "-o", "-target", "TARGETS")
        assert "UTF8_STRING" in targets.split()
        assert await clipboard.text() == text

    run(display, story)


def test_a_form_that_is_not_offered_is_declined(display: str) -> None:
    async def story(clipboard: X11Clipboard) -> None:
        await clipboard.put("text")
        with pytest.raises(subprocess.CalledProcessError):
            await asyncio.to_thread(xclip, display, "-o", "-target", "image/png")

    run(display, story)


def test_ours_is_over_when_another_program_copies(display: str) -> None:
    async def story(clipboard: X11Clipboard) -> None:
        await clipboard.put("ours")
        await asyncio.to_thread(xclip, display, given="theirs")
        assert await becomes(clipboard, "theirs")

    run(display, story)


def test_without_an_owner_it_is_empty(display: str) -> None:
    async def story(clipboard: X11Clipboard) -> None:
        await clipboard.put("x")

    async def empty(clipboard: X11Clipboard) -> None:
        assert await clipboard.text() == ""

    run(display, story)
    run(display, empty)


def test_a_server_that_is_gone_has_an_empty_clipboard() -> None:
    async def told() -> None:
        with x_server() as name:
            clipboard = X11Clipboard(name)
        await asyncio.sleep(0.05)
        await clipboard.put("x")
        clipboard._owned = None
        assert await clipboard.text() == ""
        clipboard.close()

    asyncio.run(told())
