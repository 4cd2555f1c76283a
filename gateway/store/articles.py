"""Writing articles: the row, its files, its words for the search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.rules.queue import effect_of
from gateway.rules.scans import Scan
from gateway.rules.status import ArticleKind
from gateway.store import followers, outbox, search, seeing, seen, tickets
from gateway.store.attachments import wants_preview
from gateway.store.models import Article, Attachment, Ticket, table
from gateway.store.session import inserted_id
from gateway.store.tickets import Added

SNIPPET_CHARS = 160


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose bytes are a durable blob already."""

    filename: str
    content_type: str
    detected_type: str
    size_bytes: int
    sha256: str
    inline: bool = False
    content_id: str = ""
    scan: Scan = Scan.UNSCANNED
    scan_found: str = ""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """What an article is made of."""

    kind: ArticleKind
    from_: Address
    subject: str
    text: str
    reply_text: str
    public_id: str = ""
    staff_id: int | None = None
    intake_id: int | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    message_id: str | None = None
    references: tuple[str, ...] = ()
    html: str | None = None
    auto: str | None = None
    trust: str = ""
    protection: str = ""
    invitation: Mapping[str, object] | None = None
    is_folded: bool = False
    is_shared: bool = False
    forward_of: str = ""
    auth: dict[str, object] | None = None
    defects: tuple[str, ...] = ()
    raw_sha256: str | None = None
    content_hash: str | None = None
    files: Sequence[NewFile] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article is: its row, its public id, its ticket's row."""

    id: int
    public_id: str
    ticket_id: int


def locate(db: Session, sight: Sight, public_id: str) -> Place:
    """Where an article is; NotFound also for one that they do not see."""
    wanted = seeing.values(sight) | {"public_id": public_id}
    found = db.execute(_PLACE.of(sight), wanted).first()
    if found is None:
        raise NotFound("There is no such message.")
    return Place(*found)


def append(
    db: Session, account_id: int, ticket_id: int, new: NewArticle, *, now: datetime
) -> tuple[int, str]:
    """Add an article to a ticket, with its files and its words; returns its row and public id.

    What its files still need, a scan or previews, is owed to the outbox. `created_at` is `now`; raises
    IntegrityError when the intake or the content is filed already. What was said last stays that when a
    message is forwarded.
    """
    public_id = new.public_id or new_public_id()
    values = _columns(new) | {
        "public_id": public_id,
        "account_id": account_id,
        "ticket_id": ticket_id,
        "created_at": now,
    }
    article_id = inserted_id(db, _INSERT_ARTICLE, values)
    if new.files:
        db.connection().execute(_INSERT_FILE, [_file(account_id, article_id, f) for f in new.files])
        _owe(db, article_id, new.files, now=now)
    says = new.kind is not ArticleKind.AUTOMATIC and not new.forward_of
    snippet = snippet_of(new.reply_text) if says else None
    shown = sum(not file.inline for file in new.files)
    effect = effect_of(new.kind, is_automatic=new.auto is not None, is_forward=bool(new.forward_of))
    tickets.touch(db, account_id, ticket_id, Added(article_id, snippet, shown, effect), now=now)
    if new.staff_id is not None:  # who answers has read what they answer, and wants to hear what comes of it
        seen.mark(db, account_id, new.staff_id, ticket_id, article_id)
        followers.join(db, account_id, ticket_id, new.staff_id)
    search.index(db, account_id, article_id, _parts(db, ticket_id, new))
    return article_id, public_id


def remove(db: Session, account_id: int, place: Place) -> None:
    """Let an article go with all that hangs on it: files, words, mentions, what people were to be told."""
    for topic in (outbox.Topic.SCAN, outbox.Topic.PREVIEW, outbox.Topic.GUESTS):
        outbox.done_for(db, topic, place.id)
    db.execute(delete(Article).where(Article.account_id == account_id, Article.id == place.id))
    seen.step_back(db, account_id, place.id)
    recount(db, place.ticket_id)


def recount(db: Session, ticket_id: int) -> None:
    """Count a ticket's articles and files anew, after some came or went, and say what was said last."""
    mine = Article.ticket_id == ticket_id
    newest = func.max(Article.created_at), func.max(Article.id)
    count, newest_at, newest_id = db.execute(select(func.count(), *newest).where(mine)).one()
    files = select(func.count(Attachment.id)).join(Article, Article.id == Attachment.article_id)
    says = Article.kind != ArticleKind.AUTOMATIC.value, Article.forward_of == ""
    last = select(Article.reply_text).where(mine, *says).order_by(Article.id.desc()).limit(1)
    values: dict[str, object] = {
        "article_count": count,
        "last_article_id": newest_id or 0,
        "attachment_count": db.execute(files.where(mine, ~Attachment.inline)).scalar_one(),
        "snippet": snippet_of(db.execute(last).scalar() or ""),
    }
    if newest_at is not None:
        values["updated_at"] = newest_at
    db.execute(update(Ticket).where(Ticket.id == ticket_id).values(**values))


def newest_id(db: Session, account_id: int) -> int:
    """The row of the account's newest article, 0 without any."""
    newest = select(Article.id).where(Article.account_id == account_id).order_by(Article.id.desc()).limit(1)
    return db.execute(newest).scalar() or 0


def snippet_of(text: str) -> str:
    """The beginning of a text on one line."""
    return " ".join(text[: 4 * SNIPPET_CHARS].split())[:SNIPPET_CHARS]


def stored_message_id(message_id: str) -> str:
    """A Message-ID as it is kept and looked up: RFC 5322 allows 998 octets, an index entry hardly more."""
    return message_id.encode()[:998].decode(errors="ignore")


_PLACE = seeing.Scoped(
    select(Article.id, Article.public_id, Article.ticket_id)
    .join(Ticket, Ticket.id == Article.ticket_id)
    .where(Article.account_id == bindparam("account"), Article.public_id == bindparam("public_id")),
    within=seeing.TICKETS,
    guest=seeing.ARTICLES,
)
_REQUESTER = select(table(Ticket).c.requester_name, table(Ticket).c.requester_address).where(
    table(Ticket).c.id == bindparam("ticket")
)
_INSERT_ARTICLE = insert(table(Article))
_INSERT_FILE = insert(table(Attachment))


def _owe(db: Session, article_id: int, files: Sequence[NewFile], *, now: datetime) -> None:
    if any(file.scan is Scan.PENDING for file in files):
        outbox.put(db, outbox.Topic.SCAN, article_id, now=now)
    if any(wants_preview(file.detected_type, file.size_bytes) for file in files):
        outbox.put(db, outbox.Topic.PREVIEW, article_id, now=now)


def _parts(db: Session, ticket_id: int, new: NewArticle) -> search.Parts:
    """What it is found by; whoever asked counts as a sender also of what we wrote to them."""
    senders = [new.from_.name, new.from_.address]
    if new.kind is not ArticleKind.INBOUND:
        senders += db.connection().execute(_REQUESTER, {"ticket": ticket_id}).one()
    recipients = [part for who in (*new.to, *new.cc) for part in (who.name, who.address)]
    return search.Parts(new.subject, senders, recipients, [file.filename for file in new.files], new.text)


def _columns(new: NewArticle) -> dict[str, object]:
    return {
        "intake_id": new.intake_id,
        "kind": new.kind.value,
        "staff_id": new.staff_id,
        "from_name": new.from_.name,
        "from_address": new.from_.address,
        "reply_to": _people(new.reply_to),
        "to": _people(new.to),
        "cc": _people(new.cc),
        "bcc": _people(new.bcc),
        "subject": new.subject,
        "message_id": stored_message_id(new.message_id) if new.message_id else None,
        "references": list(new.references),
        "text": new.text,
        "reply_text": new.reply_text,
        "html": new.html,
        "auto": new.auto,
        "trust": new.trust,
        "protection": new.protection,
        "invitation": dict(new.invitation) if new.invitation is not None else None,
        "is_folded": new.is_folded,
        "is_shared": new.is_shared,
        "forward_of": new.forward_of,
        "auth": new.auth,
        "defects": list(new.defects),
        "raw_sha256": new.raw_sha256,
        "content_hash": new.content_hash,
    }


def _people(addresses: tuple[Address, ...]) -> list[dict[str, str]]:
    return [{"name": who.name, "address": who.address} for who in addresses]


def _file(account_id: int, article_id: int, file: NewFile) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "account_id": account_id,
        "article_id": article_id,
        "filename": file.filename,
        "content_type": file.content_type[:255],
        "detected_type": file.detected_type[:255],
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "inline": file.inline,
        "content_id": file.content_id,
        "scan": file.scan.value,
        "scan_found": file.scan_found[:200],
    }
