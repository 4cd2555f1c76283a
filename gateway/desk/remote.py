"""Remote sessions, the desk's side: made for a ticket, offered by a link, redeemed at a relay, ended.

docs/remote-protocol.md says what the secret of a link is good for. Here lies who may do what; stored is who
was there, from when to when, by what, and how it ended. Hashes of a token or a pass are of its 32 bytes.

`redeem`, `enter`, `note_state`, `leave`, `end` and `still` are the relay's, which serves all accounts.
"""

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.desk import auditing, customers
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Denied, Gone, Invalid, NotFound, Unavailable
from gateway.ids import new_key, new_secret
from gateway.rules.access import Actor, Permission, Role, require
from gateway.rules.remote import (
    CODE_LASTS,
    MAX_RELAY_URL_CHARS,
    Scope,
    State,
    Way,
    Why,
    code_of,
    has_expired,
    known,
    link_of,
    on_the_wire,
    ordered,
)
from gateway.store import announcing, remote, tickets
from gateway.store.audit import NewEntry, Ref
from gateway.store.queries import reaches
from gateway.store.queries import remote as queries
from gateway.store.queries.remote import Course, RemoteView
from gateway.store.remote import Ended, NewSession, Pass, hash_of_code
from gateway.store.sealed import Seal
from gateway.store.tickets import EventKind, Standing

MAX_OPEN = 200
MOST_RUNNING_SHOWN = 100
MOST_OF_CUSTOMER = 20
_BY_CUSTOMER = frozenset({Why.HOST_ENDED, Why.REFUSED, Why.NOT_ME})
GONE = "This remote session has ended or its link has expired."
UNKNOWN = "There is no such remote session."
NO_LINK = "This session is for an installed system, which needs no link and no code."


class Elsewhere(Conflict):
    """A session's first side has joined at another relay: the desk's pages say at which."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new session: its public id, what stands behind `#` in its link, and the digits for the phone."""

    public_id: str
    secret: str
    code: str
    code_expires_at: datetime


@dataclass(frozen=True, slots=True)
class HostSeat:
    """What the relay tells a host that it has let in; `who` is the business where no person made it."""

    session_id: int
    public_id: str
    asked: tuple[Scope, ...]
    granted: tuple[Scope, ...]
    state: State
    who: str
    business: str
    number: int
    subject: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ViewerSeat:
    """What the relay needs to know of a viewer that it lets in; `visit_id` is what `leave` ends."""

    session_id: int
    public_id: str
    name: str
    may_control: bool
    may_end: bool
    sign_in_id: int
    visit_id: int
    asked: tuple[Scope, ...]
    granted: tuple[Scope, ...]
    state: State
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Still:
    """What the relay has to end: sessions, with the word for why, and the viewers of some sign-ins.

    `astray`: sessions and sign-ins that may not be in them any more, but in others they may.
    """

    ended: Mapping[int, str]
    gone: frozenset[int]
    astray: frozenset[tuple[int, int]]


def make(db: Session, by: Actor, number: int, *, scopes: Iterable[Scope], key: bytes, now: datetime) -> Made:
    """A session for a ticket; its link holds for `LINK_LASTS`, its digits for ten minutes.

    `key` is the installation's, which seals the secret. NotFound for a ticket that they do not see, Conflict
    when too many are open.
    """
    ticket = ticket_for_new(db, by, number, now=now)
    link = link_of(new_secret())
    until = _code_until(db, link.secret, key, now)
    new = NewSession(
        account_id=by.account_id,
        ticket_id=ticket.id,
        made_by_id=by.staff_id,
        asked=ordered(scopes),
        token_hash=link.token_hash,
        sealed_secret=Seal(key).seal(link.secret),
        code_hash=hash_of_code(key, code_of(link.secret, until)),
        code_expires_at=until,
    )
    put_new(db, by, new, now=now)
    return Made(new.public_id, link.secret, code_of(link.secret, until), until)


def ticket_for_new(db: Session, by: Actor, number: int, *, now: datetime) -> Standing:
    """The ticket that a session is to be made for. NotFound and Conflict as `make`."""
    ticket = _work_on(db, by, number)
    if remote.count_open(db, by.account_id, now=now) >= MAX_OPEN:
        raise Conflict(f"An account has at most {MAX_OPEN} open remote sessions.")
    return ticket


def put_new(db: Session, by: Actor, new: NewSession, *, now: datetime) -> None:
    """Put a session down, and tell of it; the system that it is for is asked from now on."""
    remote.put(db, new, now=now)
    announcing.tell(db, by.account_id, new.ticket_id)
    auditing.note(db, by, Kind.REMOTE_MADE, _ref(new.public_id), now=now)


def new_code(db: Session, by: Actor, public_id: str, *, key: bytes, now: datetime) -> None:
    """Other digits for the phone, for ten minutes more; the old ones are worth nothing.

    Conflict when the customer is there already or a system is asked, Gone when it has ended, NotFound as
    `get`.
    """
    seen = _running(db, by, public_id, now)
    ticket = _work_on(db, by, seen.number)
    if seen.system is not None:
        raise Conflict(NO_LINK)
    secret = _opened(db, by, seen.id, key)
    until = _code_until(db, secret, key, now)
    if not remote.set_code(db, seen.id, hash_of_code(key, code_of(secret, until)), until=until, now=now):
        raise Conflict("The customer is there already.")
    announcing.tell(db, by.account_id, ticket.id)


def codes_for(
    db: Session, by: Actor, found: Iterable[RemoteView], *, key: bytes, now: datetime
) -> Mapping[str, str]:
    """The digits for the phone by public id, of those where they hold and are unused. Denied to guests."""
    require(by, Permission.WORK_TICKETS)
    codes = {}
    for one in found:
        if one.is_on and one.code_expires_at is not None and one.code_expires_at > now:
            # A secret that was sealed under another key is no reason to show nothing of the ticket.
            with suppress(Unavailable):
                codes[one.public_id] = code_of(_opened(db, by, one.id, key), one.code_expires_at)
    return codes


def get(db: Session, by: Actor, public_id: str) -> RemoteView:
    """A session; NotFound for one of a ticket that they may not work on, or join for a guest."""
    seen = queries.find(db, by.sight, public_id)
    if seen is None:
        raise NotFound(UNKNOWN)
    return seen


def of_ticket(db: Session, by: Actor, number: int) -> tuple[RemoteView, ...]:
    """The newest sessions of a ticket."""
    return queries.list_of_ticket(db, by.sight, _work_on(db, by, number).id)


def running(db: Session, by: Actor) -> tuple[RemoteView, ...]:
    """What runs or waits for a customer now, in all tickets that they work on."""
    require(by, Permission.WORK_TICKETS)
    return queries.list_running(db, by.sight, limit=MOST_RUNNING_SHOWN)


def of_customer(db: Session, by: Actor, customer: str) -> tuple[RemoteView, ...]:
    """The newest sessions of a customer, by public id, to which they came; NotFound for one out of sight."""
    require(by, Permission.WORK_TICKETS)
    customer_id = customers.id_of(db, by.sight, customer)
    return queries.list_of_customer(db, by.sight, customer_id, limit=MOST_OF_CUSTOMER)


def open_to_guest(db: Session, by: Actor, number: int, *, now: datetime) -> tuple[RemoteView, ...]:
    """What a guest could join in a ticket now; nothing without the right."""
    ticket = tickets.stand(db, by.sight, number)
    if not _may_join(db, by, ticket.id, now):
        return ()
    found = queries.list_of_ticket(db, by.sight, ticket.id)
    return tuple(one for one in found if one.is_on)


def end_by(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """End a session from the desk; nothing where it has ended already. NotFound as `get`."""
    seen = get(db, by, public_id)
    _work_on(db, by, seen.number)
    end(db, seen.id, why=Why.REVOKED, by=by, now=now)


def joinable(db: Session, by: Actor, public_id: str, *, now: datetime) -> RemoteView:
    """A session that somebody may join. NotFound for any other, Gone for one that has ended."""
    seen = get(db, by, public_id)
    ticket = tickets.stand(db, by.sight, seen.number)
    if not _may_join(db, by, ticket.id, now):
        raise NotFound(UNKNOWN)
    return _running(db, by, public_id, now)


def pass_for(db: Session, by: Actor, public_id: str, *, sign_in_id: int, now: datetime) -> str:
    """What lets a signed-in person in at the relay, base64url; it holds once, for a minute.

    NotFound for a session that they may not join, Gone for one that has ended.
    """
    seen = joinable(db, by, public_id, now=now)
    if by.staff_id is None:
        raise Denied("Only people join a remote session.")
    raw = new_key()
    new = Pass(by.account_id, seen.id, by.staff_id, sign_in_id)
    remote.put_pass(db, new, hashlib.sha256(raw).digest(), now=now)
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def secret_for(db: Session, by: Actor, public_id: str, *, key: bytes, now: datetime) -> str:
    """The secret of a session for who may join it. NotFound and Gone as `pass_for`."""
    return _opened(db, by, joinable(db, by, public_id, now=now).id, key)


def secret_for_link(db: Session, by: Actor, public_id: str, *, key: bytes, now: datetime) -> str:
    """Likewise, to be sent to the customer; Conflict for a session of a system, which has no link."""
    if get(db, by, public_id).system is not None:
        raise Conflict(NO_LINK)
    return secret_for(db, by, public_id, key=key, now=now)


def redeem(
    db: Session, *, token_hash: bytes, key_hash: bytes, way: str, relay_url: str, now: datetime
) -> HostSeat:
    """Let the host with this key into the session of its token; the same key may come again.

    NotFound for an unknown token or a session for another way, Elsewhere for one at another relay, Conflict
    for another key than the first one's, Gone for one that has ended or expired, Invalid for what is no way
    or no address.
    """
    if way not in set(Way) or len(relay_url) > MAX_RELAY_URL_CHARS:
        raise Invalid(field="way")
    claimed = remote.claim(
        db, token_hash=token_hash, key_hash=key_hash, way=Way(way), relay_url=relay_url, now=now
    )
    found = queries.find_by_token(db, token_hash)
    if found is None:
        raise NotFound(UNKNOWN)
    if claimed is None:
        raise _why_not(found, Way(way), relay_url, now)
    announcing.tell(db, found.account_id, found.ticket_id)
    return HostSeat(
        session_id=found.id,
        public_id=found.public_id,
        asked=found.asked,
        granted=found.granted,
        state=found.state,
        who=found.who or found.business,
        business=found.business,
        number=found.number,
        subject=found.subject,
        expires_at=found.expires_at,
    )


def enter(db: Session, *, pass_hash: bytes, relay_url: str, now: datetime) -> ViewerSeat:
    """Let a viewer in by a pass, which is used up by it.

    NotFound for one that is unknown, used or too old, or whose sign-in or right has ended; Elsewhere for a
    session at another relay, Gone for one that has ended.
    """
    who = remote.use_pass(db, pass_hash, now=now)
    found = queries.find_course(db, who.session_id) if who else None
    person = queries.find_person(db, who.staff_id) if who else None
    if who is None or found is None or person is None:
        raise NotFound(UNKNOWN)
    reach = reaches.of_person(
        db, who.account_id, who.staff_id, person.role, sees_all=person.sees_all, now=now
    )
    by = Actor(who.account_id, person.role, who.staff_id, person.name, reach=reach)
    joinable(db, by, found.public_id, now=now)
    if not remote.meet_at(db, found.id, relay_url, now=now):
        raise Elsewhere
    visit_id = remote.put_visit(db, who, now=now)
    announcing.tell(db, found.account_id, found.ticket_id)
    auditing.note(db, by, Kind.REMOTE_JOINED, _ref(found.public_id), now=now)
    return ViewerSeat(
        session_id=found.id,
        public_id=found.public_id,
        name=person.name,
        may_control=True,
        may_end=person.role is not Role.GUEST,
        sign_in_id=who.web_session_id,
        visit_id=visit_id,
        asked=found.asked,
        granted=found.granted,
        state=found.state,
        expires_at=found.expires_at,
    )


def note_state(db: Session, session_id: int, *, state: str, granted: Iterable[str], now: datetime) -> None:
    """How far a session is, for the pages that show it; nothing for one that has ended."""
    if remote.set_state(db, session_id, state=State(state), granted=known(granted), now=now):
        _tell(db, session_id)


def leave(db: Session, visit_id: int, *, controlled: bool, now: datetime) -> None:
    """A viewer has gone, and had the control at some time or never."""
    session_id = remote.end_visit(db, visit_id, controlled=controlled, now=now)
    if session_id is not None:
        _tell(db, session_id)


def end(db: Session, session_id: int, *, why: str, now: datetime, by: Actor | None = None) -> bool:
    """End a session: its secrets are gone, the ticket has its line; False if it had ended before.

    `by` is who ended it at the desk, where somebody did.
    """
    ended = remote.finish(db, session_id, Why(why), now=now)
    if ended is None:
        return False
    _tell_of_end(db, ended, Why(why), by, now)
    _note_end(db, ended, Why(why), by, now)
    return True


def still(db: Session, session_ids: Collection[int], sign_in_ids: Collection[int], now: datetime) -> Still:
    """What of this is over: sessions, sign-ins that have ended, and people who may not be where they are."""
    ends = queries.ends_of(db, session_ids, now=now)
    gone = frozenset(sign_in_ids) - queries.signed_in_of(db, sign_in_ids, now=now)
    astray = set()
    for one in queries.lookers(db, session_ids):
        if one.web_session_id in sign_in_ids and one.web_session_id not in gone:
            reach = reaches.of_person(
                db, one.account_id, one.staff_id, one.role, sees_all=one.sees_all, now=now
            )
            by = Actor(one.account_id, one.role, one.staff_id, reach=reach)
            if not _is_within(db, by, one.public_id, one.ticket_id, now):
                astray.add((one.session_id, one.web_session_id))
    return Still({key: on_the_wire(why).value for key, why in ends.items()}, gone, frozenset(astray))


def _work_on(db: Session, by: Actor, number: int) -> Standing:
    require(by, Permission.WORK_TICKETS)
    return tickets.stand(db, by.sight, number)


def _running(db: Session, by: Actor, public_id: str, now: datetime) -> RemoteView:
    seen = get(db, by, public_id)
    if not seen.is_on or has_expired(seen.state, seen.expires_at, now=now):
        raise Gone(GONE)
    return seen


def _may_join(db: Session, by: Actor, ticket_id: int, now: datetime) -> bool:
    """Whoever works here may, guests where their invitation says so."""
    if by.role is not Role.GUEST:
        return True
    rights = reaches.rights_in(db, by.account_id, by.staff_id or 0, ticket_id, now=now)
    return rights is not None and rights.may_join


def _is_within(db: Session, by: Actor, public_id: str, ticket_id: int, now: datetime) -> bool:
    is_seen = queries.find(db, by.sight, public_id) is not None
    return is_seen and _may_join(db, by, ticket_id, now)


def _why_not(found: Course, way: Way, relay_url: str, now: datetime) -> Exception:
    if found.is_for_system != (way is Way.SYSTEM):
        return NotFound(UNKNOWN)
    if found.state is State.ENDED or has_expired(found.state, found.expires_at, now=now):
        return Gone(GONE)
    if found.relay_url not in (None, relay_url):
        return Elsewhere()
    return Conflict("This link has been used already.")


def _opened(db: Session, by: Actor, session_id: int, key: bytes) -> str:
    """The secret; Gone where it is there no more."""
    sealed = queries.sealed_secret_of(db, by.account_id, session_id)
    if not sealed:
        raise Gone(GONE)
    return Seal(key).open(sealed)


def _code_until(db: Session, secret: str, key: bytes, now: datetime) -> datetime:
    """How long new digits hold: ten minutes, or as many seconds more as other sessions have the same ones."""
    until = now.replace(microsecond=0) + CODE_LASTS
    while remote.has_code(db, hash_of_code(key, code_of(secret, until))):
        until += timedelta(seconds=1)
    return until


def _tell(db: Session, session_id: int) -> None:
    found = queries.find_course(db, session_id)
    if found is not None:
        announcing.tell(db, found.account_id, found.ticket_id)


def _tell_of_end(db: Session, ended: Ended, why: Why, by: Actor | None, now: datetime) -> None:
    """Its line in the timeline: who was there by login, from when to when, by what, how it ended."""
    data = {
        "session": ended.public_id,
        "why": why.value,
        "way": ended.way,
        "scopes": list(ended.granted),
        "from": ended.consented_at.isoformat() if ended.consented_at else None,
        "opened": ended.opened_at is not None,
        "logins": list(queries.logins_of(db, ended.id)),
    }
    if system := queries.system_name_of(db, ended.id):
        data["system"] = system
    staff_id = by.staff_id if by else ended.made_by_id
    tickets.add_event(
        db, ended.account_id, ended.ticket_id, EventKind.REMOTE, data, staff_id=staff_id, now=now
    )


def _note_end(db: Session, ended: Ended, why: Why, by: Actor | None, now: datetime) -> None:
    facts: dict[str, str | int | bool] = {"why": why.value.replace("-", "_")}
    if by is not None:
        auditing.note(db, by, Kind.REMOTE_ENDED, _ref(ended.public_id), now=now, **facts)
        return
    is_by_a_person = why in _BY_CUSTOMER or why is Why.STAFF_ENDED
    actor = auditing.VISITOR if is_by_a_person else auditing.DESK
    entry = NewEntry(now, actor, Kind.REMOTE_ENDED.value, _ref(ended.public_id), facts)
    auditing.write(db, ended.account_id, entry)


def _ref(public_id: str) -> Ref:
    return Ref(What.REMOTE_SESSION.value, public_id)
