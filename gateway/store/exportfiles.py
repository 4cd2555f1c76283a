"""The files of exports: written under another name, and there under their own only when they are whole."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gateway.errors import NotFound
from gateway.ids import new_public_id
from gateway.store.blobs import translated

_ENDING = ".zip"
_PART = ".part"


class ExportFiles:
    """Those below one directory, on the disk that holds the blobs."""

    def __init__(self, blob_dir: Path) -> None:
        self.root = blob_dir / "exports"

    @contextmanager
    def writing(self, public_id: str) -> Iterator[BinaryIO]:
        """A file to write an export to, which takes the place of any other of its name at the end.

        Nothing of it is there after any exception. Raises StorageFull or Unavailable for faults of the disk.
        """
        path = self.root / f"{public_id}.{new_public_id()}{_PART}"
        with translated():
            self.root.mkdir(parents=True, exist_ok=True)
            try:
                with path.open("xb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                path.replace(self._path(public_id))
            finally:
                path.unlink(missing_ok=True)

    def open(self, public_id: str) -> BinaryIO:
        """A whole export for reading; NotFound if there is none."""
        with translated():
            try:
                return self._path(public_id).open("rb")
            except FileNotFoundError:
                raise NotFound(detail="export") from None

    def size_bytes(self, public_id: str) -> int:
        """How large it is; NotFound if there is none."""
        with self.open(public_id) as file:
            return os.fstat(file.fileno()).st_size

    def list_ids(self) -> frozenset[str]:
        """The public ids of all exports of which there is a file, whole or not."""
        paths = self.root.iterdir() if self.root.is_dir() else ()
        return frozenset(path.name.partition(".")[0] for path in paths)

    def forget(self, public_ids: Collection[str]) -> int:
        """Remove whatever there is of these exports; how many files."""
        gone = [path for one in public_ids for path in self.root.glob(f"{one}.*")]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def forget_parts(self, public_id: str) -> None:
        """Remove what workers have begun of an export and not finished."""
        for path in self.root.glob(f"{public_id}.*{_PART}"):
            path.unlink(missing_ok=True)

    def _path(self, public_id: str) -> Path:
        return self.root / f"{public_id}{_ENDING}"
