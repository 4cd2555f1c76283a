"""Notes: seen by staff, by guests only where they are shared, never sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway import ids
from gateway.desk.pictures import check_named, check_picture
from gateway.desk.replying import MAX_TEXT_CHARS, ArticleRef, DraftFile, place_pictures
from gateway.errors import Invalid
from gateway.mail.address import Address
from gateway.rules.access import Actor, Permission, require
from gateway.rules.status import ArticleKind, Status, may_become
from gateway.store import articles, guestnotices, tickets
from gateway.store.articles import NewArticle, NewFile

_NOWHERE = "note.invalid"  # a note is no mail: the ids of its pictures leave the desk never


def note(
    db: Session,
    by: Actor,
    number: int,
    text: str,
    files: tuple[DraftFile, ...] = (),
    *,
    status: Status | None = None,
    is_shared: bool = False,
    now: datetime,
) -> ArticleRef:
    """Add a note to a ticket; Invalid without text or above 500,000 characters."""
    require(by, Permission.WORK_TICKETS)
    if not text.strip():
        raise Invalid("Please write a text.", field="text")
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="text")
    check_named(text, {file.filename for file in files})
    if status is not None and not may_become(status):
        raise Invalid("A ticket cannot be made new again.", field="status")
    ticket = tickets.stand(db, by.sight, number)
    public_id = ids.new_public_id()
    placed = place_pictures(files, text, public_id=public_id, domain=_NOWHERE)
    article = NewArticle(
        kind=ArticleKind.NOTE,
        from_=Address(by.name, ""),
        subject="",
        text=text,
        reply_text=text,
        public_id=public_id,
        staff_id=by.staff_id,
        is_shared=is_shared,
        files=tuple(_file(file, placed.get(at, "")) for at, file in enumerate(files)),
    )
    article_id, _ = articles.append(db, by.account_id, ticket.id, article, now=now)
    if is_shared:
        guestnotices.owe(db, by.account_id, ticket.id, article_id, now=now)
    if status is not None:
        tickets.set_status(db, by.account_id, ticket, status, staff_id=by.staff_id, now=now)
    return ArticleRef(number, public_id)


def _file(file: DraftFile, content_id: str) -> NewFile:
    kind = file.content_type
    if file.is_picture:
        check_picture(kind, file.blob.size_bytes)
    return NewFile(
        filename=file.filename,
        content_type=kind,
        detected_type=kind,
        size_bytes=file.blob.size_bytes,
        sha256=file.blob.sha256,
        inline=bool(content_id),
        content_id=content_id,
    )
