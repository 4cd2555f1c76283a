"""What an erasure takes, as conditions on the rows that are there now.

Whole tickets go: those that the person or company asked in. Of tickets that others asked in their own mails
go, and what is kept by their address.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, union
from sqlalchemy.orm import Session

from gateway.mail.addressing import domain_to_unicode
from gateway.rules.doubts import Outcome
from gateway.rules.erasure import ErasureKind, Scope
from gateway.rules.remote import State as RemoteState
from gateway.rules.status import ArticleKind
from gateway.store.models import (
    Account,
    Article,
    Attachment,
    Contact,
    ContactAddress,
    Customer,
    CustomerDomain,
    Intake,
    Participant,
    Quarantined,
    RemoteSession,
    RemoteSystem,
    Ticket,
)

Addresses = Sequence[str] | Select[str]
"""As they are compared: lower-case."""


@dataclass(frozen=True, slots=True)
class Going:
    """The keys of what goes by itself; what hangs on it goes with it.

    `articles` are single messages in tickets that stay, `intakes` mails that became no message.
    """

    tickets: Select[int]
    articles: Select[int]
    files: Select[int]
    sessions: Select[int]
    intakes: Select[int]
    contacts: Select[int]
    customers: Select[int]
    systems: Select[int]


def is_there(db: Session, account_id: int, scope: Scope) -> bool:
    """Whether there is what the scope names (still) in the account; a time or an account always is."""
    match scope.kind:
        case ErasureKind.CONTACT:
            found = contacts_of(account_id, scope)
        case ErasureKind.CUSTOMER:
            found = _customer(account_id, scope)
        case ErasureKind.TICKET:
            found = _ticket(account_id, scope)
        case ErasureKind.ATTACHMENT:
            found = _attachment(account_id, scope)
        case _:
            found = select(Account.id).where(Account.id == account_id)
    return db.execute(found).first() is not None


def contacts_of(account_id: int, scope: Scope) -> Select[int]:
    """The contact with those that became part of it, or all of a customer."""
    mine = Contact.account_id == account_id
    if scope.kind is ErasureKind.CUSTOMER:
        return select(Contact.id).where(mine, Contact.customer_id.in_(_customer(account_id, scope)))
    if scope.kind is not ErasureKind.CONTACT:
        return _none()
    # Of one that became part of another, the other: to it every page leads.
    one = select(func.coalesce(Contact.merged_into_id, Contact.id)).where(
        mine, Contact.public_id == scope.public_id
    )
    return select(Contact.id).where(mine, or_(Contact.id.in_(one), Contact.merged_into_id.in_(one)))


def addresses_of(db: Session, account_id: int, scope: Scope) -> Sequence[str]:
    """The person's addresses in all spellings, and those that wrote from a customer's domains."""
    contacts = contacts_of(account_id, scope)
    mine = ContactAddress.account_id == account_id
    known = select(ContactAddress.address).where(mine, ContactAddress.contact_id.in_(contacts))
    found = set(db.execute(known).scalars())
    customers = _customer(account_id, scope) if scope.kind is ErasureKind.CUSTOMER else None
    if customers is not None:
        domains = select(CustomerDomain.domain).where(CustomerDomain.customer_id.in_(customers))
        foreign = select(ContactAddress.address).where(mine, ContactAddress.contact_id.not_in(contacts))
        for domain in db.execute(domains).scalars().all():
            found |= _writers_from(db, account_id, domain, foreign)
    return sorted(found | {_spelt(address) for address in found})


def going(account_id: int, scope: Scope, addresses: Addresses) -> Going:
    """What goes, for the addresses that `addresses_of` found."""
    tickets = _with_merged(account_id, _tickets(account_id, scope, addresses))
    is_person = scope.kind in (ErasureKind.CONTACT, ErasureKind.CUSTOMER)
    customers = _customer(account_id, scope) if scope.kind is ErasureKind.CUSTOMER else _none()
    systems = select(RemoteSystem.id).where(RemoteSystem.customer_id.in_(customers))
    if scope.kind is ErasureKind.ACCOUNT:
        systems = select(RemoteSystem.id).where(RemoteSystem.account_id == account_id)
        customers = select(Customer.id).where(Customer.account_id == account_id)
    return Going(
        tickets=tickets,
        articles=_articles(account_id, addresses, tickets) if is_person else _none(),
        files=_files(account_id, scope),
        sessions=_sessions(account_id, scope),
        intakes=_intakes(account_id, scope, addresses),
        contacts=(
            select(Contact.id).where(Contact.account_id == account_id)
            if scope.kind is ErasureKind.ACCOUNT
            else contacts_of(account_id, scope)
        ),
        customers=customers,
        systems=systems,
    )


def _tickets(account_id: int, scope: Scope, addresses: Addresses) -> Select[int]:
    mine = Ticket.account_id == account_id
    match scope.kind:
        case ErasureKind.ACCOUNT:
            return select(Ticket.id).where(mine)
        case ErasureKind.TICKET:
            return _ticket(account_id, scope)
        case ErasureKind.RANGE:
            since = [Ticket.updated_at >= scope.begin] if scope.begin else []
            until = [Ticket.updated_at < scope.end] if scope.end else []
            states = [status.value for status in scope.statuses]
            of_state = [Ticket.status.in_(states)] if states else []
            return select(Ticket.id).where(mine, Ticket.merged_into_id.is_(None), *since, *until, *of_state)
        case ErasureKind.CONTACT | ErasureKind.CUSTOMER:
            return select(Ticket.id).where(mine, _asked_in(account_id, scope, addresses))
        case _:
            return _none()


def _asked_in(account_id: int, scope: Scope, addresses: Addresses) -> ColumnElement[bool]:
    contacts = contacts_of(account_id, scope)
    by_nobody_known = and_(Ticket.contact_id.is_(None), func.lower(Ticket.requester_address).in_(addresses))
    theirs = or_(Ticket.contact_id.in_(contacts), by_nobody_known)
    if scope.kind is ErasureKind.CONTACT:
        return theirs
    elsewhere = select(Contact.id).where(
        Contact.account_id == account_id,
        Contact.customer_id.is_not(None),
        Contact.customer_id.not_in(_customer(account_id, scope)),
    )
    asked_by_others = and_(Ticket.contact_id.is_not(None), Ticket.contact_id.in_(elsewhere))
    return or_(theirs, and_(Ticket.customer_id.in_(_customer(account_id, scope)), ~asked_by_others))


def _with_merged(account_id: int, tickets: Select[int]) -> Select[int]:
    """With those that became part of one of them: they are empty but for the subject and who asked."""
    mine = Ticket.account_id == account_id
    return select(Ticket.id).where(mine, or_(Ticket.id.in_(tickets), Ticket.merged_into_id.in_(tickets)))


def _articles(account_id: int, addresses: Addresses, tickets: Select[int]) -> Select[int]:
    return select(Article.id).where(
        Article.account_id == account_id,
        Article.kind == ArticleKind.INBOUND.value,
        func.lower(Article.from_address).in_(addresses),
        Article.ticket_id.not_in(tickets),
    )


def _files(account_id: int, scope: Scope) -> Select[int]:
    """The file, and the same one wherever else it is in its ticket: what handed it on, or quoted it."""
    if scope.kind is not ErasureKind.ATTACHMENT:
        return _none()
    one = _attachment(account_id, scope)
    ticket = select(Article.ticket_id).join(Attachment).where(Attachment.id.in_(one))
    content = select(Attachment.sha256).where(Attachment.id.in_(one))
    return (
        select(Attachment.id)
        .join(Article, Article.id == Attachment.article_id)
        .where(Article.ticket_id.in_(ticket), Attachment.sha256.in_(content))
    )


def _sessions(account_id: int, scope: Scope) -> Select[int]:
    if scope.kind is not ErasureKind.REMOTE:
        return _none()
    since = [RemoteSession.ended_at >= scope.begin] if scope.begin else []
    until = [RemoteSession.ended_at < scope.end] if scope.end else []
    ended = RemoteSession.account_id == account_id, RemoteSession.state == RemoteState.ENDED.value
    return select(RemoteSession.id).where(*ended, *since, *until)


def _intakes(account_id: int, scope: Scope, addresses: Addresses) -> Select[int]:
    """Mails of theirs that are no message: in quarantine, not filed, thrown away."""
    mine = Intake.account_id == account_id
    if scope.kind is ErasureKind.ACCOUNT:
        return select(Intake.id).where(mine)
    if scope.kind is ErasureKind.QUARANTINE:
        since = [Quarantined.arrived_at >= scope.begin] if scope.begin else []
        until = [Quarantined.arrived_at < scope.end] if scope.end else []
        not_let_in = Quarantined.outcome != Outcome.RELEASED.value
        return select(Quarantined.intake_id).where(
            Quarantined.account_id == account_id, not_let_in, *since, *until
        )
    if scope.kind not in (ErasureKind.CONTACT, ErasureKind.CUSTOMER):
        return _none()
    held = select(Quarantined.intake_id).where(
        Quarantined.account_id == account_id, func.lower(Quarantined.from_address).in_(addresses)
    )
    filed = select(Article.intake_id).where(Article.account_id == account_id, Article.intake_id.is_not(None))
    sent = and_(func.lower(Intake.mail_from).in_(addresses), Intake.id.not_in(filed))
    return select(Intake.id).where(mine, or_(Intake.id.in_(held), sent))


def _customer(account_id: int, scope: Scope) -> Select[int]:
    return select(Customer.id).where(Customer.account_id == account_id, Customer.public_id == scope.public_id)


def _ticket(account_id: int, scope: Scope) -> Select[int]:
    """By its number; of one that was merged, the one that it leads to."""
    number = int(scope.public_id) if scope.public_id.isdecimal() and len(scope.public_id) < 16 else 0
    leads_to = func.coalesce(Ticket.merged_into_id, Ticket.id)
    return select(leads_to).where(Ticket.account_id == account_id, Ticket.number == number)


def _attachment(account_id: int, scope: Scope) -> Select[int]:
    mine = Attachment.account_id == account_id, Attachment.public_id == scope.public_id
    return select(Attachment.id).where(*mine)


def _writers_from(db: Session, account_id: int, domain: str, foreign: Select[str]) -> set[str]:
    """Who wrote from a domain and is nobody else's contact."""
    spellings = dict.fromkeys((domain, domain_to_unicode(domain)))
    columns = (
        (Article.account_id, Article.from_address),
        (Quarantined.account_id, Quarantined.from_address),
        (Intake.account_id, Intake.mail_from),
        (Participant.account_id, Participant.address),
    )
    looks = [
        select(func.lower(column).label("address")).where(
            account == account_id, func.lower(column).endswith(f"@{spelt}", autoescape=True)
        )
        for account, column in columns
        for spelt in spellings
    ]
    found = union(*looks).subquery()
    return set(db.execute(select(found.c.address).where(found.c.address.not_in(foreign))).scalars())


def _spelt(address: str) -> str:
    """As a mail may spell it whose domain we keep in ASCII (RFC 5890, 2.3.2.1)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain_to_unicode(domain)}" if "xn--" in domain else address


def _none() -> Select[int]:
    return select(literal(0)).where(false())
