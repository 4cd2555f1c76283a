"""Read models of remote sessions: those of a ticket, those that run, and what a link leads to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from gateway.rules.access import Role, Sight
from gateway.rules.remote import Scope, State, Way, Why, known, plain
from gateway.rules.systems import Presence
from gateway.store import seeing
from gateway.store.models import (
    Account,
    Customer,
    RemoteSession,
    RemoteSystem,
    RemoteVisit,
    Staff,
    Ticket,
    WebSession,
)
from gateway.store.queries.staff import full_name

MOST_SHOWN = 50
"""Sessions of one ticket that a page shows, the newest first."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """Somebody who was there, by login; "" for who is gone from the account."""

    login: str
    joined_at: datetime
    left_at: datetime | None
    controlled: bool


@dataclass(frozen=True, slots=True)
class SystemRef:
    """The installed system that a session was made for."""

    public_id: str
    name: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class RemoteView:
    """A session as staff see it; `made_by` is a login, "" for an API token.

    `code_expires_at` is of the digits for the phone, None once they are used; `relay_url` where both sides
    meet, None as long as none has come. `system` is None for one that has a link.
    """

    id: int
    public_id: str
    number: int
    subject: str
    customer: str
    made_by: str
    asked: tuple[Scope, ...]
    granted: tuple[Scope, ...]
    state: State
    way: Way | None
    relay_url: str | None
    code_expires_at: datetime | None
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    consented_at: datetime | None
    ended_at: datetime | None
    why: Why | None
    visits: tuple[VisitView, ...]
    system: SystemRef | None = None

    @property
    def is_on(self) -> bool:
        """Whether it has not ended."""
        return self.state is not State.ENDED


@dataclass(frozen=True, slots=True)
class Course:
    """A session as its link or its relay finds it, with the names that are told to the customer.

    `who` is "" where an API token made it, `mail_key` makes the ticket's reply address.
    """

    id: int
    account_id: int
    public_id: str
    ticket_id: int
    number: int
    subject: str
    business: str
    mail_key: bytes
    who: str
    asked: tuple[Scope, ...]
    granted: tuple[Scope, ...]
    state: State
    why: Why | None
    has_host: bool
    is_for_system: bool
    relay_url: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody with an open visit, and what decides whether they may stay."""

    session_id: int
    public_id: str
    ticket_id: int
    web_session_id: int
    staff_id: int
    account_id: int
    role: Role
    sees_all: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who comes in by a pass."""

    name: str
    role: Role
    sees_all: bool


def list_of_ticket(db: Session, sight: Sight, ticket_id: int) -> tuple[RemoteView, ...]:
    """The newest sessions of a ticket."""
    here = _VIEWS.of(sight).where(RemoteSession.ticket_id == ticket_id)
    return _views(db, sight, here.order_by(RemoteSession.id.desc()).limit(MOST_SHOWN))


def list_running(db: Session, sight: Sight, *, limit: int) -> tuple[RemoteView, ...]:
    """Sessions that have not ended, the newest first."""
    running = _VIEWS.of(sight).where(RemoteSession.state != State.ENDED.value)
    return _views(db, sight, running.order_by(RemoteSession.id.desc()).limit(limit))


def list_of_customer(db: Session, sight: Sight, customer_id: int, *, limit: int) -> tuple[RemoteView, ...]:
    """A customer's newest sessions that anybody came to."""
    theirs = Ticket.customer_id == customer_id, RemoteSession.opened_at.is_not(None)
    held = _VIEWS.of(sight).where(*theirs)
    return _views(db, sight, held.order_by(RemoteSession.id.desc()).limit(limit))


def list_of_system(db: Session, sight: Sight, system_id: int, *, limit: int) -> tuple[RemoteView, ...]:
    """The newest sessions with a system."""
    held = _VIEWS.of(sight).where(RemoteSession.system_id == system_id)
    return _views(db, sight, held.order_by(RemoteSession.id.desc()).limit(limit))


def open_of_system(db: Session, account_id: int, system_id: int) -> tuple[int, ...]:
    """The sessions with a system that have not ended."""
    theirs = RemoteSession.account_id == account_id, RemoteSession.system_id == system_id
    on = RemoteSession.state != State.ENDED.value
    return tuple(db.execute(select(RemoteSession.id).where(*theirs, on)).scalars())


def system_name_of(db: Session, session_id: int) -> str:
    """What the system of a session is called; "" for one with a link."""
    theirs = RemoteSession.system_id == RemoteSystem.id, RemoteSession.account_id == RemoteSystem.account_id
    named = select(RemoteSystem.name).join(RemoteSession, and_(*theirs))
    return db.execute(named.where(RemoteSession.id == session_id)).scalar() or ""


def find(db: Session, sight: Sight, public_id: str) -> RemoteView | None:
    """One session; None for one that they do not see."""
    found = _views(db, sight, _VIEWS.of(sight).where(RemoteSession.public_id == public_id))
    return found[0] if found else None


def find_by_token(db: Session, token_hash: bytes) -> Course | None:
    """The session that a link's token leads to, in whichever account."""
    return _course(db, RemoteSession.token_hash == token_hash.hex())


def find_course(db: Session, session_id: int) -> Course | None:
    """The session with this key."""
    return _course(db, RemoteSession.id == session_id)


def sealed_secret_of(db: Session, account_id: int, session_id: int) -> str | None:
    """What is kept of a session's secret; None once it has ended."""
    mine = RemoteSession.account_id == account_id, RemoteSession.id == session_id
    return db.execute(select(RemoteSession.sealed_secret).where(*mine)).scalar()


def ends_of(db: Session, session_ids: Collection[int], *, now: datetime) -> Mapping[int, Why]:
    """Which of these are over, and why; what is not there any more was revoked."""
    columns = RemoteSession.id, RemoteSession.state, RemoteSession.why, RemoteSession.expires_at
    ended = dict.fromkeys(session_ids, Why.REVOKED)
    for row in db.execute(select(*columns).where(RemoteSession.id.in_(session_ids))):
        if row.state == State.ENDED.value:
            ended[row.id] = Why(row.why)
        elif row.expires_at <= now:
            ended[row.id] = Why.EXPIRED
        else:
            del ended[row.id]
    return ended


def signed_in_of(db: Session, web_session_ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Which of these sign-ins hold still."""
    holds = WebSession.expires_at > now, Staff.deactivated_at.is_(None)
    found = select(WebSession.id).join(Staff, Staff.id == WebSession.staff_id)
    return frozenset(db.execute(found.where(WebSession.id.in_(web_session_ids), *holds)).scalars())


def lookers(db: Session, session_ids: Collection[int]) -> Sequence[Looking]:
    """Who is in these sessions and does not see all of their account by their role."""
    there = (
        select(
            RemoteVisit.session_id,
            RemoteSession.public_id,
            RemoteSession.ticket_id,
            RemoteVisit.web_session_id,
            Staff.id,
            Staff.account_id,
            Staff.role,
            Staff.sees_all,
        )
        .join(RemoteSession, RemoteSession.id == RemoteVisit.session_id)
        .join(Staff, Staff.id == RemoteVisit.staff_id)
        .where(RemoteVisit.session_id.in_(session_ids), RemoteVisit.left_at.is_(None))
        .where(RemoteVisit.web_session_id.is_not(None))
    )
    narrow = (row for row in db.execute(there) if row.role == Role.GUEST.value or not row.sees_all)
    return tuple(
        Looking(
            row.session_id,
            row.public_id,
            row.ticket_id,
            row.web_session_id or 0,
            row.id,
            row.account_id,
            Role(row.role),
            row.sees_all,
        )
        for row in narrow
    )


def find_person(db: Session, staff_id: int) -> Person | None:
    """Who they are; None for who is deactivated."""
    active = Staff.id == staff_id, Staff.deactivated_at.is_(None)
    row = db.execute(select(*_NAMES, Staff.role, Staff.sees_all).where(*active)).first()
    return Person(_shown(*row[:3]), Role(row.role), row.sees_all) if row else None


def _shown(first_name: str, last_name: str, login: str) -> str:
    """A name that can be seen: it tells the other side by whom they are."""
    return full_name(plain(first_name), plain(last_name), login)


def logins_of(db: Session, session_id: int) -> tuple[str, ...]:
    """Who was there, in the order in which they came."""
    there = select(Staff.login).join(RemoteVisit, RemoteVisit.staff_id == Staff.id)
    mine = there.where(RemoteVisit.session_id == session_id).order_by(RemoteVisit.id)
    return tuple(dict.fromkeys(db.execute(mine).scalars()))


_NAMES = (Staff.first_name, Staff.last_name, Staff.login)
_STATE = (
    RemoteSession.id,
    RemoteSession.public_id,
    RemoteSession.asked,
    RemoteSession.granted,
    RemoteSession.state,
    RemoteSession.why,
    RemoteSession.relay_url,
    RemoteSession.expires_at,
    Ticket.number,
    Ticket.subject,
)
_VIEWS = seeing.Scoped(
    select(
        *_STATE,
        Customer.name.label("customer"),
        Staff.login,
        RemoteSession.way,
        RemoteSession.code_hash,
        RemoteSession.code_expires_at,
        RemoteSession.made_at,
        RemoteSession.opened_at,
        RemoteSession.consented_at,
        RemoteSession.ended_at,
        RemoteSystem.public_id.label("system"),
        RemoteSystem.name.label("system_name"),
        RemoteSystem.relay_url.label("system_relay_url"),
        RemoteSystem.seen_at.label("system_seen_at"),
    )
    .join(Ticket, Ticket.id == RemoteSession.ticket_id)
    .outerjoin(Customer, Customer.id == Ticket.customer_id)
    .outerjoin(Staff, Staff.id == RemoteSession.made_by_id)
    .outerjoin(
        RemoteSystem,
        and_(
            RemoteSystem.id == RemoteSession.system_id,
            RemoteSystem.account_id == RemoteSession.account_id,
        ),
    )
    .where(RemoteSession.account_id == bindparam("account")),
    within=seeing.TICKETS,
)
_COURSES = (
    select(
        *_STATE,
        RemoteSession.account_id,
        RemoteSession.ticket_id,
        RemoteSession.host_key_hash,
        RemoteSession.system_id,
        Account.name.label("business"),
        Account.mail_key,
        *_NAMES,
    )
    .join(Ticket, Ticket.id == RemoteSession.ticket_id)
    .join(Account, Account.id == RemoteSession.account_id)
    .outerjoin(Staff, Staff.id == RemoteSession.made_by_id)
)


def _course(db: Session, where: ColumnElement[bool]) -> Course | None:
    row = db.execute(_COURSES.where(where)).first()
    if row is None:
        return None
    return Course(
        id=row.id,
        account_id=row.account_id,
        public_id=row.public_id,
        ticket_id=row.ticket_id,
        number=row.number,
        subject=row.subject,
        business=row.business,
        mail_key=row.mail_key,
        who="" if row.login is None else _shown(row.first_name, row.last_name, row.login),
        asked=known(row.asked),
        granted=known(row.granted),
        state=State(row.state),
        why=Why(row.why) if row.why else None,
        has_host=row.host_key_hash is not None,
        is_for_system=row.system_id is not None,
        relay_url=row.relay_url,
        expires_at=row.expires_at,
    )


def _views(db: Session, sight: Sight, wanted: Select[*tuple[Any, ...]]) -> tuple[RemoteView, ...]:
    rows = db.execute(wanted, seeing.values(sight)).all()
    visits = _visits(db, [row.id for row in rows])
    return tuple(_view(row, visits[row.id]) for row in rows)


def _view(row: Row[*tuple[Any, ...]], visits: Iterable[VisitView]) -> RemoteView:
    return RemoteView(
        id=row.id,
        public_id=row.public_id,
        number=row.number,
        subject=row.subject,
        customer=row.customer or "",
        made_by=row.login or "",
        asked=known(row.asked),
        granted=known(row.granted),
        state=State(row.state),
        way=Way(row.way) if row.way else None,
        relay_url=row.relay_url,
        code_expires_at=row.code_expires_at if row.code_hash else None,
        made_at=row.made_at,
        expires_at=row.expires_at,
        opened_at=row.opened_at,
        consented_at=row.consented_at,
        ended_at=row.ended_at,
        why=Why(row.why) if row.why else None,
        visits=tuple(visits),
        system=_system(row) if row.system else None,
    )


def _system(row: Row[*tuple[Any, ...]]) -> SystemRef:
    presence = Presence(row.system_relay_url, row.system_seen_at)
    return SystemRef(row.system, row.system_name, presence)


def _visits(db: Session, session_ids: Sequence[int]) -> Mapping[int, list[VisitView]]:
    found: defaultdict[int, list[VisitView]] = defaultdict(list)
    if not session_ids:
        return found
    told = RemoteVisit.session_id, Staff.login, RemoteVisit.joined_at, RemoteVisit.left_at
    there = select(*told, RemoteVisit.controlled).outerjoin(Staff, Staff.id == RemoteVisit.staff_id)
    for row in db.execute(there.where(RemoteVisit.session_id.in_(session_ids)).order_by(RemoteVisit.id)):
        found[row.session_id].append(VisitView(row.login or "", *row[2:]))
    return found
