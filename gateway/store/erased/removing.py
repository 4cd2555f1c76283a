"""Removing what an erasure takes, a batch at a time: rows with all that hangs on them.

What the bytes of it are is noted first (`Item.BLOB`), so that they go when no row refers to them any more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules.erasure import Thing
from gateway.rules.status import ArticleKind
from gateway.store import announcing, articles, deletionrequests, tickets
from gateway.store.deliveries import State
from gateway.store.erased import items
from gateway.store.erased.items import Item
from gateway.store.exported import indexing
from gateway.store.models import (
    Act,
    ActItem,
    Article,
    Attachment,
    Delivery,
    Draft,
    IdempotencyKey,
    Intake,
    Offer,
    Outbox,
    Quarantined,
    Record,
    RemoteSession,
    Staff,
    Ticket,
    TicketEvent,
)
from gateway.store.outbox import Topic

Gone = Counter[str]

NOWHERE = -1
"""Where an emptied ticket leads to: SQLite would give the key of its newest row anew (`_keep_place`)."""


def remove_tickets(db: Session, erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """Whole tickets: messages, files, mails, drafts, deliveries, remote sessions, timeline."""
    of_article, of_delivery = Article.ticket_id.in_(ids), Delivery.ticket_id.in_(ids)
    held = select(Quarantined.intake_id).where(Quarantined.ticket_id.in_(ids))
    gone = Gone({Thing.TICKETS: _count(db, Ticket, Ticket.id.in_(ids))})
    gone[Thing.DRAFTS] = _count(db, Draft, Draft.ticket_id.in_(ids))
    gone[Thing.SESSIONS] = _count(db, RemoteSession, RemoteSession.ticket_id.in_(ids))
    _note_blobs(db, erasure_id, _draft_blobs(db, ids))
    _forget_acts(db, account_id, ids)
    _forget_answers(db, account_id, ids)
    db.execute(delete(Offer).where(Offer.ticket_id.in_(ids)))
    gone += _remove_of_articles(db, erasure_id, account_id, of_article, of_delivery)
    gone += remove_intakes(db, erasure_id, account_id, db.execute(held).scalars().all())
    for ticket_id in ids:
        announcing.tell(db, account_id, ticket_id)
    deletionrequests.leave_tickets(db, ids)
    kept = _keep_place(db, ids)
    db.execute(delete(Ticket).where(Ticket.id.in_([one for one in ids if one != kept])))
    return gone


def remove_articles(db: Session, erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """Single messages; a ticket that has none left goes, too."""
    of_article, of_delivery = Article.id.in_(ids), Delivery.article_id.in_(ids)
    concerned = db.execute(select(Article.ticket_id).where(of_article).distinct()).scalars().all()
    gone = _remove_of_articles(db, erasure_id, account_id, of_article, of_delivery)
    empty = []
    for ticket_id in concerned:
        if not _count(db, Article, Article.ticket_id == ticket_id):
            empty.append(ticket_id)
            continue
        articles.recount(db, ticket_id)
        tickets.requeue(db, account_id, ticket_id)
        announcing.tell(db, account_id, ticket_id)
    return gone + remove_tickets(db, erasure_id, account_id, empty) if empty else gone


def remove_files(db: Session, erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """Single files: with them the raw mails that hold them, as those cannot be had without."""
    of_file = Attachment.id.in_(ids)
    concerned = db.execute(select(Attachment.article_id).where(of_file).distinct()).scalars().all()
    of_article = Article.id.in_(concerned)
    intakes = select(Article.intake_id).where(of_article, Article.intake_id.is_not(None))
    _note_blobs(db, erasure_id, _file_blobs(db, of_file))
    _note_blobs(db, erasure_id, db.execute(select(Article.raw_sha256).where(of_article)).scalars())
    gone = Gone({Thing.FILES: _count(db, Attachment, of_file)})
    db.execute(update(Article).where(of_article).values(raw_sha256=None))
    gone += remove_intakes(db, erasure_id, account_id, db.execute(intakes).scalars().all())
    db.execute(delete(Attachment).where(of_file))
    indexing.index_again(db, account_id, concerned)
    for ticket_id in db.execute(select(Article.ticket_id).where(of_article).distinct()).scalars().all():
        articles.recount(db, ticket_id)
        announcing.tell(db, account_id, ticket_id)
    return gone


def remove_sessions(db: Session, _erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """Records of remote sessions, and the lines of timelines that tell of them."""
    of_session = RemoteSession.id.in_(ids)
    gone = Gone({Thing.SESSIONS: _count(db, RemoteSession, of_session)})
    named = set(db.execute(select(RemoteSession.public_id).where(of_session)).scalars())
    tickets_ = select(RemoteSession.ticket_id).where(of_session)
    events = select(TicketEvent).where(
        TicketEvent.ticket_id.in_(tickets_), TicketEvent.kind == tickets.EventKind.REMOTE.value
    )
    for event in db.execute(events).scalars().all():
        if event.data.get("session") in named:
            announcing.tell(db, account_id, event.ticket_id)
            db.delete(event)
    db.flush()
    db.execute(delete(RemoteSession).where(of_session))
    return gone


def remove_intakes(db: Session, erasure_id: int, account_id: int, ids: Sequence[int | None]) -> Gone:
    """Mails as they arrived, and what the ledger has of them."""
    _note_blobs(db, erasure_id, db.execute(select(Intake.raw_sha256).where(Intake.id.in_(ids))).scalars())
    gone = Gone({Thing.MAILS: _count(db, Intake, Intake.id.in_(ids))})
    _forget_work(db, {Topic.FILE}, ids)
    db.execute(delete(Offer).where(Offer.account_id == account_id, Offer.intake_id.in_(ids)))
    db.execute(delete(Intake).where(Intake.account_id == account_id, Intake.id.in_(ids)))
    return gone


def raws_of(db: Session, intakes: Sequence[int]) -> Sequence[str]:
    """The raw mails of those that became no message, or one without files."""
    with_files = select(Article.intake_id).join(Attachment).where(Article.intake_id.in_(intakes))
    bare = Intake.id.in_(intakes), Intake.id.not_in(with_files)
    return db.execute(select(Intake.raw_sha256).where(*bare)).scalars().all()


def remove_deliveries(db: Session, erasure_id: int, where: ColumnElement[bool]) -> Gone:
    """Mails to recipients, waiting or not."""
    found = db.execute(select(Delivery.id, Delivery.raw_sha256).where(where)).all()
    ids = [key for key, _ in found]
    _note_blobs(db, erasure_id, (raw for _, raw in found))
    _forget_work(db, {Topic.DELIVER}, ids)
    newest = db.execute(select(func.max(Delivery.id))).scalar()
    if newest in ids and db.get_bind().dialect.name == "sqlite":  # as in `_keep_place`
        values = {"ticket_id": None, "article_id": None, "raw_sha256": None, "recipient": "", "answer": ""}
        emptied = {**values, "state": State.WITHDRAWN.value, "mailbox_id": None}
        db.execute(update(Delivery).where(Delivery.id == newest).values(**emptied))
        ids.remove(newest)
    db.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    return Gone({Thing.DELIVERIES: len(found)})


def remove_deliveries_of(db: Session, erasure_id: int, account_id: int, ids: Sequence[int]) -> Gone:
    """Likewise by their keys."""
    mine = and_(Delivery.account_id == account_id, Delivery.id.in_(ids))
    return remove_deliveries(db, erasure_id, mine)


def remove_emptied(db: Session, account_id: int) -> None:
    """What earlier erasures had to keep as the newest row, and is that no more."""
    newest = select(func.max(Ticket.id)).scalar_subquery()
    shells = Ticket.account_id == account_id, Ticket.merged_into_id == NOWHERE, Ticket.id < newest
    db.execute(delete(Ticket).where(*shells))
    last = select(func.max(Delivery.id)).scalar_subquery()
    mine = Delivery.account_id == account_id, Delivery.recipient == "", Delivery.id < last
    db.execute(delete(Delivery).where(*mine))


def _remove_of_articles(
    db: Session,
    erasure_id: int,
    account_id: int,
    of_article: ColumnElement[bool],
    of_delivery: ColumnElement[bool],
) -> Gone:
    ids = db.execute(select(Article.id).where(of_article)).scalars().all()
    kinds = Counter(db.execute(select(Article.kind).where(of_article)).scalars())
    files = Attachment.article_id.in_(select(Article.id).where(of_article))
    intakes = select(Article.intake_id).where(of_article, Article.intake_id.is_not(None))
    gone = Gone({Thing.NOTES: kinds[ArticleKind.NOTE.value], Thing.FILES: _count(db, Attachment, files)})
    gone[Thing.MESSAGES] = sum(kinds.values()) - gone[Thing.NOTES]
    _note_blobs(db, erasure_id, _file_blobs(db, files))
    _note_blobs(db, erasure_id, db.execute(select(Article.raw_sha256).where(of_article)).scalars())
    _forget_work(db, {Topic.SCAN, Topic.PREVIEW, Topic.GUESTS}, ids)
    gone += remove_deliveries(db, erasure_id, of_delivery)
    gone += remove_intakes(db, erasure_id, account_id, db.execute(intakes).scalars().all())
    db.execute(delete(Article).where(of_article))
    top = db.execute(select(func.coalesce(func.max(Article.id), 0))).scalar_one()
    unread = Staff.account_id == account_id, Staff.reads_from > top  # a key may be given anew
    db.execute(update(Staff).where(*unread).values(reads_from=top))
    return gone


def _keep_place(db: Session, ids: Sequence[int]) -> int | None:
    """On SQLite the newest ticket is emptied and stays until there is a newer one; its key.

    Its key would be given to the next ticket, and whoever still has its reply address would write into that.
    """
    newest = db.execute(select(func.max(Ticket.id))).scalar()
    if newest is None or newest not in ids or db.get_bind().dialect.name != "sqlite":
        return None
    bare: dict[str, object] = {
        "subject": "",
        "requester_name": "",
        "requester_address": "",
        "contact_id": None,
        "customer_id": None,
        "assignee_id": None,
        "tags": [],
        "snippet": "",
        "merged_into_id": NOWHERE,
    }
    row = db.get_one(Ticket, newest)
    copy = {"id": newest, "account_id": row.account_id, "number": row.number, "status": row.status}
    moments = {"created_at": row.created_at, "updated_at": row.updated_at}
    db.expunge(row)
    db.execute(delete(Ticket).where(Ticket.id == newest))  # with all that hangs on it
    db.add(Ticket(**copy, **moments, **bare))
    db.flush()
    return newest


def _forget_work(db: Session, topics: set[Topic], ids: Iterable[int | None]) -> None:
    """No worker is told of what is gone, also not when its key is another row's one day."""
    names = [topic.value for topic in topics]
    db.execute(delete(Outbox).where(Outbox.topic.in_(names), Outbox.ref_id.in_(list(ids))))


def _forget_acts(db: Session, account_id: int, ids: Sequence[int]) -> None:
    """What was done to the tickets is undone by nobody any more."""
    acts = select(ActItem.act_id).where(ActItem.ticket_id.in_(ids))
    _forget_work(db, {Topic.ACT}, db.execute(acts.distinct()).scalars().all())
    db.execute(delete(Act).where(Act.account_id == account_id, Act.id.in_(acts)))


def _forget_answers(db: Session, account_id: int, ids: Sequence[int]) -> None:
    """What the API would say again of the tickets and their messages."""
    numbers = db.execute(select(Ticket.number).where(Ticket.id.in_(ids))).scalars().all()
    said = select(Article.public_id).where(Article.ticket_id.in_(ids))
    named = or_(IdempotencyKey.location.in_(map(str, numbers)), IdempotencyKey.location.in_(said))
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.account_id == account_id, named))


def _file_blobs(db: Session, of_file: ColumnElement[bool]) -> set[str | None]:
    both: Select[str, str | None] = select(Attachment.sha256, Attachment.preview_sha256).where(of_file)
    return {sha256 for row in db.execute(both) for sha256 in row}


def _draft_blobs(db: Session, ids: Sequence[int]) -> set[str]:
    files = db.execute(select(Draft.files).where(Draft.ticket_id.in_(ids))).scalars()
    return {file["sha256"] for some in files for file in some}


def _note_blobs(db: Session, erasure_id: int, found: Iterable[str | None]) -> None:
    items.add_refs(db, erasure_id, Item.BLOB, (sha256 for sha256 in found if sha256))


def _count(db: Session, model: type[Record], where: ColumnElement[bool]) -> int:
    return db.execute(select(func.count()).select_from(model).where(where)).scalar_one()
