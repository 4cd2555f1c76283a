"""Forwarding: one message of a ticket goes on to somebody else, with those of its files that were chosen.

It is composed here and sent off by `replying.reply`, as every answer is. The ticket keeps its state, and
whoever gets it has a reply address that leads back into the ticket.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from sqlalchemy.orm import Session

from gateway.desk import replying
from gateway.desk.attachments import check_scan
from gateway.desk.replying import Content, Draft, DraftFile, Office, Written
from gateway.errors import Denied, Invalid, NotFound
from gateway.mail import render
from gateway.mail.compose import is_writable_content_id, writable_type
from gateway.mail.html import cids_of
from gateway.rules.access import Actor, Permission, require
from gateway.rules.filenames import safe_name
from gateway.rules.filing import forwarded_subject
from gateway.rules.status import ArticleKind
from gateway.store.blobs import BlobStore, KeptBlob
from gateway.store.queries.articles import ArticleView, AttachmentView, get_article, get_detail

MAIL_TYPE = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Forward:
    """Which message goes on, by its public id, and what of it.

    `files` are the public ids of those of its files that go along, None for all that are open; with
    `with_original` the mail goes along as it came.
    """

    article: str
    files: tuple[str, ...] | None = None
    with_original: bool = False


def write(
    db: Session, by: Actor, forward: Forward, draft: Draft, *, office: Office, now: datetime
) -> Written:
    """Compose a forward; nothing is recorded yet. The draft's text, which may be empty, stands above.

    Raises NotFound for another account's message and another message's file; Denied for an internal note;
    Conflict or Denied for what the virus scanner keeps closed; Invalid and TooLarge as for an answer.
    """
    require(by, Permission.WORK_TICKETS)
    number, article = get_article(db, by.sight, forward.article)
    if article.kind is ArticleKind.NOTE:
        raise Denied("An internal note never leaves the house, so it cannot be forwarded.")
    if not draft.to:
        raise Invalid("Please name a recipient.", field="to")
    draft, chosen = replying.without_zero_bytes(draft), _chosen(article, forward)
    whole = replace(draft, files=(*draft.files, *_files(article, chosen, forward, office.blobs)))
    replying.check_size(sum(file.blob.size_bytes for file in whole.files), office.max_message_bytes)
    detail = get_detail(db, by.sight, number, with_html=False)
    sheet = replying.begin(db, by, detail, whole, office=office, now=now)
    own = sheet.placed_pictures()
    bodies = render.forward_bodies(
        draft.text,
        signature=sheet.sender.signature,
        forwarded=_forwarded(article),
        locale=sheet.sender.locale,
        pictures={draft.files[at].filename: cid for at, cid in own.items()},
    )
    first = len(draft.files)
    theirs = {first + at: cid for at, cid in _placed(chosen, bodies.html).items()}
    content = Content(
        subject=forwarded_subject(detail.ticket.subject, detail.ticket.number),
        bodies=bodies,
        cids=replying.shown(own, bodies.html) | theirs,
        references=(article.message_id,) if article.message_id else (),
        forward_of=article.public_id,
    )
    return replying.finish(db, by, sheet, content)


def _chosen(article: ArticleView, forward: Forward) -> list[AttachmentView]:
    if forward.files is None:
        return [file for file in article.attachments if file.is_open]
    known = {file.public_id: file for file in article.attachments}
    wanted = dict.fromkeys(forward.files)
    if not known.keys() >= wanted.keys():
        raise NotFound("There is no such attachment.")
    for public_id in wanted:
        check_scan(known[public_id])
    return [known[public_id] for public_id in wanted]


def _files(
    article: ArticleView, chosen: list[AttachmentView], forward: Forward, blobs: BlobStore
) -> Iterator[DraftFile]:
    for file in chosen:
        kept = KeptBlob(file.sha256, file.size_bytes)
        yield DraftFile(file.filename, writable_type(file.content_type), kept)
    if forward.with_original:
        yield _original(article, blobs)


def _original(article: ArticleView, blobs: BlobStore) -> DraftFile:
    if article.raw_sha256 is None:
        raise NotFound("There is no original of this message.")
    if not article.is_raw_open:
        raise Denied("The virus scanner keeps a file of this message closed, so the original is closed, too.")
    kept = KeptBlob(article.raw_sha256, blobs.size_bytes(article.raw_sha256))
    return DraftFile(safe_name(f"{article.subject or article.public_id}.eml"), MAIL_TYPE, kept)


def _forwarded(article: ArticleView) -> render.Forwarded:
    return render.Forwarded(
        author=article.from_,
        date=article.created_at,
        subject=article.subject,
        to=article.to,
        cc=article.cc,
        text=article.text,
        html=article.html,
    )


def _placed(chosen: list[AttachmentView], html: str) -> dict[int, str]:
    """The Content-ID of each file that the HTML shows in place, by its place among the chosen ones.

    Of several with one Content-ID the first has the place. A file whose Content-ID no mail may say goes as
    an attachment.
    """
    named = cids_of(html)
    shown = named | {unquote(cid) for cid in named}
    placed: dict[str, int] = {}
    for at, file in enumerate(chosen):
        cid = file.content_id.strip("<>")
        if cid in shown and is_writable_content_id(cid):
            placed.setdefault(cid, at)
    return {at: cid for cid, at in placed.items()}
