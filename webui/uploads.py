"""Files that people send along, kept as blobs before anything is written to the database."""

from collections.abc import Iterable
from dataclasses import replace

from werkzeug.datastructures import FileStorage

from gateway.desk.replying import DraftFile
from webui.office import office

_BLOCK_BYTES = 256 * 1024
_UNKNOWN = "application/octet-stream"


def keep(files: Iterable[FileStorage], pictures: Iterable[FileStorage] = ()) -> tuple[DraftFile, ...]:
    """Make the files durable, and the pictures of the text; a form's empty file field is none."""
    shown = [replace(_keep(file), is_picture=True) for file in pictures if file.filename]
    return (*shown, *(_keep(file) for file in files if file.filename))


def _keep(file: FileStorage) -> DraftFile:
    with office().blobs.spool() as spool:
        while block := file.stream.read(_BLOCK_BYTES):
            spool.write(block)
        return DraftFile(_name(file.filename or ""), file.mimetype or _UNKNOWN, spool.keep())


def _name(sent: str) -> str:
    """The name without the folders that some browsers and programs put before it."""
    return sent.replace("\\", "/").rpartition("/")[2][:255] or "file"
