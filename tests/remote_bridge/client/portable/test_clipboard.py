import asyncio
import sys
from pathlib import Path

from remote_bridge.client.portable.clipboard import OF_SYSTEM, ProgramClipboard, Programs


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_text_goes_to_a_program_and_comes_from_one(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept")
    read = python(f"import sys; sys.stdout.buffer.write(open({kept!r}, 'rb').read())")
    fill = python(f"import sys; open({kept!r}, 'wb').write(sys.stdin.buffer.read())")

    async def told() -> None:
        clipboard = ProgramClipboard(Programs(read, fill))
        assert await clipboard.text() == ""
        await clipboard.put("Grüße ☃")
        assert await clipboard.text() == "Grüße ☃"
        clipboard.close()

    asyncio.run(told())


def test_a_program_that_is_missing_counts_as_empty() -> None:
    async def told() -> None:
        clipboard = ProgramClipboard(Programs(("/nowhere/at/all",), ("/nowhere/at/all",)))
        await clipboard.put("x")
        assert await clipboard.text() == ""

    asyncio.run(told())


def test_both_systems_have_their_programs() -> None:
    assert set(OF_SYSTEM) == {"darwin", "win32"}
