"""Guests: what they see of a ticket they were invited to, and what they may do there.

They read what passed between the business and its customer, and the notes that were shared with them. Other
notes, what was forwarded to third parties and what these wrote back, hidden copies, and what has not left
yet or was taken back are not there for them.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import noting, replying
from gateway.desk.addressees import default_recipients, own_addresses, within_sight
from gateway.desk.replying import ArticleRef, Draft, DraftFile, Office, Written
from gateway.errors import Denied, NotFound
from gateway.mail.address import Address
from gateway.rules.access import Actor, Role, Sight
from gateway.rules.searching import plain
from gateway.rules.status import ArticleKind, Status
from gateway.store import guestnotices
from gateway.store.models import Staff
from gateway.store.queries import reaches
from gateway.store.queries.articles import (
    ArticleView,
    AttachmentView,
    TicketDetail,
    get_article,
    get_attachment,
    get_detail,
)
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.paging import Page
from gateway.store.queries.reaches import Rights
from gateway.store.queries.tickets import TicketFilter, TicketRow, list_tickets

_NOT_LEFT = frozenset({"queued", "held", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A ticket as a guest sees it, and what they may do in it."""

    detail: TicketDetail
    rights: Rights


def list_shared(
    db: Session, by: Actor, *, query: str = "", after: str | None = None, limit: int = 50, now: datetime
) -> Page[TicketRow]:
    """The tickets that a guest sees, newest activity first, without the words of what is not for them.

    With a query, those in which one message holds its words; filters would tell what guests do not see.
    """
    sight = _guest(by).sight
    if query.strip():
        viewer = Viewer(by.staff_id, now)
        results = find(db, sight, plain(query), viewer, after=after, limit=limit)
        return Page(tuple(_bare(found.ticket) for found in results.items), results.next)
    page = list_tickets(db, sight, TicketFilter(), after=after, limit=limit)
    return Page(tuple(map(_bare, page.items)), page.next)


def _bare(row: TicketRow) -> TicketRow:
    return replace(row, snippet="", tags=(), assignee=None)


def visit(db: Session, by: Actor, number: int, *, with_html: bool = True, now: datetime) -> Visit:
    """A ticket with what a guest sees of it; NotFound for one that they were not invited to.

    What they wrote themselves is there at once, also before it leaves.
    """
    detail = get_detail(db, _guest(by).sight, number, with_html=with_html)
    rights = reaches.rights_in(db, by.account_id, by.staff_id or 0, detail.ticket.id, now=now)
    if rights is None:
        raise NotFound("There is no such ticket.")
    between = _between(get_detail(db, Sight(by.account_id), detail.ticket.number, with_html=False))
    own = db.execute(select(Staff.login).where(Staff.id == by.staff_id)).scalar()
    seen = (one for one in detail.articles if one.author == own or _has_left(one))
    shown = tuple(_shown(one) for one in seen if one.public_id in between)
    return Visit(replace(detail, articles=shown, events=()), rights)


def find_article(db: Session, by: Actor, public_id: str, *, now: datetime) -> tuple[int, ArticleView]:
    """One article and its ticket's number, for whoever asks; NotFound for what is not there for them."""
    number, article = get_article(db, by.sight, public_id)
    if by.role is not Role.GUEST:
        return number, article
    for one in visit(db, by, number, now=now).detail.articles:
        if one.public_id == public_id:
            return number, one
    raise NotFound("There is no such message.")


def find_attachment(db: Session, by: Actor, public_id: str, *, now: datetime) -> AttachmentView:
    """A file by its public id, for whoever asks; NotFound for what is not there for them."""
    found = get_attachment(db, by.sight, public_id)
    if by.role is Role.GUEST:
        find_article(db, by, found.article, now=now)
    return found


def write(
    db: Session,
    by: Actor,
    number: int,
    text: str,
    files: tuple[DraftFile, ...] = (),
    *,
    office: Office,
    now: datetime,
) -> Written:
    """Compose a guest's answer, for `reply`: it goes to whoever is to be answered, and to nobody else.

    Denied without the right to. Other errors as for `replying.write`.
    """
    seen = visit(db, by, number, now=now)
    if not seen.rights.may_answer:
        raise Denied
    people = default_recipients(seen.detail, own_addresses(db, by.account_id))
    draft = Draft(text, to=people.to, cc=people.cc, files=files)
    return replying.write(db, _as_staff(by), seen.detail.ticket.number, draft, office=office, now=now)


def reply(db: Session, by: Actor, written: Written, *, now: datetime) -> ArticleRef:
    """Record a guest's answer; errors as for `write` and `replying.reply`."""
    if not visit(db, by, written.number, now=now).rights.may_answer:
        raise Denied
    return replying.reply(db, _as_staff(by), written, now=now)


def note(
    db: Session, by: Actor, number: int, text: str, files: tuple[DraftFile, ...] = (), *, now: datetime
) -> ArticleRef:
    """A guest's note, which every guest of the ticket reads; it opens a closed ticket.

    Denied without the right; other errors as for `noting.note`.
    """
    seen = visit(db, by, number, now=now)
    if not seen.rights.may_note:
        raise Denied
    ticket = seen.detail.ticket
    opens = Status.OPEN if ticket.status is Status.CLOSED else None
    return noting.note(db, _as_staff(by), ticket.number, text, files, status=opens, is_shared=True, now=now)


def note_seen(db: Session, by: Actor, ticket_id: int, *, now: datetime) -> None:
    """They have looked: the next news is worth a mail again."""
    guestnotices.note_seen(db, by.account_id, _guest(by).staff_id or 0, ticket_id, now=now)


def _guest(by: Actor) -> Actor:
    if by.role is not Role.GUEST:
        raise NotFound
    return by


def _as_staff(by: Actor) -> Actor:
    """The guest as one who works, within the same reach: their right was looked at before."""
    return replace(by, role=Role.STAFF)


def _between(whole: TicketDetail) -> frozenset[str]:
    """What passed between the business and its customer, not with third parties."""
    requester = Address("", whole.ticket.requester_address)
    return frozenset(one.public_id for one in within_sight(whole, (requester,)))


def _has_left(article: ArticleView) -> bool:
    ways = article.deliveries
    is_ours = article.kind is ArticleKind.OUTBOUND
    return not (is_ours and ways and all(way.state in _NOT_LEFT for way in ways))


def _shown(article: ArticleView) -> ArticleView:
    """Without what is between the business and its server, and the raw mail, which names everybody."""
    return replace(article, bcc=(), deliveries=(), raw_sha256=None, defects=())
