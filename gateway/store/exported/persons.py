"""What an export of a contact or of a customer takes: what is about them, and nothing about anybody else.

Of each table the columns are named one by one, so that a new one is in no export before somebody thought of
it. In are the persons' own mails, wherever they were filed; what was sent to them in their own tickets; and,
where that is wanted, what was noted about them. Other people's mails are out, also those in the same ticket,
and what an answer of ours may quote of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, null, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.mail.addressing import domain_to_unicode
from gateway.rules.exporting import Scope
from gateway.rules.remote import State as RemoteState
from gateway.rules.status import ArticleKind
from gateway.store.exported.selection import Picked
from gateway.store.models import (
    Article,
    Attachment,
    Contact,
    ContactAddress,
    Customer,
    CustomerDomain,
    Delivery,
    Intake,
    Participant,
    Record,
    RemoteSession,
    RemoteSystem,
    Ticket,
    TicketEvent,
    table,
)
from gateway.store.tickets import EventKind

_ARTICLE = (
    *("id", "public_id", "ticket_id", "intake_id", "kind", "from_name", "from_address", "reply_to", "to"),
    *("cc", "subject", "message_id", "references", "text", "html", "auto", "auth", "trust", "protection"),
    *("invitation", "raw_sha256", "created_at"),
)
_TICKET = (
    *("id", "number", "subject", "status", "contact_id", "customer_id", "requester_name"),
    *("requester_address", "priority", "created_at", "updated_at", "closed_at"),
)
_ATTACHMENT = ("id", "public_id", "article_id", "filename", "content_type", "size_bytes", "sha256", "inline")
_INTAKE = ("id", "size_bytes", "source", "mail_from", "client_ip", "helo", "received_at")
_DELIVERY = (
    *("id", "ticket_id", "article_id", "recipient", "state", "answer", "attempts", "created_at"),
    "finished_at",
)
_REMOTE = (
    *("id", "public_id", "ticket_id", "asked", "granted", "way", "made_at", "opened_at", "consented_at"),
    *("ended_at", "why"),
)
_SYSTEM = ("id", "public_id", "customer_id", "name", "platform", "unattended", "seen_at", "enrolled_at")
_TOLD = (EventKind.CREATED.value, EventKind.STATUS.value)
_SENT = (ArticleKind.OUTBOUND.value, ArticleKind.AUTOMATIC.value)


@dataclass(frozen=True, slots=True)
class _About:
    """Whom an export is about, as conditions: on contacts, customers, tickets and senders' addresses."""

    contacts: Select[int]
    customer: ColumnElement[bool]
    tickets: ColumnElement[bool]
    is_theirs: "_Addresses"


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Which addresses are theirs; `foreign` are those of other contacts, for whom a domain does not speak."""

    known: Select[str]
    spelt: Sequence[str]
    domains: Sequence[str]
    foreign: Select[str]

    def __call__(self, column: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """That a column holds one of them."""
        address = func.lower(column)
        by_domain = [
            and_(address.endswith(f"@{domain}", autoescape=True), address.not_in(self.foreign))
            for domain in self.domains
        ]
        return or_(address.in_(self.known), address.in_(self.spelt), *by_domain)


def of_person(
    db: Session, account_id: int, scope: Scope, subject_id: str, *, with_notes: bool
) -> Sequence[Picked]:
    """What is taken of a contact or a customer; nothing of one that is not there (any more)."""
    look = _contact if scope is Scope.CONTACT else _customer
    about = look(db, account_id, subject_id)
    return [
        *_details(account_id, about, scope, with_notes=with_notes),
        *_requests(account_id, about, with_notes=with_notes),
        *_messages(account_id, about, with_notes=with_notes),
    ]


def _details(account_id: int, about: _About, scope: Scope, *, with_notes: bool) -> Sequence[Picked]:
    """Who they are."""
    note = ("note",) if with_notes else ()
    customers = select(Customer.id).where(about.customer)
    is_a_customer = true() if scope is Scope.CUSTOMER else false()  # whose computer it is nobody knows
    details = ("id", "public_id", "customer_id", "name", *note, "created_at")
    domains = CustomerDomain.customer_id.in_(customers)
    addresses = ContactAddress.contact_id.in_(about.contacts)
    systems = and_(is_a_customer, RemoteSystem.customer_id.in_(customers))
    return [
        _pick(Customer, ("id", "public_id", "name", *note, "created_at"), account_id, about.customer),
        _pick(CustomerDomain, ("id", "customer_id", "domain"), account_id, domains),
        _pick(Contact, details, account_id, Contact.id.in_(about.contacts)),
        _pick(ContactAddress, ("id", "contact_id", "address"), account_id, addresses),
        _pick(RemoteSystem, _SYSTEM, account_id, systems),
    ]


def _requests(account_id: int, about: _About, *, with_notes: bool) -> Sequence[Picked]:
    """Their tickets, and what of the timelines tells of nobody else."""
    tags = ("tags",) if with_notes else ()
    own = _own(account_id, about)
    addresses = and_(Participant.ticket_id.in_(own), about.is_theirs(Participant.address))
    events = and_(TicketEvent.ticket_id.in_(own), TicketEvent.kind.in_(_TOLD))
    sessions = and_(RemoteSession.ticket_id.in_(own), RemoteSession.state == RemoteState.ENDED.value)
    return [
        _pick(Ticket, (*_TICKET, *tags), account_id, about.tickets),
        _pick(Participant, ("id", "ticket_id", "address"), account_id, addresses),
        _pick(TicketEvent, ("id", "ticket_id", "kind", "at"), account_id, events),
        _pick(RemoteSession, _REMOTE, account_id, sessions),
    ]


def _messages(account_id: int, about: _About, *, with_notes: bool) -> Sequence[Picked]:
    """What they wrote and were sent, and what was noted where that is wanted."""
    own, theirs = _own(account_id, about), about.is_theirs(Delivery.recipient)
    addressed = select(Delivery.article_id).where(Delivery.account_id == account_id, theirs)
    written = and_(Article.kind == ArticleKind.INBOUND.value, about.is_theirs(Article.from_address))
    sent = and_(Article.kind.in_(_SENT), Article.ticket_id.in_(own), Article.id.in_(addressed))
    noted = and_(Article.kind == ArticleKind.NOTE.value, Article.ticket_id.in_(own))
    articles = and_(Article.account_id == account_id, or_(written, sent, *([noted] if with_notes else ())))
    taken = select(Article.id).where(articles)
    arrived = select(Article.intake_id).where(articles, Article.kind == ArticleKind.INBOUND.value)
    deliveries = and_(Delivery.article_id.in_(taken), theirs)
    return [
        _pick(Intake, _INTAKE, account_id, Intake.id.in_(arrived)),
        _articles(account_id, about, articles),
        _pick(Attachment, _ATTACHMENT, account_id, Attachment.article_id.in_(taken)),
        _pick(Delivery, _DELIVERY, account_id, deliveries),
    ]


def _own(account_id: int, about: _About) -> Select[int]:
    return select(Ticket.id).where(Ticket.account_id == account_id, about.tickets)


def is_there(db: Session, account_id: int, scope: Scope, subject_id: str) -> bool:
    """Whether the contact or customer is (still) in the account."""
    model = Contact if scope is Scope.CONTACT else Customer
    mine = select(model.id).where(model.account_id == account_id, model.public_id == subject_id)
    return db.execute(mine).first() is not None


def _contact(db: Session, account_id: int, subject_id: str) -> _About:
    """A contact, with those that became part of it."""
    mine = Contact.account_id == account_id
    one = select(Contact.id).where(mine, Contact.public_id == subject_id)
    contacts = select(Contact.id).where(
        mine, or_(Contact.public_id == subject_id, Contact.merged_into_id.in_(one))
    )
    company = select(Contact.customer_id).where(mine, Contact.public_id == subject_id)
    addresses = _addresses(db, account_id, contacts, ())
    return _About(contacts, Customer.id.in_(company), Ticket.contact_id.in_(contacts), addresses)


def _customer(db: Session, account_id: int, subject_id: str) -> _About:
    """A customer, with its contacts and whoever else writes from its domains."""
    customer = select(Customer.id).where(Customer.account_id == account_id, Customer.public_id == subject_id)
    contacts = select(Contact.id).where(Contact.account_id == account_id, Contact.customer_id.in_(customer))
    domains = select(CustomerDomain.domain).where(CustomerDomain.customer_id.in_(customer))
    addresses = _addresses(db, account_id, contacts, db.execute(domains).scalars())
    elsewhere = select(Contact.id).where(
        Contact.account_id == account_id,
        Contact.customer_id.is_not(None),
        Contact.customer_id.not_in(customer),
    )
    asked_by_others = Ticket.contact_id.is_not(None) & Ticket.contact_id.in_(elsewhere)
    tickets = and_(Ticket.customer_id.in_(customer), ~asked_by_others)
    return _About(contacts, Customer.id.in_(customer), tickets, addresses)


def _addresses(db: Session, account_id: int, contacts: Select[int], domains: Iterable[str]) -> _Addresses:
    """Their addresses; mails may spell a domain in letters that we keep in ASCII (RFC 5890, 2.3.2.1)."""
    mine = ContactAddress.account_id == account_id
    known = select(ContactAddress.address).where(mine, ContactAddress.contact_id.in_(contacts))
    foreign = select(ContactAddress.address).where(mine, ContactAddress.contact_id.not_in(contacts))
    coded = known.where(ContactAddress.address.contains("xn--"))
    spelt = [
        f"{local}@{domain_to_unicode(domain)}"
        for local, _, domain in (address.rpartition("@") for address in db.execute(coded).scalars())
    ]
    all_domains = [form for one in domains for form in dict.fromkeys((one, domain_to_unicode(one)))]
    return _Addresses(known, spelt, all_domains, foreign)


def _articles(account_id: int, about: _About, where: ColumnElement[bool]) -> Picked:
    """Messages; one of ours that may quote somebody else's is there by its own words alone."""
    earlier = table(Article).alias("earlier")
    of_others = exists().where(
        earlier.c.ticket_id == Article.ticket_id,
        earlier.c.id < Article.id,
        earlier.c.kind == ArticleKind.INBOUND.value,
        ~about.is_theirs(earlier.c.from_address),
    )
    quotes = and_(Article.kind.in_(_SENT), of_others)
    own = {"text": Article.reply_text, "html": null(), "raw_sha256": null()}
    picked = _pick(Article, _ARTICLE, account_id, where)
    columns = [
        case((quotes, own[column.name]), else_=column).label(column.name) if column.name in own else column
        for column in picked.columns
    ]
    return replace(picked, columns=columns)


def _pick(model: type[Record], names: Sequence[str], account_id: int, where: ColumnElement[bool]) -> Picked:
    one = table(model)
    return Picked(one, [one.c[name] for name in names], (one.c.account_id == account_id, where))
