"""Read models of what a ticket holds: articles with files and deliveries, and the timeline."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, false, func, null, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.mail.authres import NOT_EXAMINED, Verdict, from_stored
from gateway.mail.message import REMOTE_SOURCE
from gateway.rules.scans import Scan, may_open
from gateway.rules.status import ArticleKind
from gateway.store.models import Article, Attachment, Delivery, Staff, Ticket, TicketEvent
from gateway.store.queries.tickets import TicketRow, get_ticket


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file of an article, without its bytes. `preview_sha256` is the blob of its preview, if it has one."""

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
    is what `gateway.mail.invitation.as_stored` made of a calendar part. `forward_of` is the public id of the
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
    Article.forward_of,
    Article.html.is_not(None).label("has_html"),
    func.coalesce(Article.html.contains(REMOTE_SOURCE), false()).label("has_remote"),
)
# Built once: a ticket's page would spend more time on building its statements than on running them.
_MINE = (Article.account_id == bindparam("account"), Article.ticket_id == bindparam("ticket"))
_PLAIN = select(*_HEADS, null().label("html")).outerjoin(*_AUTHOR).where(*_MINE).order_by(Article.id)
_WHOLE = select(*_HEADS, Article.html).outerjoin(*_AUTHOR).where(*_MINE).order_by(Article.id)
_ONE = (
    select(*_HEADS, Article.html, Ticket.number)
    .outerjoin(*_AUTHOR)
    .join(Ticket, Ticket.id == Article.ticket_id)
    .where(Article.account_id == bindparam("account"), Article.public_id == bindparam("public_id"))
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


def get_detail(db: Session, account_id: int, number: int, *, with_html: bool = True) -> TicketDetail:
    """The whole ticket; NotFound also for another account's number.

    `with_html=False` leaves the HTML, which may be long, in the database: `has_html` tells of it.
    """
    ticket = get_ticket(db, account_id, number)
    wanted = {"account": account_id, "ticket": ticket.id}
    rows = db.connection().execute(_WHOLE if with_html else _PLAIN, wanted).all()
    files, sent = _files(db, _FILES_OF_TICKET, wanted), _sent(db, _SENT_OF_TICKET, wanted)
    views = tuple(_article(row, files[row.id], sent[row.id]) for row in rows)
    events = tuple(EventView(*row) for row in db.connection().execute(_EVENTS, wanted).all())
    return TicketDetail(ticket, views, events)


def get_article(db: Session, account_id: int, public_id: str) -> tuple[int, ArticleView]:
    """One article and its ticket's number; NotFound also for another account's."""
    found = db.connection().execute(_ONE, {"account": account_id, "public_id": public_id}).first()
    if found is None:
        raise NotFound("There is no such message.")
    wanted = {"account": account_id, "article": found.id}
    files, sent = _files(db, _FILES_OF_ARTICLE, wanted), _sent(db, _SENT_OF_ARTICLE, wanted)
    return found.number, _article(found, files[found.id], sent[found.id])


def get_raw_sha256(db: Session, account_id: int, article_id: str) -> str:
    """The blob of an article's raw mail; NotFound for a note or another account's article."""
    mine = select(Article.raw_sha256).where(Article.account_id == account_id)
    found = db.execute(mine.where(Article.public_id == article_id)).scalar()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def is_raw_open(db: Session, account_id: int, article_id: str) -> bool:
    """Whether a raw mail may be opened: it holds all that its files hold."""
    columns = select(Attachment.scan).join(Article, Article.id == Attachment.article_id).distinct()
    mine = columns.where(Article.account_id == account_id, Article.public_id == article_id)
    return all(may_open(Scan(scan)) for scan in db.execute(mine).scalars())


def get_attachment(db: Session, account_id: int, public_id: str) -> AttachmentView:
    """A file by its public id; NotFound also for another account's."""
    mine = _FILES.where(Attachment.public_id == public_id)
    found = db.connection().execute(mine, {"account": account_id}).first()
    if found is None:
        raise NotFound("There is no such attachment.")
    return _file(*found[1:])


_FILE_FIELDS = tuple(one.name for one in fields(AttachmentView))


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
        verdict=from_stored(row.auth),
        raw_sha256=row.raw_sha256,
        forward_of=row.forward_of,
    )


def _addresses(stored: list[dict[str, str]]) -> tuple[Address, ...]:
    return tuple(Address(item["name"], item["address"]) for item in stored)
