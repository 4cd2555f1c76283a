"""Raw mails and attachments: files named by the SHA-256 of their content, durable before anybody is told.

A blob is written under another name, synced, renamed to its hash, and its directory synced: after
that it survives a power cut (the promise behind a 250). The same content is kept once.

What a blob's file holds is sealed under a key of its own, and that under the key of whom it belongs to
(docs/adr/0022-a-key-for-everybody.md). Nobody knows who that is when it comes: it lies under a key of
arrivals and is marked as unsettled, until `gateway.store.settling` has looked who has it. What an older
version wrote is plain, and read as it is until that has sealed it.
"""

import errno
import fcntl
import hashlib
import io
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self, cast

from gateway import clock
from gateway.errors import NotFound, StorageFull, Unavailable
from gateway.ids import new_public_id
from gateway.store import sealedfiles
from gateway.store.keyring import KEY_BYTES, Key, Keyring, Owner, sync_directory
from gateway.store.sealedfiles import HEADER_BYTES

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NAME = re.compile(rb"[0-9a-f]{64}\n")
_COPIED_BYTES = 1024 * 1024
_WANTED_FOR = timedelta(hours=1)  # nobody puts a blob and takes longer to write down that they have it


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
        file_key = os.urandom(KEY_BYTES)
        header = sealedfiles.header_of(store.key_of_arrivals(), file_key)
        self._sealer = sealedfiles.Sealer(file_key, header, self._append)
        with translated():
            self._file = self._path.open("xb", buffering=0)

    def write(self, data: bytes | memoryview) -> None:
        """Append; raises StorageFull when the disk is, Unavailable on other faults of the disk."""
        self._hash.update(data)
        with translated():
            self._sealer.add(data)
        self.size_bytes += len(data)

    @property
    def sha256(self) -> str:
        """The hash of what was written so far."""
        return self._hash.hexdigest()

    def keep(self) -> KeptBlob:
        """Make it durable under its hash; a second call answers the same."""
        if self._kept is None:
            self._kept = self.keep_as(self.sha256)
        return self._kept

    def keep_as(self, sha256: str) -> KeptBlob:
        """Make it durable under a name that is known."""
        with translated():
            self._sealer.finish()
            os.fsync(self._file.fileno())
            self._file.close()
            self._store.adopt(self._path, sha256)
        return KeptBlob(sha256, self.size_bytes)

    def discard(self) -> None:
        """Forget it; nothing happens to a kept one."""
        self._file.close()
        if self._kept is None:
            with suppress(FileNotFoundError):
                self._path.unlink()

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


class BlobStore:
    """The blobs below one directory of a local disk, and the keyring that opens them."""

    def __init__(self, root: Path, keyring_dir: Path) -> None:
        self.root = root
        self.spool_dir = root / "spool"
        self.unsettled_dir = root / "unsettled"
        self._arrived = root / "arrived"
        self.keyring = Keyring(keyring_dir)
        self._arrivals: tuple[date, Key] | None = None
        with translated():
            if not self.unsettled_dir.is_dir():
                self._lay_out()

    def spool(self) -> Spool:
        """Begin a blob whose end is not known yet."""
        return Spool(self)

    def put(self, data: bytes) -> KeptBlob:
        """Keep bytes, durable when this returns."""
        blob = KeptBlob(hashlib.sha256(data).hexdigest(), len(data))
        with translated():
            if self.take_back(blob.sha256):
                sync_directory(self._path(blob.sha256).parent)  # whoever wrote it may not have yet
                return blob
        with self.spool() as spool:
            spool.write(data)
            return spool.keep()

    def read(self, sha256: str) -> bytes:
        """The bytes of a blob; NotFound if there is none, Erased if its key is."""
        with self.open(sha256) as file, translated():
            return file.read()

    def open(self, sha256: str) -> BinaryIO:
        """A blob for reading, from anywhere in it; NotFound if there is none, Erased if its key is."""
        with translated():
            file = self._open(sha256)
            try:
                header = _header_of(file)
                if (key_id := sealedfiles.key_id_of(header)) is None:
                    return io.BufferedReader(file)
                file_key = sealedfiles.unwrapped(header, self.keyring.secret(key_id))
                content = sealedfiles.SealedReader(file, file_key)
            except BaseException:
                file.close()
                raise
            return cast("BinaryIO", io.BufferedReader(content, sealedfiles.CHUNK_BYTES))

    def size_bytes(self, sha256: str) -> int:
        """How large a blob's content is; NotFound if there is none."""
        with translated(), self._open(sha256) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            is_plain = sealedfiles.key_id_of(_header_of(file)) is None
            return size_bytes if is_plain else sealedfiles.content_bytes(size_bytes)

    def has(self, sha256: str) -> bool:
        """Whether there is such a blob and it can still be read."""
        try:
            self.open(sha256).close()
        except NotFound:
            return False
        return True

    def free_bytes(self) -> int:
        """Free space on the disk that holds the blobs."""
        with translated():
            return shutil.disk_usage(self.root).free

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
        self._note_arrival(sha256)
        target = self._path(sha256)
        with ExitStack() as stack:
            with suppress(NotFound):  # whoever is about to remove it must not remove ours
                stack.enter_context(self._held(sha256))
            written.replace(target)
        sync_directory(target.parent)

    def key_of_arrivals(self) -> Key:
        """The key of what comes in this week."""
        today = clock.now().date()
        monday = today - timedelta(days=today.weekday())
        if self._arrivals is None or self._arrivals[0] != monday:
            self._arrivals = (monday, self.keyring.of_intake(monday))
        return self._arrivals[1]

    def list_unsettled(self, *, now: datetime, most: int) -> dict[str, int]:
        """Blobs for which an owner is to be looked for now, at most so many, with the mark of each."""
        self._mark_arrivals()
        due: dict[str, int] = {}
        with translated(), os.scandir(self.unsettled_dir) as found:
            for entry in found:
                with suppress(FileNotFoundError):  # settled by another process in this moment
                    mark = entry.stat().st_mtime_ns
                    if mark <= _nanoseconds(now):
                        due[entry.name] = mark
                if len(due) == most:
                    break
        return due

    def look_again(self, sha256: str, *, at: datetime) -> None:
        """Nobody has the blob yet: look for its owner at another time."""
        with translated(), suppress(FileNotFoundError):
            os.utime(self.unsettled_dir / sha256, ns=(_nanoseconds(at), _nanoseconds(at)))

    def settle(self, sha256: str, owner: Owner, mark: int) -> bool:
        """Put a blob under its owner's key, unless it was put again since it was marked so; whether it is.

        Only within `keyring.exclusively()`. It may reach the disk later: until then, after a power cut, the
        blob is under the key that it had, so `sync` comes before a key is destroyed. A plain one stays so.
        """
        marker = self.unsettled_dir / sha256
        with translated(), suppress(FileNotFoundError):
            with suppress(NotFound), self._held(sha256) as file:
                if marker.stat().st_mtime_ns != mark:
                    return False
                self._rewrap(file, self.keyring.of(owner))
            marker.unlink()
            return True
        return False

    def take_back(self, sha256: str) -> bool:
        """Put a blob under the key of arrivals again; False if there is none that can be read.

        So whoever destroys its owner's key in this moment leaves it, and who has it now is looked for anew.
        """
        with translated(), suppress(NotFound), self._held(sha256) as file:
            self._rewrap(file, self.key_of_arrivals())
            os.utime(file.fileno())  # whoever lets go of it sees that it is wanted
            self._mark_unsettled(sha256)
            return True
        return False

    def changed_at(self, sha256: str, *, default: datetime) -> datetime:
        """When a blob was written, put again or given to an owner last; the default if there is none."""
        with translated(), suppress(FileNotFoundError):
            return datetime.fromtimestamp(self._path(sha256).stat().st_mtime, UTC)
        return default

    def forget(self, sha256: str, *, untouched_since: datetime | None = None) -> bool:
        """Remove a blob that no row refers to, whatever it lies under; True if it is not there any more.

        One that was kept (again) since then stays: the row of whoever kept it may not be written yet.
        """
        with translated(), suppress(NotFound), self._held(sha256) as file:
            kept_at = os.fstat(file.fileno()).st_mtime
            if untouched_since is not None and kept_at > untouched_since.timestamp():
                return False
            self._path(sha256).unlink()
            (self.unsettled_dir / sha256).unlink(missing_ok=True)
            sync_directory(self._path(sha256).parent)
        return True

    def let_go(self, sha256: str, *, under: Collection[bytes]) -> None:
        """Remove a blob that nobody has, if it lies under one of these keys, which are to be destroyed.

        One that somebody has put again, and is about to have, is kept under the key of arrivals.
        """
        with translated(), suppress(NotFound), self._held(sha256) as file:
            if sealedfiles.key_id_of(_header(file)) not in under:
                return
            age_seconds = clock.now().timestamp() - os.fstat(file.fileno()).st_mtime
            is_wanted = age_seconds < _WANTED_FOR.total_seconds()
            if is_wanted and (self.unsettled_dir / sha256).exists():
                self._rewrap(file, self.key_of_arrivals())
            else:
                self._path(sha256).unlink()
                (self.unsettled_dir / sha256).unlink(missing_ok=True)

    def walk(self) -> Iterator[tuple[str, bytes | None]]:
        """Every blob and the name of the key that it lies under; None for a plain one."""
        for directory in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            with translated():
                names = sorted(entry.name for entry in os.scandir(directory))
            for name in names:
                with translated(), suppress(NotFound):
                    with self._open(name) as file:
                        key_id = sealedfiles.key_id_of(_header_of(file))
                    yield name, key_id

    def seal(self, sha256: str) -> None:
        """Write a plain blob anew, sealed. A kill on the way leaves it plain and whole."""
        with suppress(NotFound), translated(), self._open(sha256) as file, self.spool() as spool:
            while data := file.read(_COPIED_BYTES):
                spool.write(data)
            spool.keep_as(sha256)

    @property
    def is_all_sealed(self) -> bool:
        """Whether no blob is plain, as far as is known."""
        return (self.root / "sealed").exists()

    def note_all_sealed(self) -> None:
        """Nothing plain was found: no need to look for it again."""
        with translated():
            (self.root / "sealed").touch()

    def sync(self) -> None:
        """Have everything that was handed over on the disk."""
        os.sync()

    def _open(self, sha256: str) -> io.FileIO:
        try:
            return io.FileIO(self._path(sha256))
        except FileNotFoundError:
            raise NotFound(detail="blob") from None

    @contextmanager
    def _held(self, sha256: str) -> Iterator[io.FileIO]:
        """A blob that nobody else changes meanwhile; NotFound when it is gone."""
        while True:
            try:
                file = io.FileIO(self._path(sha256), "r+")
            except FileNotFoundError:
                raise NotFound(detail="blob") from None
            with file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file.fileno()).st_nlink:  # else it was removed or replaced while we waited
                    yield file
                    return

    def _rewrap(self, file: io.FileIO, key: Key) -> None:
        header = _header(file)
        before = sealedfiles.key_id_of(header)
        if before in (None, key.id):
            return
        file_key = sealedfiles.unwrapped(header, self.keyring.secret(before))
        os.pwrite(file.fileno(), sealedfiles.header_of(key, file_key), 0)

    def _note_arrival(self, sha256: str) -> None:
        """A line in one file: a mark of its own would be an inode more to write before a 250."""
        with self._arrived.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            file.write(f"{sha256}\n".encode("ascii"))

    def _mark_arrivals(self) -> None:
        """Mark as unsettled what has arrived since the last time. After a power cut there may be no lines."""
        with translated(), self._arrived.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            for line in file:
                if _NAME.fullmatch(line):
                    self._mark_unsettled(line[:64].decode("ascii"))
            file.truncate(0)

    def _mark_unsettled(self, sha256: str) -> None:
        (self.unsettled_dir / sha256).touch()

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def _lay_out(self) -> None:
        is_new = not self.root.exists()
        self.root.mkdir(parents=True, exist_ok=True)
        for number in range(256):
            (self.root / f"{number:02x}").mkdir(exist_ok=True)
        self.spool_dir.mkdir(exist_ok=True)
        self.unsettled_dir.mkdir(exist_ok=True)
        if is_new:
            self.note_all_sealed()
        sync_directory(self.root)
        sync_directory(self.root.parent)


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6) * 1000


def _header(file: io.FileIO) -> bytes:
    return os.pread(file.fileno(), HEADER_BYTES, 0)


def _header_of(file: io.FileIO) -> bytes:
    """The beginning of a file that somebody may be changing: all of the old one or of the new one."""
    fcntl.flock(file, fcntl.LOCK_SH)
    try:
        return _header(file)
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def translated() -> Iterator[None]:
    """Faults of the disk as the errors that edges know: StorageFull, Unavailable."""
    try:
        yield
    except OSError as error:
        kind = StorageFull if error.errno in _FULL else Unavailable
        raise kind(detail=f"blob store: {errno.errorcode.get(error.errno or 0, '?')}") from error
