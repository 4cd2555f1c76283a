"""What a sender notes the moment a server took a mail, before the database knows it.

One file a worker process, `<owner>.jsonl`, locked for the life of the process: a free lock means its
owner is dead, and whoever finds it takes the notes over (`gateway.outbound.recovery`). A note is one line,
appended and synced before the next SMTP command; a line torn by a power cut is no note.
"""

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from gateway.ids import new_public_id

TRUNCATE_ABOVE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Note:
    """The server took this delivery under this lease; `answer` is its line."""

    delivery_id: int
    token: str
    answer: str
    at: datetime


class Journal:
    """The journal of this process. Its `owner` is the name under which the process leases deliveries."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.owner = new_public_id()
        self.path = directory / f"{self.owner}.jsonl"
        self._unmerged: dict[str, Note] = {}
        self._file = _locked(self.path)
        _sync_directory(directory)

    @property
    def unmerged(self) -> tuple[Note, ...]:
        """The notes of this process that the database does not have yet."""
        return tuple(self._unmerged.values())

    def note(self, delivery_id: int, token: str, answer: str, at: datetime) -> None:
        """Append a note, durable when this returns; OSError if the disk does not take it."""
        self._unmerged[token] = Note(delivery_id, token, answer, at)
        line = {"delivery": delivery_id, "token": token, "answer": answer, "at": at.isoformat()}
        _append(self._file, json.dumps(line).encode() + b"\n")

    def merged(self, token: str) -> None:
        """The database has it; the file shrinks when it holds nothing else of worth."""
        self._unmerged.pop(token, None)
        if not self._unmerged and os.fstat(self._file).st_size > TRUNCATE_ABOVE_BYTES:
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Give the lock back; the file goes unless it holds something that the database lacks."""
        if not self._unmerged:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_notes(content: bytes) -> list[Note]:
    """The notes in a journal; a last line without its end, and any that is damaged, is left out."""
    lines = content.split(b"\n")[:-1]
    return [note for line in lines if (note := _parsed(line)) is not None]


def _parsed(line: bytes) -> Note | None:
    try:
        found = json.loads(line)
        return Note(
            int(found["delivery"]),
            str(found["token"]),
            str(found["answer"]),
            datetime.fromisoformat(found["at"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _locked(path: Path) -> int:
    """Open and lock a file that is still there afterwards: a recovery may have taken the empty one away."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)


def is_same_file(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one at this path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _append(descriptor: int, data: bytes) -> None:
    """All of it, durable, or nothing: half a line would spoil the next one as well."""
    size = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fdatasync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
