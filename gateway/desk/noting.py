"""Notes: seen by staff, by guests only where they are shared, never sent."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway import ids
from gateway.desk.pictures import check_named, check_picture
from gateway.desk.replying import MAX_FILES, MAX_TEXT_CHARS, ArticleRef, DraftFile, place_pictures
from gateway.errors import Conflict, Invalid, NotFound
from gateway.mail.address import Address
from gateway.rules.access import Actor, Permission, require
from gateway.rules.mentions import mentioned
from gateway.rules.notifying import Kind, decide_told
from gateway.rules.status import ArticleKind, Status, may_become
from gateway.rules.undoing import OFFERED_FOR
from gateway.store import articles, drafts, followers, guestnotices, mentions, notifications, tickets
from gateway.store.articles import NewArticle, NewFile
from gateway.store.drafts import Drafted, DraftedFile
from gateway.store.models import Article, Attachment
from gateway.store.tickets import EventKind


class Unseeing(Invalid):
    """Somebody is called who does not see the ticket."""

    def __init__(self, login: str) -> None:
        super().__init__(f"{login} does not see this ticket, so a note cannot call them.", field="text")
        self.login = login


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
    """Add a note to a ticket; Invalid without text or above 500,000 characters.

    Whom it names it calls, unless guests read it: in what leaves the house a name is a word like any other.
    Unseeing for a colleague who does not see the ticket.
    """
    require(by, Permission.WORK_TICKETS)
    if not text.strip():
        raise Invalid("Please write a text.", field="text")
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="text")
    check_named(text, {file.filename for file in files})
    if status is not None and not may_become(status):
        raise Invalid("A ticket cannot be made new again.", field="status")
    ticket = tickets.stand(db, by.sight, number)
    called = [] if is_shared else _called(db, by, ticket.id, text)
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
    drafts.drop(db, by.account_id, ticket.id, by.staff_id)
    article_id, _ = articles.append(db, by.account_id, ticket.id, article, now=now)
    if called:
        mentions.put(db, by.account_id, article_id, called)
        told = decide_told({Kind.MENTION: called}, by=by.staff_id)
        notifications.put(db, by.account_id, ticket.id, told, article_id=article_id, now=now)
    for staff_id in called:
        followers.set_follows(db, by.account_id, ticket.id, staff_id, follows=True)
    if is_shared:
        guestnotices.owe(db, by.account_id, ticket.id, article_id, now=now, not_before=now + OFFERED_FOR)
    if status is not None:
        tickets.set_status(db, by.account_id, ticket, status, staff_id=by.staff_id, now=now)
    return ArticleRef(number, public_id)


def take_back(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Remove a note of theirs; its text and files are their draft again, above what they have begun since.

    NotFound for what is no note of theirs, Conflict where its ticket has nothing else.
    """
    place = articles.locate(db, by.sight, public_id)
    found = db.get_one(Article, place.id)
    if by.staff_id is None or found.kind != ArticleKind.NOTE or found.staff_id != by.staff_id:
        raise NotFound("There is no such message.")
    others = select(Article.id).where(Article.ticket_id == place.ticket_id, Article.id != place.id)
    if db.execute(others.limit(1)).first() is None:
        raise Conflict("This is the only message of the ticket.")
    again = _as_draft(db, found)
    articles.remove(db, by.account_id, place)
    begun = drafts.find(db, place.ticket_id, by.staff_id)
    version = begun[1] if begun else 0
    both = _above(again, begun[0]) if begun else again
    drafts.put(db, by.account_id, place.ticket_id, by.staff_id, both, version=version, now=now)
    kind = EventKind.NOTE_UNDONE
    tickets.add_event(db, by.account_id, place.ticket_id, kind, staff_id=by.staff_id, now=now)


def _as_draft(db: Session, note: Article) -> Drafted:
    rows = db.execute(select(Attachment).where(Attachment.article_id == note.id).order_by(Attachment.id))
    files = tuple(
        DraftedFile(row.filename, row.content_type, row.sha256, row.size_bytes, is_picture=row.inline)
        for row in rows.scalars()
    )
    return Drafted("note", note.text, is_shared=note.is_shared, files=files)


def _above(note: Drafted, begun: Drafted) -> Drafted:
    """Both in one draft: a note, so that nothing of it leaves the house, shared only if each of them was."""
    return replace(
        begun,
        kind=note.kind,
        text=f"{note.text}\n\n{begun.text}".rstrip(),
        is_shared=note.is_shared and (begun.kind != note.kind or begun.is_shared),
        files=(*note.files, *begun.files)[:MAX_FILES],
    )


def _called(db: Session, by: Actor, ticket_id: int, text: str) -> list[int]:
    """Whom the text calls, by key; nobody calls themselves."""
    if "@" not in text:
        return []
    known = mentions.colleagues(db, by.account_id, ticket_id)
    called = [(login, known[login]) for login in mentioned(text, known)]
    for login, colleague in called:
        if not colleague.sees_it:
            raise Unseeing(login)
    return [one.staff_id for _login, one in called if one.staff_id != by.staff_id]


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
