"""Raw mails and attachments: files named by the SHA-256 of their content, durable before anybody is told.

A blob is written under another name, synced, renamed to its hash, and its directory synced: after
that it survives a power cut (the promise behind a 250). The same content is kept once.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from gateway.errors import NotFound, StorageFull, Unavailable
from gateway.ids import new_public_id

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class KeptBlob:
    """A durable blob: its name and its size."""

    sha256: str
    size_bytes: int


class Spool:
    """A blob in the making; discarded unless kept."""

    def __init__(self, store: "BlobStore") -> None:
        self._store = store
        self._hash = hashlib.sha256()
        self._path = store.spool_dir / new_public_id()
        self._kept: KeptBlob | None = None
        self.size_bytes = 0
        with translated():
            self._file = self._path.open("xb", buffering=0)

    def write(self, data: bytes | memoryview) -> None:
        """Append; raises StorageFull when the disk is, Unavailable on other faults of the disk."""
        self._hash.update(data)
        view = memoryview(data)
        with translated():
            while view:
                view = view[self._file.write(view) :]
        self.size_bytes += len(data)

    @property
    def sha256(self) -> str:
        """The hash of what was written so far."""
        return self._hash.hexdigest()

    def keep(self) -> KeptBlob:
        """Make it durable under its hash; a second call answers the same."""
        if self._kept is None:
            blob = KeptBlob(self.sha256, self.size_bytes)
            with translated():
                os.fsync(self._file.fileno())
                self._file.close()
                self._store.adopt(self._path, blob.sha256)
            self._kept = blob
        return self._kept

    def discard(self) -> None:
        """Forget it; nothing happens to a kept one."""
        self._file.close()
        if self._kept is None:
            with suppress(FileNotFoundError):
                self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


class BlobStore:
    """The blobs below one directory of a local disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spool_dir = root / "spool"
        with translated():
            if not self.spool_dir.is_dir():
                self._lay_out()

    def spool(self) -> Spool:
        """Begin a blob whose end is not known yet."""
        return Spool(self)

    def put(self, data: bytes) -> KeptBlob:
        """Keep bytes, durable when this returns."""
        blob = KeptBlob(hashlib.sha256(data).hexdigest(), len(data))
        if self._is_there(blob.sha256):
            return blob
        with self.spool() as spool:
            spool.write(data)
            return spool.keep()

    def read(self, sha256: str) -> bytes:
        """The bytes of a blob; NotFound if there is none."""
        with self.open(sha256) as file:
            return file.read()

    def open(self, sha256: str) -> BinaryIO:
        """A blob for reading; NotFound if there is none."""
        with translated():
            try:
                return self.path(sha256).open("rb")
            except FileNotFoundError:
                raise NotFound(detail="blob") from None

    def size_bytes(self, sha256: str) -> int:
        """How large a blob is; NotFound if there is none."""
        with self.open(sha256) as file:
            return os.fstat(file.fileno()).st_size

    def path(self, sha256: str) -> Path:
        """Where a blob is, or would be."""
        return self.root / sha256[:2] / sha256

    def free_bytes(self) -> int:
        """Free space on the disk that holds the blobs."""
        with translated():
            return shutil.disk_usage(self.root).free

    def forget(self, sha256: str, *, untouched_since: datetime) -> bool:
        """Remove a blob that no row refers to; True if it is not there any more.

        One that was kept (again) since then stays: the row of whoever kept it may not be written yet.
        """
        path, aside = self.path(sha256), self.spool_dir / f"{sha256}.gone"
        with translated():
            if aside.exists():  # somebody died between the two steps
                aside.replace(path)
            try:
                if path.stat().st_mtime > untouched_since.timestamp():
                    return False
                path.replace(aside)
            except FileNotFoundError:
                return True
            if aside.stat().st_mtime > untouched_since.timestamp():  # just now; the bytes are the same
                aside.replace(path)
                return False
            aside.unlink()
            sync_directory(path.parent)
        return True

    def forget_unfinished(self, *, older_than: timedelta, now: datetime) -> int:
        """Remove what killed processes left half-written; how many files that were."""
        limit = (now - older_than).timestamp()
        left = [path for path in self.spool_dir.iterdir() if path.stat().st_mtime < limit]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def adopt(self, written: Path, sha256: str) -> None:
        """Give a synced file its name and sync the directory.

        Also when the blob was there before: whoever wrote it may not have come to that yet.
        """
        target = self.path(sha256)
        written.replace(target)
        sync_directory(target.parent)

    def _is_there(self, sha256: str) -> bool:
        """Whether a blob is there already; then it counts as kept now, and nobody removes it (`forget`)."""
        path = self.path(sha256)
        with translated():
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
            sync_directory(path.parent)  # whoever wrote it may not have come to that yet
        return True

    def _lay_out(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        for number in range(256):
            (self.root / f"{number:02x}").mkdir(exist_ok=True)
        self.spool_dir.mkdir(exist_ok=True)
        sync_directory(self.root)
        sync_directory(self.root.parent)


def sync_directory(path: Path) -> None:
    """Make what was written, renamed or removed in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translated() -> Iterator[None]:
    """Faults of the disk as the errors that edges know: StorageFull, Unavailable."""
    try:
        yield
    except OSError as error:
        kind = StorageFull if error.errno in _FULL else Unavailable
        raise kind(detail=f"blob store: {errno.errorcode.get(error.errno or 0, '?')}") from error
