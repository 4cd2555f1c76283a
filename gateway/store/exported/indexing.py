"""What follows from the rows of an account that has arrived: words of the search, previews of pictures."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.rules.status import ArticleKind
from gateway.store import outbox, search
from gateway.store.attachments import PREVIEWED
from gateway.store.models import Article, Attachment, Ticket
from gateway.store.outbox import Topic

_AT_ONCE = 200


def index_account(db: Session, account_id: int) -> int:
    """Make all messages of an account findable that never were; how many."""
    columns = select(Article, Ticket.requester_name, Ticket.requester_address)
    wanted = columns.join(Ticket, Ticket.id == Article.ticket_id).where(Article.account_id == account_id)
    last = count = 0
    while rows := db.execute(wanted.where(Article.id > last).order_by(Article.id).limit(_AT_ONCE)).all():
        files = _files(db, [article.id for article, *_ in rows])
        for article, *requester in rows:
            search.index(db, account_id, article.id, _parts(article, requester, files.get(article.id, [])))
            last, count = article.id, count + 1
        db.expunge_all()
    return count


def index_again(db: Session, account_id: int, article_ids: Sequence[int]) -> None:
    """Make messages findable by what they hold now."""
    columns = select(Article, Ticket.requester_name, Ticket.requester_address)
    wanted = columns.join(Ticket, Ticket.id == Article.ticket_id)
    mine = Article.account_id == account_id, Article.id.in_(article_ids)
    files = _files(db, article_ids)
    for article, *requester in db.execute(wanted.where(*mine)).all():
        search.forget(db, article.id)
        search.index(db, account_id, article.id, _parts(article, requester, files.get(article.id, [])))


def owe_previews(db: Session, account_id: int, *, now: datetime) -> None:
    """Have a worker make the previews of pictures anew."""
    pictures = select(Attachment.article_id).where(
        Attachment.account_id == account_id, Attachment.detected_type.in_(PREVIEWED)
    )
    for article_id in db.execute(pictures.distinct()).scalars().all():
        outbox.put(db, Topic.PREVIEW, article_id, now=now)


def _parts(article: Article, requester: Sequence[str], files: Sequence[str]) -> search.Parts:
    senders = [article.from_name, article.from_address]
    if article.kind != ArticleKind.INBOUND.value:
        senders += requester
    recipients = [part for who in (*article.to, *article.cc) for part in (who["name"], who["address"])]
    return search.Parts(article.subject, senders, recipients, files, article.text)


def _files(db: Session, article_ids: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    columns = select(Attachment.article_id, Attachment.filename)
    for article_id, name in db.execute(
        columns.where(Attachment.article_id.in_(article_ids)).order_by(Attachment.id)
    ):
        found.setdefault(article_id, []).append(name)
    return found
