"""Read models of what a ticket holds: articles with files and deliveries, and the timeline."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.mail.authres import NOT_EXAMINED, Verdict, from_stored
from gateway.rules.status import ArticleKind
from gateway.store.models import Article, Attachment, Delivery, Staff, Ticket, TicketEvent
from gateway.store.queries.tickets import TicketRow, get_ticket


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file of an article, without its bytes."""

    public_id: str
    filename: str
    content_type: str
    detected_type: str
    size_bytes: int
    sha256: str
    inline: bool
    content_id: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """How an article fares on its way to one recipient."""

    recipient: str
    state: str
    answer: str
    attempts: int
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One entry of a ticket. `author` is the staff member's login where staff wrote it."""

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
    auto: str | None
    trust: str
    defects: tuple[str, ...]
    has_raw: bool
    attachments: tuple[AttachmentView, ...]
    deliveries: tuple[DeliveryView, ...]
    verdict: Verdict = NOT_EXAMINED


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


def get_detail(db: Session, account_id: int, number: int) -> TicketDetail:
    """The whole ticket; NotFound also for another account's number."""
    ticket = get_ticket(db, account_id, number)
    columns = select(Article, Staff.login).outerjoin(Staff, Staff.id == Article.staff_id)
    mine = columns.where(Article.account_id == account_id, Article.ticket_id == ticket.id)
    rows = db.execute(mine.order_by(Article.id)).all()
    ids = [article.id for article, _ in rows]
    files, sent = _attachments(db, account_id, ids), _deliveries(db, account_id, ids)
    views = tuple(_article(a, login, files[a.id], sent[a.id]) for a, login in rows)
    return TicketDetail(ticket, views, _events(db, account_id, ticket.id))


def get_article(db: Session, account_id: int, public_id: str) -> tuple[int, ArticleView]:
    """One article and its ticket's number; NotFound also for another account's."""
    columns = select(Article, Staff.login, Ticket.number).join(Ticket, Ticket.id == Article.ticket_id)
    mine = columns.where(Article.account_id == account_id, Article.public_id == public_id)
    found = db.execute(mine.outerjoin(Staff, Staff.id == Article.staff_id)).first()
    if found is None:
        raise NotFound("There is no such message.")
    article, login, number = found
    files = _attachments(db, account_id, [article.id])[article.id]
    sent = _deliveries(db, account_id, [article.id])[article.id]
    return number, _article(article, login, files, sent)


def get_raw_sha256(db: Session, account_id: int, article_id: str) -> str:
    """The blob of an article's raw mail; NotFound for a note or another account's article."""
    mine = select(Article.raw_sha256).where(Article.account_id == account_id)
    found = db.execute(mine.where(Article.public_id == article_id)).scalar()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def get_attachment(db: Session, account_id: int, public_id: str) -> AttachmentView:
    """A file by its public id; NotFound also for another account's."""
    mine = select(Attachment).where(Attachment.account_id == account_id)
    found = db.execute(mine.where(Attachment.public_id == public_id)).scalar()
    if found is None:
        raise NotFound("There is no such attachment.")
    return _attachment(found)


def _attachments(db: Session, account_id: int, article_ids: list[int]) -> dict[int, list[AttachmentView]]:
    grouped: dict[int, list[AttachmentView]] = defaultdict(list)
    mine = select(Attachment).where(Attachment.account_id == account_id)
    found = db.execute(mine.where(Attachment.article_id.in_(article_ids)).order_by(Attachment.id))
    for row in found.scalars():
        grouped[row.article_id].append(_attachment(row))
    return grouped


def _deliveries(db: Session, account_id: int, article_ids: list[int]) -> dict[int | None, list[DeliveryView]]:
    grouped: dict[int | None, list[DeliveryView]] = defaultdict(list)
    mine = select(Delivery).where(Delivery.account_id == account_id)
    found = db.execute(mine.where(Delivery.article_id.in_(article_ids)).order_by(Delivery.id))
    for row in found.scalars():
        view = DeliveryView(row.recipient, row.state, row.answer, row.attempts, row.next_try_at)
        grouped[row.article_id].append(view)
    return grouped


def _events(db: Session, account_id: int, ticket_id: int) -> tuple[EventView, ...]:
    columns = select(TicketEvent.kind, TicketEvent.at, Staff.login, TicketEvent.data)
    mine = columns.outerjoin(Staff, Staff.id == TicketEvent.staff_id).where(
        TicketEvent.account_id == account_id, TicketEvent.ticket_id == ticket_id
    )
    return tuple(EventView(*row) for row in db.execute(mine.order_by(TicketEvent.id)))


def _article(
    row: Article,
    author: str | None,
    files: Iterable[AttachmentView],
    deliveries: Iterable[DeliveryView],
) -> ArticleView:
    return ArticleView(
        public_id=row.public_id,
        kind=ArticleKind(row.kind),
        created_at=row.created_at,
        author=author,
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
        auto=row.auto,
        trust=row.trust,
        defects=tuple(row.defects),
        has_raw=row.raw_sha256 is not None,
        attachments=tuple(files),
        deliveries=tuple(deliveries),
        verdict=from_stored(row.auth),
    )


def _addresses(stored: list[dict[str, str]]) -> tuple[Address, ...]:
    return tuple(Address(item["name"], item["address"]) for item in stored)


def _attachment(row: Attachment) -> AttachmentView:
    return AttachmentView(
        public_id=row.public_id,
        filename=row.filename,
        content_type=row.content_type,
        detected_type=row.detected_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        inline=row.inline,
        content_id=row.content_id,
    )
