"""The clipboard by the system's own small programs: macOS and Windows bring them along."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remote_bridge.client.environment import variables

_SECONDS = 5.0
_MOST_BYTES = 1024 * 1024


class Programs(NamedTuple):
    """What writes the clipboard to its output, and what fills it from its input; both in UTF-8."""

    read: Sequence[str]
    fill: Sequence[str]


_POWERSHELL = ("powershell", "-NoProfile", "-NonInteractive", "-Command")
_UTF8 = "[Console]::InputEncoding=[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false;"
OF_SYSTEM: Mapping[str, Programs] = {
    "darwin": Programs(("pbpaste",), ("pbcopy",)),
    "win32": Programs(
        (*_POWERSHELL, _UTF8 + "[Console]::Out.Write((Get-Clipboard -Raw))"),
        (*_POWERSHELL, _UTF8 + "Set-Clipboard -Value ([Console]::In.ReadToEnd())"),
    ),
}


class ProgramClipboard:
    """What they read and fill. A program that fails or takes too long counts as an empty clipboard."""

    def __init__(self, programs: Programs | None = None) -> None:
        self._programs = programs or OF_SYSTEM[sys.platform]

    async def text(self) -> str:
        data = await _run(self._programs.read, b"")
        return data[:_MOST_BYTES].decode("utf-8", "ignore")

    async def put(self, text: str) -> None:
        await _run(self._programs.fill, text.encode("utf-8", "replace"))

    def close(self) -> None:
        """Nothing is held."""


async def _run(command: Sequence[str], given: bytes) -> bytes:
    try:
        program = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**variables(), "LC_CTYPE": "UTF-8"},
        )
    except OSError:
        return b""
    try:
        async with asyncio.timeout(_SECONDS):
            out, _errors = await program.communicate(given)
    except TimeoutError:
        program.kill()
        await program.wait()
        return b""
    return out if program.returncode == 0 else b""
