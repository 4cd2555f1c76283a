"""What becomes of an article's files after they were filed: their scans and their previews."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from gateway.rules.scans import Scan
from gateway.store import announcing
from gateway.store.models import Article, Attachment

PREVIEWED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/x-ms-bmp"})
"""Types, by their content, of which previews are made."""

MAX_PREVIEWS = 50
"""Of one article; a mail may bring thousands of pictures."""

MAX_PREVIEWED_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file whose bytes are the blob `sha256`."""

    id: int
    account_id: int
    sha256: str


def wants_preview(detected_type: str, size_bytes: int) -> bool:
    """Whether a preview is made of such a file."""
    return detected_type in PREVIEWED and size_bytes <= MAX_PREVIEWED_BYTES


def without_scan(db: Session, article_id: int) -> Sequence[FileRow]:
    """The files of an article that the scanner has yet to look at."""
    return _files(db, article_id, Attachment.scan == Scan.PENDING.value)


def without_preview(db: Session, article_id: int) -> Sequence[FileRow]:
    """The pictures of an article that have no preview, at most as many as it may have."""
    wanted = Attachment.detected_type.in_(PREVIEWED), Attachment.size_bytes <= MAX_PREVIEWED_BYTES
    return _files(db, article_id, Attachment.preview_sha256.is_(None), *wanted)[:MAX_PREVIEWS]


def set_scan(db: Session, attachment_id: int, scan: Scan, found: str = "") -> None:
    """Note what the scanner said, and what it found."""
    mine = update(Attachment).where(Attachment.id == attachment_id)
    db.execute(mine.values(scan=scan.value, scan_found=found[:200]))


def find_preview(db: Session, file: FileRow) -> str | None:
    """The preview that the same picture has already elsewhere in the account."""
    mine = select(Attachment.preview_sha256).where(Attachment.account_id == file.account_id)
    known = mine.where(Attachment.sha256 == file.sha256, Attachment.preview_sha256.is_not(None))
    return db.execute(known.limit(1)).scalar()


def set_preview(db: Session, attachment_id: int, sha256: str) -> None:
    """Note the blob of a file's preview."""
    mine = update(Attachment).where(Attachment.id == attachment_id)
    db.execute(mine.values(preview_sha256=sha256))


def tell(db: Session, article_id: int) -> None:
    """Whoever looks at the article's ticket is told that its files are shown otherwise now."""
    found = db.execute(select(Article.account_id, Article.ticket_id).where(Article.id == article_id)).first()
    if found is not None:
        announcing.tell(db, found.account_id, found.ticket_id)


def _files(db: Session, article_id: int, *wanted: ColumnElement[bool]) -> Sequence[FileRow]:
    columns = select(Attachment.id, Attachment.account_id, Attachment.sha256)
    mine = columns.where(Attachment.article_id == article_id, *wanted)
    return [FileRow(*row) for row in db.execute(mine.order_by(Attachment.id))]
