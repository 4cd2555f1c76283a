"""Installed systems: enrolled for a customer, there or not, asked for a session, removed.

docs/remote-protocol.md, section 8. `key_of`, `come`, `leave`, `still_here` and `calls` are the relay's, which
serves all accounts.
"""

import base64
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import auditing, customers, remote, systemcalls
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Gone, Invalid, NotFound
from gateway.ids import new_public_id, new_secret, new_short_code
from gateway.rules.access import Actor, Permission, require
from gateway.rules.remote import Scope, Why, known, link_of, ordered
from gateway.rules.systems import (
    CALL_LASTS,
    KEY_BYTES,
    MAX_NAME_CHARS,
    MAX_PLATFORM_CHARS,
    code_of,
    in_groups,
    plain,
    what_is_proved,
)
from gateway.store import announcing, tickets
from gateway.store import systems as rows
from gateway.store.audit import NewEntry, Ref
from gateway.store.queries import remote as sessions
from gateway.store.queries import systems as queries
from gateway.store.queries.remote import RemoteView
from gateway.store.queries.systems import SystemView
from gateway.store.remote import NewSession
from gateway.store.sealed import Seal

MAX_OF_CUSTOMER = 200
"""Systems of one customer, with those that may yet come by codes."""

MOST_SESSIONS_SHOWN = 20
UNKNOWN = "There is no such system."
REMOVED = "This system was removed."


@dataclass(frozen=True, slots=True)
class SystemSeat:
    """What the relay needs to know of a system; `sign_key` is by Ed25519, `box_key` by X25519."""

    id: int
    public_id: str
    name: str
    business: str
    customer: str
    sign_key: bytes
    box_key: bytes


@dataclass(frozen=True, slots=True)
class Calls:
    """What a relay tells its systems: which were removed, and (system, session, sealed link) of calls."""

    removed: frozenset[int]
    calls: tuple[tuple[int, str, bytes], ...]


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code for enrolling in its groups; it is shown once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an enrolling system says of itself; `proof` is its signature of all but the names."""

    code: str
    name: str
    platform: str
    sign_key: bytes
    box_key: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an enrolled system is told."""

    public_id: str
    business: str
    customer: str


def key_of(db: Session, public_id: str) -> SystemSeat | None:
    """The system of this id, to be asked for a proof; None if there is none, Gone if it was removed."""
    found = queries.find_known(db, public_id)
    if found is None:
        return None
    if found.is_removed:
        raise Gone(REMOVED)
    return SystemSeat(
        id=found.id,
        public_id=found.public_id,
        name=found.name,
        business=found.business,
        customer=found.customer,
        sign_key=found.sign_key,
        box_key=found.box_key,
    )


def come(db: Session, system_id: int, *, relay_url: str, unattended: Iterable[str], now: datetime) -> bool:
    """A system is there, or has changed what it grants unattended; False if it was removed meanwhile."""
    granted = known(unattended)
    account_id = rows.come(db, system_id, relay_url=relay_url, unattended=granted, now=now)
    if account_id is None:
        return False
    announcing.tell_of_systems(db, account_id)
    return True


def leave(db: Session, system_id: int, *, relay_url: str, now: datetime) -> None:
    """A system has gone; nothing where it is at another relay by now."""
    account_id = rows.leave(db, system_id, relay_url=relay_url, now=now)
    if account_id is not None:
        announcing.tell_of_systems(db, account_id)


def still_here(db: Session, system_ids: Collection[int], *, relay_url: str, now: datetime) -> None:
    """All of a relay's systems are there still: one statement, about once a minute."""
    if system_ids:
        rows.still_here(db, system_ids, relay_url=relay_url, now=now)


def calls(db: Session, system_ids: Collection[int], *, now: datetime) -> Calls:
    """What there is to tell these systems; asked about once a second."""
    if not system_ids:
        return Calls(frozenset(), ())
    there = queries.present(db, system_ids)
    found = queries.calls(db, there, now=now) if there else ()
    waiting = tuple((one.system_id, one.session, one.sealed) for one in found)
    return Calls(frozenset(system_ids) - there, waiting)


def make_code(db: Session, by: Actor, customer: str, *, key: bytes, now: datetime) -> NewCode:
    """A code by which one system can become this customer's (by public id), for a day.

    `key` is the installation's. NotFound for a customer that they do not see, Conflict when it has too many
    systems.
    """
    require(by, Permission.EDIT_CUSTOMERS)
    customer_id = customers.id_of(db, by.sight, customer)
    there = queries.count_of_customer(db, by.account_id, customer_id)
    if there + queries.count_codes(db, by.account_id, customer_id, now=now) >= MAX_OF_CUSTOMER:
        raise Conflict(f"A customer has at most {MAX_OF_CUSTOMER} systems.")
    code = new_short_code()
    until = rows.put_code(db, by.account_id, customer_id, rows.hash_of_code(key, code), now=now)
    auditing.note(db, by, Kind.SYSTEM_CODE_MADE, Ref(What.CUSTOMER.value, customer), now=now)
    return NewCode(in_groups(code), until)


def enrol(db: Session, asked: Enrolment, *, key: bytes, now: datetime) -> Enrolled:
    """Let a system become a customer's, by a code that is used up by it.

    Invalid for what is malformed or not proved, NotFound for a code that is unknown, used or too old. Whoever
    calls counts the tries before (`knocking.knock_with_digits`).
    """
    code = code_of(asked.code)
    name, platform = plain(asked.name), plain(asked.platform)
    if not 1 <= len(name) <= MAX_NAME_CHARS:
        raise Invalid(field="name")
    if len(platform) > MAX_PLATFORM_CHARS:
        raise Invalid(field="platform")
    if len(asked.box_key) != KEY_BYTES or not systemcalls.is_usable(asked.box_key):
        raise Invalid(field="box")
    signed = what_is_proved(code or "", sign_key=asked.sign_key, box_key=asked.box_key)
    if code and not systemcalls.is_signed(signed, signature=asked.proof, sign_key=asked.sign_key):
        raise Invalid(field="proof")
    whose = rows.take_code(db, rows.hash_of_code(key, code), now=now) if code else None
    if whose is None:
        raise NotFound("This code is not known, was used or is too old. Please ask for a new one.")
    account_id, customer_id = whose
    new = rows.NewSystem(account_id, customer_id, name, platform, asked.sign_key, asked.box_key)
    public_id = rows.put(db, new, now=now)
    business, customer = queries.names_for(db, account_id, customer_id)
    entry = NewEntry(now, auditing.VISITOR, Kind.SYSTEM_ENROLLED.value, _ref(public_id), {})
    auditing.write(db, account_id, entry)
    announcing.tell_of_systems(db, account_id)
    return Enrolled(public_id, business, customer)


def of_customer(db: Session, by: Actor, customer: str) -> tuple[SystemView, ...]:
    """A customer's systems by name; NotFound for a customer out of sight."""
    require(by, Permission.WORK_TICKETS)
    return queries.list_of_customer(db, by.sight, customers.id_of(db, by.sight, customer))


def of_ticket(db: Session, by: Actor, number: int) -> tuple[SystemView, ...]:
    """The systems of a ticket's customer by name; NotFound for a ticket out of sight."""
    require(by, Permission.WORK_TICKETS)
    return queries.list_of_ticket(db, by.sight, tickets.stand(db, by.sight, number).id)


def get(db: Session, by: Actor, public_id: str) -> SystemView:
    """A system; NotFound for one that was removed, or of a customer out of sight."""
    require(by, Permission.WORK_TICKETS)
    found = queries.find(db, by.sight, public_id)
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def sessions_of(db: Session, by: Actor, public_id: str) -> tuple[RemoteView, ...]:
    """The newest sessions with a system, in tickets that they see."""
    system_id = get(db, by, public_id).id
    return sessions.list_of_system(db, by.sight, system_id, limit=MOST_SESSIONS_SHOWN)


def rename(db: Session, by: Actor, public_id: str, *, name: str, now: datetime) -> None:
    """Call a system otherwise; Invalid without 1 to 80 characters."""
    require(by, Permission.EDIT_CUSTOMERS)
    before = get(db, by, public_id)
    wanted = plain(name)
    if not 1 <= len(wanted) <= MAX_NAME_CHARS:
        raise Invalid(f"A name has 1 to {MAX_NAME_CHARS} characters.", field="name")
    if not rows.rename(db, by.account_id, public_id, wanted):
        raise NotFound(UNKNOWN)
    if wanted != before.name:
        auditing.note(db, by, Kind.SYSTEM_RENAMED, _ref(public_id), now=now)
    announcing.tell_of_systems(db, by.account_id)


def remove(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Remove a system for good: it is sent away within seconds, and its sessions end."""
    require(by, Permission.EDIT_CUSTOMERS)
    get(db, by, public_id)
    system_id = rows.remove(db, by.account_id, public_id, now=now)
    if system_id is None:
        raise NotFound(UNKNOWN)
    for session_id in sessions.open_of_system(db, by.account_id, system_id):
        remote.end(db, session_id, why=Why.REVOKED, by=by, now=now)
    auditing.note(db, by, Kind.SYSTEM_REMOVED, _ref(public_id), now=now)
    announcing.tell_of_systems(db, by.account_id)


def ask(
    db: Session,
    by: Actor,
    number: int,
    public_id: str,
    *,
    scopes: Iterable[Scope],
    key: bytes,
    now: datetime,
) -> str:
    """Ask a system of a ticket's customer for a session, now or when it is back within the hour; the session.

    `key` is the installation's, which seals the secret for viewers. NotFound for a ticket or a system that
    they do not see, or of another customer; Conflict when too many sessions are open.
    """
    ticket = remote.ticket_for_new(db, by, number, now=now)
    theirs = queries.list_of_ticket(db, by.sight, ticket.id)
    system = next((one for one in theirs if one.public_id == public_id), None)
    if system is None:
        raise NotFound(UNKNOWN)
    link, session = link_of(new_secret()), new_public_id()
    raw = base64.urlsafe_b64decode(f"{link.secret}=")
    new = NewSession(
        account_id=by.account_id,
        ticket_id=ticket.id,
        made_by_id=by.staff_id,
        asked=ordered(scopes),
        token_hash=link.token_hash,
        sealed_secret=Seal(key).seal(link.secret),
        public_id=session,
        lasts=CALL_LASTS,
        system_id=system.id,
        sealed_call=systemcalls.seal(raw, session=session, box_key=system.box_key),
    )
    remote.put_new(db, by, new, now=now)
    return session


def _ref(public_id: str) -> Ref:
    return Ref(What.SYSTEM.value, public_id)
