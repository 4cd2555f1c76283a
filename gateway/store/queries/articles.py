"""Read models of what a ticket holds: articles with files and deliveries, and the timeline."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, false, func, null, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.mail.authres import NOT_EXAMINED, Verdict, from_stored
from gateway.mail.message import REMOTE_SOURCE
from gateway.rules.access import Sight
from gateway.rules.scans import Scan, may_open
from gateway.rules.seen import Seen
from gateway.rules.status import ArticleKind
from gateway.store import seeing
from gateway.store.models import Article, Attachment, Delivery, Staff, Ticket, TicketEvent
from gateway.store.queries.tickets import TicketRow, get_ticket


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file of an article, without its bytes. `preview_sha256` is the blob of its preview, if it has one.

    `article` is the public id of its article where the file was looked up alone.
    """

    public_id: str
    filename: str
    content_type: str
    detected_type: str
    size_bytes: int
    sha256: str
    inline: bool
    content_id: str
    preview_sha256: str | None = None
    scan: Scan = Scan.UNSCANNED
    scan_found: str = ""
    article: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anybody may open it, as far as the virus scanner goes."""
        return may_open(self.scan)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """How an article fares on its way to one recipient; `settled` as in `gateway.store.failures`."""

    recipient: str
    state: str
    answer: str
    attempts: int
    next_try_at: datetime | None
    settled: str = ""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One entry of a ticket. `author` is the staff member's login where staff wrote it.

    `html` is None also where it was left unread; `has_html` tells, and
    `has_remote` whether it shows pictures from elsewhere.
    `protection` names a signature or an encryption as `gateway.mail.message.Protection` does; `invitation`
    is what `gateway.mail.invitation.as_stored` made of a calendar part. A note that `is_shared` is read by
    guests, too. `forward_of` is the public id of the
    article that this one hands on, "" for any other.
    """

    public_id: str
    kind: ArticleKind
    created_at: datetime
    author: str | None
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    message_id: str | None
    text: str
    reply_text: str
    html: str | None
    has_html: bool
    has_remote: bool
    auto: str | None
    trust: str
    defects: tuple[str, ...]
    attachments: tuple[AttachmentView, ...]
    deliveries: tuple[DeliveryView, ...]
    protection: str = ""
    invitation: Mapping[str, Any] | None = field(default=None, hash=False)
    is_folded: bool = False
    is_shared: bool = False
    verdict: Verdict = NOT_EXAMINED
    raw_sha256: str | None = None
    forward_of: str = ""

    @property
    def is_raw_open(self) -> bool:
        """Whether there is a raw mail, and it may be opened: it holds all that its files hold."""
        return self.raw_sha256 is not None and all(file.is_open for file in self.attachments)

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back before any of it left."""
        return bool(self.deliveries) and all(way.state == "withdrawn" for way in self.deliveries)


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the timeline."""

    kind: str
    at: datetime
    by: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket with all that happened to it, oldest first."""

    ticket: TicketRow
    articles: tuple[ArticleView, ...]
    events: tuple[EventView, ...]

    @property
    def seen(self) -> Seen:
        """What somebody who sees all of it has seen now."""
        return Seen(len(self.articles), len(self.events))


_Query = Select[*tuple[Any, ...]]
_AUTHOR = (Staff, Staff.id == Article.staff_id)
_HEADS = (
    Article.id,
    Article.public_id,
    Article.kind,
    Article.created_at,
    Staff.login,
    Article.from_name,
    Article.from_address,
    Article.to,
    Article.cc,
    Article.bcc,
    Article.reply_to,
    Article.subject,
    Article.message_id,
    Article.text,
    Article.reply_text,
    Article.auto,
    Article.trust,
    Article.defects,
    Article.raw_sha256,
    Article.protection,
    Article.invitation,
    Article.auth,
    Article.is_folded,
    Article.is_shared,
    Article.forward_of,
    Article.html.is_not(None).label("has_html"),
    func.coalesce(Article.html.contains(REMOTE_SOURCE), false()).label("has_remote"),
)
# Built once: a ticket's page would spend more time on building its statements than on running them.
_MINE = (Article.account_id == bindparam("account"), Article.ticket_id == bindparam("ticket"))
_PLAIN = seeing.Scoped(
    select(*_HEADS, null().label("html")).outerjoin(*_AUTHOR).where(*_MINE).order_by(Article.id),
    guest=seeing.ARTICLES,
)
_WHOLE = seeing.Scoped(
    select(*_HEADS, Article.html).outerjoin(*_AUTHOR).where(*_MINE).order_by(Article.id),
    guest=seeing.ARTICLES,
)
_ONE = seeing.Scoped(
    select(*_HEADS, Article.html, Ticket.number)
    .outerjoin(*_AUTHOR)
    .join(Ticket, Ticket.id == Article.ticket_id)
    .where(Article.account_id == bindparam("account"), Article.public_id == bindparam("public_id")),
    within=seeing.TICKETS,
    guest=seeing.ARTICLES,
)
_FILES = select(
    Attachment.article_id,
    Attachment.public_id,
    Attachment.filename,
    Attachment.content_type,
    Attachment.detected_type,
    Attachment.size_bytes,
    Attachment.sha256,
    Attachment.inline,
    Attachment.content_id,
    Attachment.preview_sha256,
    Attachment.scan,
    Attachment.scan_found,
).where(Attachment.account_id == bindparam("account"))
_SENT = select(
    Delivery.article_id,
    Delivery.recipient,
    Delivery.state,
    Delivery.answer,
    Delivery.attempts,
    Delivery.next_try_at,
    Delivery.settled,
).where(Delivery.account_id == bindparam("account"))
_FILE = seeing.Scoped(
    _FILES.add_columns(Article.public_id.label("article"))
    .join(Article, Article.id == Attachment.article_id)
    .join(Ticket, Ticket.id == Article.ticket_id)
    .where(Attachment.public_id == bindparam("public_id")),
    within=seeing.TICKETS,
    guest=seeing.ARTICLES,
)
_RAW = seeing.Scoped(
    select(Article.raw_sha256, Attachment.scan)
    .join(Ticket, Ticket.id == Article.ticket_id)
    .outerjoin(Attachment, Attachment.article_id == Article.id)
    .where(Article.account_id == bindparam("account"), Article.public_id == bindparam("public_id"))
    .where(Article.raw_sha256.is_not(None)),
    within=seeing.TICKETS,
    guest=false(),
)
_IDS = select(Article.id).where(*_MINE)
_FILES_OF_TICKET = _FILES.where(Attachment.article_id.in_(_IDS)).order_by(Attachment.id)
_FILES_OF_ARTICLE = _FILES.where(Attachment.article_id == bindparam("article")).order_by(Attachment.id)
_SENT_OF_TICKET = _SENT.where(Delivery.article_id.in_(_IDS)).order_by(Delivery.id)
_SENT_OF_ARTICLE = _SENT.where(Delivery.article_id == bindparam("article")).order_by(Delivery.id)
_EVENTS = (
    select(TicketEvent.kind, TicketEvent.at, Staff.login, TicketEvent.data)
    .outerjoin(Staff, Staff.id == TicketEvent.staff_id)
    .where(TicketEvent.account_id == bindparam("account"), TicketEvent.ticket_id == bindparam("ticket"))
    .order_by(TicketEvent.id)
)


def get_detail(db: Session, sight: Sight, number: int, *, with_html: bool = True) -> TicketDetail:
    """The whole ticket, as far as they see it; NotFound also for one that they do not.

    `with_html=False` leaves the HTML, which may be long, in the database: `has_html` tells of it.
    """
    ticket = get_ticket(db, sight, number)
    wanted = {"account": sight.account_id, "ticket": ticket.id}
    statement = (_WHOLE if with_html else _PLAIN).of(sight)
    rows = db.connection().execute(statement, wanted).all()
    files, sent = _files(db, _FILES_OF_TICKET, wanted), _sent(db, _SENT_OF_TICKET, wanted)
    views = tuple(_article(row, files[row.id], sent[row.id]) for row in rows)
    events = tuple(EventView(*row) for row in db.connection().execute(_EVENTS, wanted).all())
    return TicketDetail(ticket, views, events)


def get_article(db: Session, sight: Sight, public_id: str) -> tuple[int, ArticleView]:
    """One article and its ticket's number; NotFound also for one that they do not see."""
    wanted = seeing.values(sight) | {"public_id": public_id}
    found = db.connection().execute(_ONE.of(sight), wanted).first()
    if found is None:
        raise NotFound("There is no such message.")
    held = {"account": sight.account_id, "article": found.id}
    files, sent = _files(db, _FILES_OF_ARTICLE, held), _sent(db, _SENT_OF_ARTICLE, held)
    return found.number, _article(found, files[found.id], sent[found.id])


def get_raw(db: Session, sight: Sight, article_id: str) -> tuple[str, bool]:
    """The blob of an article's raw mail, and whether it may be opened: it holds all that its files hold.

    NotFound for a note and for an article that they do not see.
    """
    wanted = seeing.values(sight) | {"public_id": article_id}
    found = db.connection().execute(_RAW.of(sight), wanted).all()
    if not found:
        raise NotFound("There is no such message.")
    return found[0].raw_sha256, all(row.scan is None or may_open(Scan(row.scan)) for row in found)


def get_attachment(db: Session, sight: Sight, public_id: str) -> AttachmentView:
    """A file by its public id; NotFound also for one that they do not see."""
    wanted = seeing.values(sight) | {"public_id": public_id}
    found = db.connection().execute(_FILE.of(sight), wanted).first()
    if found is None:
        raise NotFound("There is no such attachment.")
    return replace(_file(*found[1:-1]), article=found.article)


_FILE_FIELDS = tuple(one.name for one in fields(AttachmentView) if one.name != "article")


def _file(*columns: Any) -> AttachmentView:
    values: dict[str, Any] = dict(zip(_FILE_FIELDS, columns, strict=True))
    return AttachmentView(**values | {"scan": Scan(values["scan"])})


def _files(db: Session, query: _Query, wanted: Mapping[str, int]) -> dict[int, list[AttachmentView]]:
    grouped: dict[int, list[AttachmentView]] = defaultdict(list)
    for article_id, *file in db.connection().execute(query, wanted).all():
        grouped[article_id].append(_file(*file))
    return grouped


def _sent(db: Session, query: _Query, wanted: Mapping[str, int]) -> dict[int, list[DeliveryView]]:
    grouped: dict[int, list[DeliveryView]] = defaultdict(list)
    for article_id, *delivery in db.connection().execute(query, wanted).all():
        grouped[article_id].append(DeliveryView(*delivery))
    return grouped


def _article(
    row: Row[*tuple[Any, ...]], files: Iterable[AttachmentView], deliveries: Iterable[DeliveryView]
) -> ArticleView:
    return ArticleView(
        public_id=row.public_id,
        kind=ArticleKind(row.kind),
        created_at=row.created_at,
        author=row.login,
        from_=Address(row.from_name, row.from_address),
        to=_addresses(row.to),
        cc=_addresses(row.cc),
        bcc=_addresses(row.bcc),
        reply_to=_addresses(row.reply_to),
        subject=row.subject,
        message_id=row.message_id,
        text=row.text,
        reply_text=row.reply_text,
        html=row.html,
        has_html=row.has_html,
        has_remote=bool(row.has_remote),
        auto=row.auto,
        trust=row.trust,
        defects=tuple(row.defects),
        attachments=tuple(files),
        deliveries=tuple(deliveries),
        protection=row.protection,
        invitation=row.invitation,
        is_folded=row.is_folded,
        is_shared=row.is_shared,
        verdict=from_stored(row.auth),
        raw_sha256=row.raw_sha256,
        forward_of=row.forward_of,
    )


def _addresses(stored: list[dict[str, str]]) -> tuple[Address, ...]:
    return tuple(Address(item["name"], item["address"]) for item in stored)
