"""Small pictures of the pictures that mails bring, made after filing by a bound child process."""

import subprocess
import sys
from pathlib import Path

from gateway import log
from gateway.errors import NotFound
from gateway.store import attachments, outbox
from gateway.store.attachments import FileRow
from gateway.store.blobs import BlobStore
from gateway.store.session import reading, transaction

CONTENT_TYPE = "image/webp"
"""Of every preview."""

CHILD_SECONDS = 20.0
_MAX_PREVIEW_BYTES = 1024 * 1024
_PROGRAM = Path(__file__).with_name("pixels.py")


def make_previews(article_id: int, *, blobs: BlobStore) -> None:
    """Give the pictures of an article their previews. One that cannot be made is left out, for good."""
    with reading() as db:
        files = attachments.without_preview(db, article_id)
    for file in files:
        sha256 = _preview_of(file, blobs)
        if sha256:
            with transaction() as db:
                attachments.set_preview(db, file.id, sha256)
    with transaction() as db:
        outbox.done_for(db, outbox.Topic.PREVIEW, article_id)
        attachments.tell(db, article_id)


def _preview_of(file: FileRow, blobs: BlobStore) -> str | None:
    """The blob of the preview; the same picture, a logo under every mail, has one already."""
    with reading() as db:
        known = attachments.find_preview(db, file)
    if known:
        return known
    try:
        made = run(blobs.read(file.sha256))
    except NotFound:  # erased meanwhile
        return None
    return blobs.put(made).sha256 if made else None


def run(content: bytes) -> bytes:
    """The preview of a picture, made by `pixels` in a process of its own; b"" when there is none."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},  # no settings, no secrets
            timeout=CHILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.get("preview").warning("preview.timeout", bytes=len(content))
        return b""
    if done.returncode or len(done.stdout) > _MAX_PREVIEW_BYTES:
        log.get("preview").info("preview.none", status=done.returncode, bytes=len(content))
        return b""
    return done.stdout
