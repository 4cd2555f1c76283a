"""One program of a kind at a time: a lock that the system takes back whatever becomes of who has it."""

import sys
import time
from pathlib import Path
from typing import IO, Self

_TRIES, _PAUSE_SECONDS = 10, 0.05
"""Who only looks whether it is held holds it for a moment."""


class Busy(Exception):
    """Another program has it."""


class Alone:
    """Holds the lock on this file from `with` on; Busy, OSError."""

    def __init__(self, path: Path, *, tries: int = _TRIES) -> None:
        self._path, self._tries = path, tries
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        file = self._path.open("ab")
        for left in reversed(range(self._tries)):
            try:
                _lock(file)
            except OSError:
                if left:
                    time.sleep(_PAUSE_SECONDS)
                continue
            self._file = file
            return self
        file.close()
        raise Busy

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def is_held(path: Path) -> bool:
    """Whether another program has it."""
    if not path.exists():
        return False
    try:
        with Alone(path, tries=1):
            return False
    except Busy:
        return True


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
