"""The messages of an mbox file or a maildir, one after the other, in bounded memory."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from gateway.inbound.limits import BLOCK_BYTES

Blocks = Iterator[bytes]
"""The bytes of one message; to be read to its end before the next one is asked for."""

_SEPARATOR = b"From "
_ESCAPED = re.compile(rb">+From ")


def mbox_messages(file: BinaryIO, read: Callable[[int], None] = lambda _size: None) -> Iterator[Blocks]:
    """The messages of an mbox: each begins with a `From ` line at the start or behind an empty line.

    One `>` is taken off `>From ` (mboxrd); the empty line before a separator is not the message's.
    `read` is told of every byte that was read.
    """
    lines = _Lines(file, read)
    while lines.current.strip(b"\r\n") == b"" and lines.current:
        lines.advance()
    while lines.current:
        if lines.is_separator():
            lines.advance()
        message = _message(lines)
        yield message
        for _ in message:  # what the caller did not care to read
            pass


def maildir_messages(folder: Path) -> Iterator[Path]:
    """The files of a maildir, new ones and seen ones, in the order of their names."""
    found = [path for part in ("new", "cur") for path in (folder / part).iterdir()]
    return iter(sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.name))


class _Lines:
    """A file by lines; a very long line comes in several pieces."""

    def __init__(self, file: BinaryIO, read: Callable[[int], None]) -> None:
        self._file = file
        self._read = read
        self._follows_empty = True
        self._begins = True
        self.current = b""
        self._fetch()

    def advance(self) -> None:
        self._follows_empty = self.is_empty()
        self._begins = self.current.endswith(b"\n")
        self._fetch()

    def is_separator(self) -> bool:
        return self._begins and self._follows_empty and self.current.startswith(_SEPARATOR)

    def is_empty(self) -> bool:
        return self._begins and self.current in {b"\n", b"\r\n"}

    def unescaped(self) -> bytes:
        is_escaped = self._begins and _ESCAPED.match(self.current)
        return self.current[1:] if is_escaped else self.current

    def _fetch(self) -> None:
        self.current = self._file.readline(BLOCK_BYTES)
        self._read(len(self.current))


def _message(lines: _Lines) -> Blocks:
    empty = b""  # an empty line is held back: it may belong to the separator
    while lines.current and not lines.is_separator():
        if empty:
            yield empty
        empty = lines.current if lines.is_empty() else b""
        if not empty:
            yield lines.unescaped()
        lines.advance()
