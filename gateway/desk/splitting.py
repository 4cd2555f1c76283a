"""Splitting: a message that is about something else becomes a ticket of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.desk.tickets import checked_subject
from gateway.errors import Conflict
from gateway.mail.address import Address
from gateway.rules.access import Actor, Permission, require
from gateway.rules.status import ArticleKind, Status
from gateway.store import articles, contacts, followers, links, seen, tickets
from gateway.store.articles import Place
from gateway.store.models import Article, Participant, Ticket, TicketEvent
from gateway.store.tickets import EventKind, NewTicketRow, Standing


@dataclass(frozen=True, slots=True)
class Split:
    """The new ticket, and the one it came from."""

    number: int
    of: int


def split(db: Session, by: Actor, public_id: str, subject: str, *, now: datetime) -> Split:
    """Make a customer's message or a note a new ticket, linked to its old one.

    Whoever wrote it is who asks there. NotFound for a foreign message, Invalid for a subject that is none,
    Conflict for what was sent, which answers the ticket where it stands, and for a ticket's only message.
    """
    require(by, Permission.WORK_TICKETS)
    place = articles.locate(db, by.sight, public_id)
    article = db.get_one(Article, place.id)
    source = tickets.stand_by_id(db, by.account_id, place.ticket_id)
    if ArticleKind(article.kind) not in (ArticleKind.INBOUND, ArticleKind.NOTE):
        raise Conflict("What was sent belongs to the ticket that it answers.")
    others = select(Article.id).where(Article.ticket_id == source.id, Article.id != article.id)
    if db.execute(others.limit(1)).first() is None:
        raise Conflict("This is the only message of the ticket.")
    made = _open(db, by, article, source, checked_subject(subject), now)
    _move(db, place, made.id)
    _take_along(db, by.account_id, article, source.id, made.id)
    for ticket_id in (source.id, made.id):
        articles.recount(db, ticket_id)
        tickets.requeue(db, by.account_id, ticket_id)
    links.put(db, by.account_id, source.id, made.id)
    followers.share(db, source.id, made.id)
    for ticket, kind, other in ((source, EventKind.SPLIT, made), (made, EventKind.SPLIT_FROM, source)):
        data = {"number": other.number}
        tickets.add_event(db, by.account_id, ticket.id, kind, data, staff_id=by.staff_id, now=now)
    if by.staff_id is not None:
        seen.mark(db, by.account_id, by.staff_id, made.id, place.id)
    return Split(made.number, source.number)


def _open(
    db: Session, by: Actor, article: Article, source: Standing, subject: str, now: datetime
) -> Standing:
    old = db.get_one(Ticket, source.id)
    writer, is_note = Address(article.from_name, article.from_address), article.kind == ArticleKind.NOTE
    if is_note:
        writer = Address(old.requester_name, old.requester_address)
    known = contacts.recognise(db, by.account_id, writer, now=now) if writer.address else None
    new = NewTicketRow(
        subject=subject,
        status=Status.OPEN if is_note else Status.NEW,
        mailbox_id=source.mailbox_id,
        contact_id=known.contact_id if known else None,
        customer_id=known.customer_id if known else source.customer_id,
        requester_name=writer.name,
        requester_address=writer.address,
    )
    return tickets.open_ticket(db, by.account_id, new, now=article.created_at)


def _move(db: Session, place: Place, ticket_id: int) -> None:
    """The message, and what the timeline tells of it."""
    db.execute(update(Article).where(Article.id == place.id).values(ticket_id=ticket_id))
    db.execute(update(TicketEvent).where(TicketEvent.article_id == place.id).values(ticket_id=ticket_id))


def _take_along(db: Session, account_id: int, article: Article, source_id: int, ticket_id: int) -> None:
    """Who wrote the message or got it takes part in the new ticket, if they did in the old one."""
    others = (who["address"] for who in (*article.to, *article.cc))
    named = {Address("", address).key for address in (article.from_address, *others)}
    known = select(Participant.address).where(Participant.ticket_id == source_id)
    theirs = db.execute(known.where(Participant.address.in_(named))).scalars()
    tickets.add_participants(db, account_id, ticket_id, list(theirs))
