"""Internal notes: seen by staff alone, never sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk.replying import MAX_TEXT_CHARS, ArticleRef, DraftFile
from gateway.errors import Invalid
from gateway.mail.address import Address
from gateway.rules.access import Actor, Permission, require
from gateway.rules.status import ArticleKind, Status, may_become
from gateway.store import articles, tickets
from gateway.store.articles import NewArticle, NewFile


def note(
    db: Session,
    by: Actor,
    number: int,
    text: str,
    files: tuple[DraftFile, ...] = (),
    *,
    status: Status | None = None,
    now: datetime,
) -> ArticleRef:
    """Add a note to a ticket; Invalid without text or above 500,000 characters."""
    require(by, Permission.WORK_TICKETS)
    if not text.strip():
        raise Invalid("Please write a text.", field="text")
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="text")
    if status is not None and not may_become(status):
        raise Invalid("A ticket cannot be made new again.", field="status")
    ticket = tickets.stand(db, by.account_id, number)
    article = NewArticle(
        kind=ArticleKind.NOTE,
        from_=Address(by.name, ""),
        subject="",
        text=text,
        reply_text=text,
        staff_id=by.staff_id,
        files=tuple(_file(file) for file in files),
    )
    _, public_id = articles.append(db, by.account_id, ticket.id, article, now=now)
    if status is not None:
        tickets.set_status(db, by.account_id, ticket, status, staff_id=by.staff_id, now=now)
    return ArticleRef(number, public_id)


def _file(file: DraftFile) -> NewFile:
    kind = file.content_type
    return NewFile(file.filename, kind, kind, file.blob.size_bytes, file.blob.sha256)
