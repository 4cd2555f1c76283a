"""Inviting people: colleagues to work here, guests to a ticket, a customer or a group.

The link holds its secret behind `#`, as those of `desk.mailedlinks`. Its mail names nothing that whoever
gets it by a slip in the address should not read: a ticket's number, no subject, no customer.

Who manages the account invites everybody; staff invite guests to a single ticket, and manage what they sent.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.desk import auditing, bounding, customers, groups
from gateway.desk.auditing import Kind, What
from gateway.desk.invitations import checked_until, held_row_of, over, row_of
from gateway.desk.notices import write_notice
from gateway.errors import Conflict, Invalid, TooMany
from gateway.i18n import DEFAULT_LOCALE, LOCALES
from gateway.ids import hash_secret, new_public_id, new_secret
from gateway.mail.addressing import writable_address
from gateway.rules.access import Actor, Permission, Role, require
from gateway.rules.invitations import LASTS, READING, Rights, last_day
from gateway.store import automatic, deliveries, tickets
from gateway.store.audit import Ref
from gateway.store.blobs import BlobStore
from gateway.store.models import Account, Invitation, Mailbox, Staff
from gateway.store.queries.invitations import can_be_accepted, is_in_force

PATH = "/invitation"
MAX_NAME_CHARS = 100
MAX_OPEN = 200
MAX_AN_HOUR = 60
MAX_TO_ONE_AN_HOUR = 5
"""Counted over all accounts: nobody is flooded by many of them."""

_HOUR = timedelta(hours=1)
_INVITED = (Role.ADMIN, Role.STAFF)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom the mail goes to, and in which language; names may be empty."""

    address: str
    first_name: str = ""
    last_name: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class StaffInvite:
    """Somebody who is to work here; without `sees_all` for the customers of some groups, by public id."""

    who: Invited
    role: Role = Role.STAFF
    sees_all: bool = True
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuestInvite:
    """Somebody who is to see one ticket, or all of a customer or a group, until a day is over."""

    who: Invited
    ticket: int | None = None
    customer: str | None = None
    group: str | None = None
    rights: Rights = READING
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """What writing the mail needs to know of the installation; `key` hashes addresses that are counted."""

    base_url: str
    mail_domain: str
    blobs: BlobStore
    key: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A written invitation: what is to be kept of it, and its mail, whose bytes are durable."""

    address: str
    address_hash: str
    raw_sha256: str
    values: dict[str, Any]


def write(db: Session, by: Actor, invite: StaffInvite | GuestInvite, *, post: Post, now: datetime) -> Letter:
    """Write an invitation; nothing is recorded, and its link is worth nothing, before `send`.

    Invalid names the field at fault; NotFound for a foreign ticket, customer or group.
    """
    require(by, Permission.SEND_MAIL)
    values: dict[str, Any] = {"invited_by_id": by.staff_id}
    if isinstance(invite, StaffInvite):
        require(by, Permission.MANAGE_ACCOUNT)
        values |= _for_staff(db, by, invite)
    else:
        require(by, Permission.WORK_TICKETS if invite.ticket is not None else Permission.MANAGE_ACCOUNT)
        values |= _for_guest(db, by, invite, now)
    return _written(db, by, values | _whom(db, by, invite.who), post=post, now=now)


def send(db: Session, by: Actor, letter: Letter, *, now: datetime) -> str:
    """Keep the invitation and let its mail go; its public id.

    Conflict where the address is invited to the same already or works here, no more may work here, or too
    many invitations are open; TooMany for too many mails in an hour, of the account or to this address.
    """
    _one_at_a_time(db, by.account_id)
    if letter.values["role"] != Role.GUEST.value:
        bounding.check_room_for_staff(db, by.account_id)
    _refuse_known(db, by.account_id, letter, now)
    _refuse_too_many(db, by.account_id, now)
    _owe(db, by, letter, now)
    made = Invitation(
        public_id=new_public_id(),
        account_id=by.account_id,
        created_at=now,
        expires_at=now + LASTS,
        **letter.values,
    )
    db.add(made)
    db.flush()
    subject = Ref(What.INVITATION.value, made.public_id)
    auditing.note(db, by, Kind.INVITED, subject, now=now, role=made.role)
    return made.public_id


def write_again(db: Session, by: Actor, public_id: str, *, post: Post, now: datetime) -> Letter:
    """Write the mail of an invitation anew, with another link; NotFound for one that is not theirs.

    Conflict once it was accepted or revoked, or the day has passed until which it was meant.
    """
    require(by, Permission.SEND_MAIL)
    row = row_of(db, by, public_id)
    if row.accepted_at is not None or row.revoked_at is not None:
        raise over()
    if row.until is not None and row.until <= now:
        raise Conflict("The day has passed until which this invitation was meant. Please choose another.")
    kept = ("address", "first_name", "role", "locale", "ticket_id", "customer_id", "group_id", "until")
    return _written(db, by, {name: getattr(row, name) for name in kept}, post=post, now=now)


def send_again(db: Session, by: Actor, public_id: str, letter: Letter, *, now: datetime) -> None:
    """Let the new link be good and its mail go; the old one is dead. Errors as for `send`.

    It is by whoever sends it now: mail and page name the same person.
    """
    _one_at_a_time(db, by.account_id)
    row = held_row_of(db, by, public_id)
    if row.accepted_at is not None or row.revoked_at is not None:
        raise over()
    if row.expires_at <= now:
        _refuse_too_many(db, by.account_id, now)
    _owe(db, by, letter, now)
    row.token_hash, row.expires_at = letter.values["token_hash"], now + LASTS
    row.invited_by_id = by.staff_id
    db.flush()
    auditing.note(db, by, Kind.INVITED_AGAIN, Ref(What.INVITATION.value, public_id), now=now)


def _for_staff(db: Session, by: Actor, invite: StaffInvite) -> dict[str, Any]:
    if invite.role not in _INVITED:
        raise Invalid("Invite somebody as admin or as staff.", field="role")
    sees_all = invite.sees_all or invite.role is Role.ADMIN
    ids = [] if sees_all else sorted({groups.id_of(db, by.sight, one) for one in invite.groups})
    if not sees_all and not ids:
        raise Invalid("Please choose at least one group.", field="groups")
    return {"role": invite.role.value, "sees_all": sees_all, "groups": ids}


def _for_guest(db: Session, by: Actor, invite: GuestInvite, now: datetime) -> dict[str, Any]:
    named = [one for one in (invite.ticket, invite.customer, invite.group) if one is not None]
    if len(named) != 1:
        raise Invalid("Invite a guest to one ticket, one customer or one group.", field="ticket")
    values: dict[str, Any] = {"role": Role.GUEST.value, "sees_all": False, "groups": []}
    if invite.ticket is not None:
        values["ticket_id"] = tickets.stand(db, by.sight, invite.ticket).id
    elif invite.customer is not None:
        values["customer_id"] = customers.id_of(db, by.sight, invite.customer)
    elif invite.group is not None:
        values["group_id"] = groups.id_of(db, by.sight, invite.group)
    return values | asdict(invite.rights) | {"until": checked_until(invite.until, now)}


def _whom(db: Session, by: Actor, who: Invited) -> dict[str, Any]:
    address = writable_address(who.address.strip())
    own = Mailbox.account_id == by.account_id, func.lower(Mailbox.address) == address.lower()
    if db.execute(select(Mailbox.id).where(*own)).first():
        raise Invalid("This is the address of a mailbox here. Please name a person's own.", field="address")
    names = {"first_name": _name(who.first_name), "last_name": _name(who.last_name)}
    return {"address": address, "locale": who.locale if who.locale in LOCALES else "", **names}


def _name(typed: str) -> str:
    return " ".join(typed.replace("\0", "").split())[:MAX_NAME_CHARS]


def _written(db: Session, by: Actor, values: dict[str, Any], *, post: Post, now: datetime) -> Letter:
    secret = new_secret()
    business = db.execute(select(Account.name).where(Account.id == by.account_id)).scalar_one()
    locale, until = values["locale"], values.get("until")
    ticket_id = values.get("ticket_id")
    raw = write_notice(
        "invitation",
        to=values["address"],
        locale=locale,
        mail_domain=post.mail_domain,
        now=now,
        person=values["first_name"],
        business=" ".join(business.split()),
        inviter=" ".join(by.name.split()) if by.staff_id is not None else "",
        role=values["role"],
        ticket=tickets.stand_by_id(db, by.account_id, ticket_id).number if ticket_id else None,
        is_group=values.get("group_id") is not None,
        until=format_date(last_day(until), "long", locale=locale or DEFAULT_LOCALE) if until else "",
        address=values["address"],
        days=LASTS.days,
        url=f"{post.base_url}{PATH}#{secret}",
        privacy=f"{post.base_url}/privacy",
    )
    return Letter(
        values["address"],
        automatic.digest_of(post.key, values["address"].lower()),
        post.blobs.put(raw).sha256,
        {**values, "token_hash": hash_secret(secret)},
    )


def _one_at_a_time(db: Session, account_id: int) -> None:
    """Whoever invites in the account meanwhile waits: two of them must not both find room."""
    db.execute(select(Account.id).where(Account.id == account_id).with_for_update())


def _refuse_known(db: Session, account_id: int, letter: Letter, now: datetime) -> None:
    """Conflict for who is here or invited to the same already."""
    is_guest = letter.values["role"] == Role.GUEST.value
    here = Staff.account_id == account_id, func.lower(Staff.email) == letter.address.lower()
    for role, left_at in db.execute(select(Staff.role, Staff.deactivated_at).where(*here)):
        if left_at is not None:
            raise Conflict("Somebody with this address is deactivated here. Please activate them again.")
        if role != Role.GUEST.value:
            raise Conflict("Somebody with this address works here already.")
    named = ("ticket_id", "customer_id", "group_id")
    same = [getattr(Invitation, name) == letter.values[name] for name in named if letter.values.get(name)]
    same += [Invitation.account_id == account_id, func.lower(Invitation.address) == letter.address.lower()]
    same.append((Invitation.role == Role.GUEST.value) == is_guest)
    for holds in (can_be_accepted(now), is_in_force(now)) if is_guest else (can_be_accepted(now),):
        if db.execute(select(Invitation.id).where(*same, *holds)).first():
            raise Conflict("This address is invited to this already.")


def _refuse_too_many(db: Session, account_id: int, now: datetime) -> None:
    """Conflict where as many as may be are open."""
    are_open = select(func.count()).where(Invitation.account_id == account_id, *can_be_accepted(now))
    if db.execute(are_open).scalar_one() >= MAX_OPEN:
        raise Conflict(f"An account has at most {MAX_OPEN} open invitations.")


def _owe(db: Session, by: Actor, letter: Letter, now: datetime) -> None:
    """Owe the mail; TooMany where it would be one too many."""
    to_them = automatic.remembered(db, letter.address_hash, now=now).in_last_hour
    sent = automatic.sent_since(db, by.account_id, automatic.Kind.INVITATION, now - _HOUR)
    if to_them >= MAX_TO_ONE_AN_HOUR or len(sent) >= MAX_AN_HOUR:
        wait = sent[0] + _HOUR - now if sent else _HOUR
        raise TooMany(
            "These are too many invitations in an hour. Please wait.", retry_after=int(wait.total_seconds())
        )
    automatic.note(db, by.account_id, letter.address_hash, automatic.Kind.INVITATION, now=now)
    deliveries.queue_notice(
        db, account_id=by.account_id, recipient=letter.address, raw_sha256=letter.raw_sha256, now=now
    )
