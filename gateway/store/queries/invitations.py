"""Read models of invitations: the list, and what a link is an invitation to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Role
from gateway.rules.invitations import Course, Rights, State, decide_state
from gateway.store.models import Account, Customer, CustomerGroup, Invitation, Staff, Ticket
from gateway.store.queries.groups import GroupRef
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position
from gateway.store.queries.tickets import CustomerRef
from gateway.store.types import MOST


@dataclass(frozen=True, slots=True)
class TicketRef:
    """The ticket that a guest is invited to."""

    number: int
    subject: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What a guest is invited to: one of the three, for staff none."""

    ticket: TicketRef | None = None
    customer: CustomerRef | None = None
    group: GroupRef | None = None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as who manages them sees it; `person` is the login of who accepted it.

    `groups` are those that staff without `sees_all` are given. `invited_by` is "" for an API token. While
    whoever sent it is shut out, one that was not accepted counts as revoked.
    """

    public_id: str
    state: State
    address: str
    name: str
    locale: str
    role: Role
    sees_all: bool
    groups: tuple[GroupRef, ...]
    shared: Shared
    rights: Rights
    until: datetime | None
    invited_by: str
    person: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """Which invitations of an account: of one who invited, in one state, to one ticket."""

    account_id: int
    invited_by_id: int | None = None
    state: State | None = None
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the holder of a link is invited to, while it can be accepted.

    `person_id` and `login` are of who has this address in the account already.
    """

    id: int
    account_id: int
    business: str
    invited_by: str
    address: str
    first_name: str
    last_name: str
    role: Role
    sees_all: bool
    groups: tuple[int, ...]
    shared: Shared
    rights: Rights
    until: datetime | None
    person_id: int | None
    login: str


def list_invitations(
    db: Session, wanted: InvitationFilter, *, now: datetime, after: str | None = None, limit: int = 50
) -> Page[InvitationView]:
    """A page of them, newest first; Invalid for a foreign cursor or a limit out of 1..200."""
    statement = _VIEWS.where(*_narrowed(wanted, now))
    if after:
        seen = position(after)
        older = and_(Invitation.created_at == seen.at, Invitation.id < seen.id)
        statement = statement.where(or_(Invitation.created_at < seen.at, older))
    newest = Invitation.created_at.desc(), Invitation.id.desc()
    rows = db.execute(statement.order_by(*newest).limit(check_limit(limit) + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = cursor(Position(last.created_at, last.id)) if last else None
    return Page(_as_views(db, wanted.account_id, rows[:limit], now), following)


def get_invitation(db: Session, wanted: InvitationFilter, public_id: str, *, now: datetime) -> InvitationView:
    """One of those; NotFound for any other."""
    statement = _VIEWS.where(*_narrowed(wanted, now), Invitation.public_id == public_id)
    found = db.execute(statement).first()
    if found is None:
        raise NotFound("There is no such invitation.")
    return _as_views(db, wanted.account_id, [found], now)[0]


def find_offer(db: Session, token_hash: str, *, now: datetime) -> Offer | None:
    """What the link with this secret leads to; None once it is used, revoked or too old.

    Also for who was invited before somebody shut them out.
    """
    found = db.execute(_OFFERS.where(Invitation.token_hash == token_hash, *can_be_accepted(now))).first()
    if found is None or found.deactivated_at is not None:
        return None
    row: Invitation = found.Invitation
    return Offer(
        id=row.id,
        account_id=row.account_id,
        business=found.business,
        invited_by=_name(found),
        address=row.address,
        first_name=row.first_name,
        last_name=row.last_name,
        role=Role(row.role),
        sees_all=row.sees_all,
        groups=tuple(row.groups),
        shared=_shared(found),
        rights=_rights(row),
        until=row.until,
        person_id=found.person_id,
        login=found.person or "",
    )


def can_be_accepted(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a link still leads in; not while whoever sent it is shut out."""
    return (
        ~_SENDER_IS_OUT,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
        or_(Invitation.until.is_(None), Invitation.until > now),
    )


def is_in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which an accepted invitation lets a guest see what it names."""
    return (
        Invitation.accepted_at.is_not(None),
        Invitation.revoked_at.is_(None),
        or_(Invitation.until.is_(None), Invitation.until > now),
    )


_SENDER_IS_OUT = (
    select(Staff.id).where(Staff.id == Invitation.invited_by_id, Staff.deactivated_at.is_not(None)).exists()
)
_IS_REVOKED = or_(Invitation.revoked_at.is_not(None), and_(Invitation.accepted_at.is_(None), _SENDER_IS_OUT))
_SHARED = (
    Ticket.number,
    Ticket.subject,
    Customer.public_id.label("customer_id"),
    Customer.name.label("customer_name"),
    CustomerGroup.public_id.label("group_id"),
    CustomerGroup.name.label("group_name"),
)
_INVITER = select(
    Staff.id, Staff.first_name, Staff.last_name, Staff.login, Staff.deactivated_at.label("left_at")
).subquery("inviter")
_PERSON = select(
    Staff.id, Staff.account_id, Staff.login, Staff.deactivated_at, func.lower(Staff.email).label("address")
).subquery("person")
_VIEWS = (
    select(
        Invitation,
        Invitation.id,
        Invitation.created_at,
        *_SHARED,
        _INVITER.c.first_name,
        _INVITER.c.last_name,
        _INVITER.c.login,
        _INVITER.c.left_at,
        _PERSON.c.login.label("person"),
    )
    .outerjoin(Ticket, Ticket.id == Invitation.ticket_id)
    .outerjoin(Customer, Customer.id == Invitation.customer_id)
    .outerjoin(CustomerGroup, CustomerGroup.id == Invitation.group_id)
    .outerjoin(_INVITER, _INVITER.c.id == Invitation.invited_by_id)
    .outerjoin(_PERSON, _PERSON.c.id == Invitation.staff_id)
)
_HAS_ADDRESS = and_(
    _PERSON.c.account_id == Invitation.account_id, _PERSON.c.address == func.lower(Invitation.address)
)
_OFFERS = (
    select(
        Invitation,
        Account.name.label("business"),
        *_SHARED,
        _INVITER.c.first_name,
        _INVITER.c.last_name,
        _INVITER.c.login,
        _PERSON.c.id.label("person_id"),
        _PERSON.c.login.label("person"),
        _PERSON.c.deactivated_at,
    )
    .join(Account, Account.id == Invitation.account_id)
    .outerjoin(Ticket, Ticket.id == Invitation.ticket_id)
    .outerjoin(Customer, Customer.id == Invitation.customer_id)
    .outerjoin(CustomerGroup, CustomerGroup.id == Invitation.group_id)
    .outerjoin(_INVITER, _INVITER.c.id == Invitation.invited_by_id)
    .outerjoin(_PERSON, _HAS_ADDRESS)
)


def _narrowed(wanted: InvitationFilter, now: datetime) -> list[ColumnElement[bool]]:
    found = [Invitation.account_id == wanted.account_id]
    if wanted.invited_by_id is not None:
        found += [Invitation.invited_by_id == wanted.invited_by_id, Invitation.ticket_id.is_not(None)]
    if wanted.ticket is not None:
        found.append(Ticket.number == min(wanted.ticket, MOST))
    match wanted.state:
        case State.OPEN:
            found += can_be_accepted(now)
        case State.ACCEPTED:
            found += is_in_force(now)
        case State.EXPIRED:
            link = and_(Invitation.accepted_at.is_(None), Invitation.expires_at <= now)
            found += [~_IS_REVOKED, or_(link, Invitation.until <= now)]
        case State.REVOKED:
            found.append(_IS_REVOKED)
        case None:
            pass
    return found


def _as_views(
    db: Session, account_id: int, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime
) -> tuple[InvitationView, ...]:
    groups = _groups(db, account_id, {group for row in rows for group in row.Invitation.groups})
    return tuple(_view(row, groups, now) for row in rows)


def _view(found: Row[*tuple[Any, ...]], groups: dict[int, GroupRef], now: datetime) -> InvitationView:
    row: Invitation = found.Invitation
    revoked_at = row.revoked_at or (found.left_at if row.accepted_at is None else None)
    return InvitationView(
        public_id=row.public_id,
        state=decide_state(Course(row.expires_at, row.accepted_at, revoked_at, row.until), now=now),
        address=row.address,
        name=f"{row.first_name} {row.last_name}".strip(),
        locale=row.locale,
        role=Role(row.role),
        sees_all=row.sees_all,
        groups=tuple(groups[one] for one in row.groups if one in groups),
        shared=_shared(found),
        rights=_rights(row),
        until=row.until,
        invited_by=_name(found),
        person=found.person,
        created_at=row.created_at,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        revoked_at=revoked_at,
    )


def _groups(db: Session, account_id: int, ids: set[int]) -> dict[int, GroupRef]:
    if not ids:
        return {}
    mine = CustomerGroup.account_id == account_id, CustomerGroup.id.in_(ids)
    columns = select(CustomerGroup.id, CustomerGroup.public_id, CustomerGroup.name)
    return {key: GroupRef(public_id, name) for key, public_id, name in db.execute(columns.where(*mine))}


def _shared(found: Row[*tuple[Any, ...]]) -> Shared:
    return Shared(
        ticket=None if found.number is None else TicketRef(found.number, found.subject),
        customer=None if found.customer_id is None else CustomerRef(found.customer_id, found.customer_name),
        group=None if found.group_id is None else GroupRef(found.group_id, found.group_name),
    )


def _rights(row: Invitation) -> Rights:
    return Rights(row.may_note, row.may_answer, row.may_join)


def _name(found: Row[*tuple[Any, ...]]) -> str:
    return f"{found.first_name or ''} {found.last_name or ''}".strip() or found.login or ""
