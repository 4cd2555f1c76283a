"""Files that people send along, kept as blobs before anything is written to the database."""

from collections.abc import Iterable
from dataclasses import replace

from werkzeug.datastructures import FileStorage

from gateway.desk.attachments import check_scan
from gateway.desk.replying import DraftFile
from gateway.store.blobs import KeptBlob
from gateway.store.queries.articles import AttachmentView, get_attachment
from gateway.store.session import reading
from webui.office import office
from webui.sessions import actor

_BLOCK_BYTES = 256 * 1024
_UNKNOWN = "application/octet-stream"


def keep(sent: Iterable[FileStorage], pictures: Iterable[FileStorage] = ()) -> tuple[DraftFile, ...]:
    """Make the files durable, and the pictures of the text; a form's empty file field is none."""
    shown = [replace(_keep(file), is_picture=True) for file in pictures if file.filename]
    return (*shown, *(_keep(file) for file in sent if file.filename))


def carry(public_ids: Iterable[str]) -> tuple[AttachmentView, ...]:
    """Files of earlier messages that go along again; NotFound also for another account's.

    Conflict or Denied as long as the virus scanner keeps one closed.
    """
    sight = actor().sight
    with reading() as db:
        found = tuple(get_attachment(db, sight, public_id) for public_id in public_ids)
    for file in found:
        check_scan(file)
    return found


def as_draft(file: AttachmentView) -> DraftFile:
    """A file that is kept already, to be sent again; a picture of a text stays one."""
    kept = KeptBlob(file.sha256, file.size_bytes)
    return DraftFile(file.filename, file.content_type, kept, is_picture=file.inline)


def _keep(file: FileStorage) -> DraftFile:
    with office().blobs.spool() as spool:
        while block := file.stream.read(_BLOCK_BYTES):
            spool.write(block)
        return DraftFile(_name(file.filename or ""), file.mimetype or _UNKNOWN, spool.keep())


def _name(sent: str) -> str:
    """The name without the folders that some browsers and programs put before it."""
    return sent.replace("\\", "/").rpartition("/")[2][:255] or "file"
