"""The journal of erasures, outside the database and its backups: what a restored backup must not bring back.

One line for each batch of what goes, appended and synced before the first of it goes, and one for each
certificate that has gone, so that none goes twice. What is written are
keyed hashes: without the installation's secret nobody can tell from them who or what it was.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from gateway.store.blobs import translated
from gateway.store.keyring import sync_directory

_MARKS_A_LINE = 1000
_BYTES = 16
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An erasure as the journal has it: since when its things are gone, and by what they are known again."""

    erasure: str
    kind: str
    account: str
    at: datetime
    marks: frozenset[str]


class ErasureJournal:
    """The journal in one file."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self.path = path
        self._key = hmac.digest(secret, b"manage4all erasures", "sha256")

    def mark(self, kind: str, ref: str) -> str:
        """By what a thing is known again."""
        return hmac.digest(self._key, f"{kind}:{ref}".encode(), "sha256")[:_BYTES].hex()

    def note(
        self, erasure: str, kind: str, account: str, things: Iterable[tuple[str, str]], *, at: datetime
    ) -> None:
        """Note what goes, durable when this returns; StorageFull or Unavailable if the disk does not take it.

        The same twice does no harm.
        """
        head = {
            "v": _VERSION,
            "erasure": erasure,
            "kind": kind,
            "account": self.mark("account", account),
            "at": at.isoformat(),
        }
        marks = [self.mark(*thing) for thing in things]
        starts = range(0, max(len(marks), 1), _MARKS_A_LINE)
        lines = [json.dumps({**head, "marks": marks[at : at + _MARKS_A_LINE]}) for at in starts]
        self._write(lines)

    def note_told(self, erasure: str, recipient: str) -> None:
        """Note that somebody has the certificate of an erasure; durable, and errors as `note`."""
        self._write([json.dumps({"v": _VERSION, "told": self.mark("told", f"{erasure}:{recipient}")})])

    def was_told(self, erasure: str, recipient: str) -> bool:
        """Whether they have it; also after an older backup was restored."""
        wanted = self.mark("told", f"{erasure}:{recipient}")
        return any(line.get("told") == wanted for line in self._lines())

    def _write(self, lines: Sequence[str]) -> None:
        with translated():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                _append(file, lines)
            sync_directory(self.path.parent)

    def read(self) -> Mapping[str, Entry]:
        """All erasures by their public ids, oldest first; a line that was torn by a power cut is none."""
        found: dict[str, Entry] = {}
        for line in self._lines():
            if "told" in line:
                continue
            known = found.get(line["erasure"])
            marks = frozenset(line["marks"]) | (known.marks if known else frozenset())
            found[line["erasure"]] = Entry(
                line["erasure"],
                line["kind"],
                line["account"],
                known.at if known else datetime.fromisoformat(line["at"]),
                marks,
            )
        return found

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        if not self.path.exists():
            return
        with translated(), self.path.open("rb") as file:
            for line in file:
                if (told := _read(line)) is not None:
                    yield told


def _append(file: BinaryIO, lines: Sequence[str]) -> None:
    """Write whole lines and sync them; what a power cut has torn before stays on a line of its own."""
    size = file.seek(0, os.SEEK_END)
    if size:
        file.seek(-1, os.SEEK_END)
    is_torn = bool(size) and file.read(1) != b"\n"
    view = memoryview(("\n" * is_torn + "\n".join(lines) + "\n").encode())
    while view:
        view = view[file.write(view) :]
    os.fsync(file.fileno())


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:  # torn: the erasure that it was of had not begun
        return None
    return told if isinstance(told, dict) and told.get("v") == _VERSION else None
