"""What would go with an erasure, counted; and others' messages that quote or name the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Select, column, func, or_, select, text
from sqlalchemy import table as a_table
from sqlalchemy.orm import Session

from gateway.rules.erasure import ErasureKind, Scope, Thing
from gateway.rules.folding import normalise
from gateway.rules.status import ArticleKind
from gateway.store.erased import choosing
from gateway.store.erased.choosing import Addresses, Going
from gateway.store.models import (
    Account,
    Article,
    Attachment,
    Contact,
    Customer,
    Delivery,
    Draft,
    Export,
    Intake,
    RemoteSession,
    Staff,
    Ticket,
)
from gateway.store.queries.matching import Atom, Match, fts5, tsquery

MOST_QUOTED = 200
"""So many are offered, the newest."""

_MOST_ADDRESSES = 50  # are looked for in others' messages


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message that stays unless it is chosen: in which ticket, which one, how it begins."""

    number: int
    article_id: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What goes if nothing changes; `bytes` are those of files and raw mails.

    `title` is what it is called: the name, the subject, the file's name; "" for the other kinds.
    """

    scope: Scope
    title: str
    counts: Mapping[str, int]
    bytes: int
    quoted: Sequence[Quoted]


is_there = choosing.is_there


def preview(db: Session, account_id: int, scope: Scope, *, now: datetime) -> Preview:
    """Look; nothing is written."""
    addresses = choosing.addresses_of(db, account_id, scope)
    going = choosing.going(account_id, scope, addresses)
    return Preview(
        scope=scope,
        title=_title(db, account_id, scope),
        counts=_counts(db, account_id, scope, going, addresses, now),
        bytes=_bytes(db, going),
        quoted=_quoted(db, account_id, going, addresses),
    )


def _title(db: Session, account_id: int, scope: Scope) -> str:
    named: dict[ErasureKind, Select[str]] = {
        ErasureKind.CONTACT: select(Contact.name).where(
            Contact.account_id == account_id, Contact.public_id == scope.public_id
        ),
        ErasureKind.CUSTOMER: select(Customer.name).where(
            Customer.account_id == account_id, Customer.public_id == scope.public_id
        ),
        ErasureKind.TICKET: select(Ticket.subject).where(
            Ticket.id.in_(choosing.going(account_id, scope, ()).tickets), Ticket.merged_into_id.is_(None)
        ),
        ErasureKind.ATTACHMENT: select(Attachment.filename).where(
            Attachment.account_id == account_id, Attachment.public_id == scope.public_id
        ),
        ErasureKind.ACCOUNT: select(Account.name).where(Account.id == account_id),
    }
    wanted = named.get(scope.kind)
    if wanted is None:
        return ""
    return db.execute(wanted).scalar_one_or_none() or ""


def _counts(
    db: Session, account_id: int, scope: Scope, going: Going, addresses: Addresses, now: datetime
) -> Mapping[str, int]:
    def count(model: type, *where: ColumnElement[bool]) -> int:
        return db.execute(select(func.count()).select_from(model).where(*where)).scalar_one()

    of_article = _of_article(going)
    is_note = Article.kind == ArticleKind.NOTE.value
    theirs = func.lower(Delivery.recipient).in_(addresses)
    recipient = Delivery.account_id == account_id, or_(Delivery.ticket_id.in_(going.tickets), theirs)
    sessions = or_(RemoteSession.ticket_id.in_(going.tickets), RemoteSession.id.in_(going.sessions))
    is_account = scope.kind is ErasureKind.ACCOUNT
    found = {
        Thing.TICKETS: count(Ticket, Ticket.id.in_(going.tickets)),
        Thing.MESSAGES: count(Article, of_article, ~is_note),
        Thing.NOTES: count(Article, of_article, is_note),
        Thing.FILES: count(Attachment, _of_file(going)),
        Thing.MAILS: count(Intake, Intake.id.in_(_intakes(going))),
        Thing.DRAFTS: count(Draft, Draft.ticket_id.in_(going.tickets)),
        Thing.DELIVERIES: count(Delivery, *recipient),
        Thing.SESSIONS: count(RemoteSession, sessions),
        Thing.CONTACTS: count(Contact, Contact.id.in_(going.contacts)),
        Thing.CUSTOMERS: count(Customer, Customer.id.in_(going.customers)),
        Thing.SYSTEMS: db.execute(select(func.count()).select_from(going.systems.subquery())).scalar_one(),
        Thing.PEOPLE: count(Staff, Staff.account_id == account_id) if is_account else 0,
        Thing.EXPORTS: count(Export, Export.account_id == account_id, Export.expires_at > now),
    }
    return {thing.value: number for thing, number in found.items() if number}


def _of_article(going: Going) -> ColumnElement[bool]:
    return or_(Article.ticket_id.in_(going.tickets), Article.id.in_(going.articles))


def _of_file(going: Going) -> ColumnElement[bool]:
    articles = select(Article.id).where(_of_article(going))
    return or_(Attachment.article_id.in_(articles), Attachment.id.in_(going.files))


def _intakes(going: Going) -> Select[int]:
    filed = select(Article.intake_id).where(_of_article(going), Article.intake_id.is_not(None))
    return select(Intake.id).where(or_(Intake.id.in_(going.intakes), Intake.id.in_(filed)))


def _bytes(db: Session, going: Going) -> int:
    files = select(func.coalesce(func.sum(Attachment.size_bytes), 0)).where(_of_file(going))
    mails = select(func.coalesce(func.sum(Intake.size_bytes), 0)).where(Intake.id.in_(_intakes(going)))
    return int(db.execute(files).scalar_one()) + int(db.execute(mails).scalar_one())


def _quoted(db: Session, account_id: int, going: Going, addresses: Sequence[str]) -> Sequence[Quoted]:
    """Messages that stay and hold one of the addresses: answers to them, copies, what quotes them."""
    atoms = [(Atom(tuple(normalise(one).split())),) for one in addresses[:_MOST_ADDRESSES]]
    if not atoms:
        return []
    match = Match(account_id, (tuple(atoms),), ())
    is_sqlite = db.get_bind().dialect.name == "sqlite"
    hits = select(_HITS.c.rowid if is_sqlite else _HITS.c.id).where(_MATCH[is_sqlite])
    query = fts5(match) if is_sqlite else tsquery(match)
    columns = select(Ticket.number, Article.public_id, Article.reply_text)
    found = (
        columns.join(Ticket, Ticket.id == Article.ticket_id)
        .where(Article.account_id == account_id, Article.id.in_(hits), ~_of_article(going))
        .order_by(Article.id.desc())
        .limit(MOST_QUOTED)
    )
    rows = db.execute(found, {"query": query})
    return [Quoted(number, public_id, _start(said)) for number, public_id, said in rows]


def _start(said: str) -> str:
    return " ".join(said[:800].split())[:200]


_HITS = a_table("article_search", column("rowid", BigInteger), column("id", BigInteger))
_MATCH = {
    True: text("article_search MATCH :query"),
    False: text("article_search.words @@ to_tsquery('simple', :query)"),
}
