"""Writing remote sessions: made, redeemed, visited, ended; each step is one conditional statement.

Hashes come in as bytes and are kept in hex. Nothing here tells anybody: the verbs of `desk.remote` do.
"""

import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.rules.remote import LINK_LASTS, PASS_LASTS, SESSION_LASTS, Scope, State, Way, Why
from gateway.store.models import RemotePass, RemoteSession, RemoteVisit, WebSession
from gateway.store.session import inserted_id

_S, _V, _P = RemoteSession, RemoteVisit, RemotePass
_ENDED = State.ENDED.value
_ON = [state.value for state in State if state is not State.ENDED]
_TOLD = (
    _S.id,
    _S.public_id,
    _S.account_id,
    _S.ticket_id,
    _S.made_by_id,
    _S.opened_at,
    _S.consented_at,
    _S.way,
    _S.granted,
)


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session begins with; it waits for `lasts`.

    `code_hash` is of the digits for the phone, which hold until a moment; one for a system has `system_id`
    and `sealed_call` in their place.
    """

    account_id: int
    ticket_id: int
    made_by_id: int | None
    asked: Sequence[Scope]
    token_hash: bytes
    sealed_secret: str
    code_hash: str | None = None
    code_expires_at: datetime | None = None
    public_id: str = field(default_factory=new_public_id)
    lasts: timedelta = LINK_LASTS
    system_id: int | None = None
    sealed_call: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """Whom a pass lets into which session, by which sign-in."""

    account_id: int
    session_id: int
    staff_id: int
    web_session_id: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that has just ended: what its line in the timeline needs."""

    id: int
    public_id: str
    account_id: int
    ticket_id: int
    made_by_id: int | None
    opened_at: datetime | None
    consented_at: datetime | None
    way: str | None
    granted: tuple[str, ...]


def hash_of_code(key: bytes, code: str) -> str:
    """What is kept of the digits, by the installation's key: nine of them are soon tried."""
    return hmac.digest(key, f"remote code:{code}".encode(), "sha256").hex()


def put(db: Session, new: NewSession, *, now: datetime) -> None:
    """A new session."""
    values = {
        "public_id": new.public_id,
        "account_id": new.account_id,
        "ticket_id": new.ticket_id,
        "made_by_id": new.made_by_id,
        "asked": [scope.value for scope in new.asked],
        "granted": [],
        "state": State.WAITING.value,
        "token_hash": new.token_hash.hex(),
        "sealed_secret": new.sealed_secret,
        "code_hash": new.code_hash,
        "code_expires_at": new.code_expires_at,
        "made_at": now,
        "expires_at": now + new.lasts,
        "system_id": new.system_id,
        "sealed_call": new.sealed_call,
    }
    db.execute(insert(_S).values(values))


def count_open(db: Session, account_id: int, *, now: datetime) -> int:
    """How many sessions of an account have not ended."""
    mine = _S.account_id == account_id, *_is_on(now)
    return db.execute(select(func.count()).where(*mine)).scalar_one()


def has_code(db: Session, code_hash: str) -> bool:
    """Whether these digits are another session's already."""
    return db.execute(select(_S.id).where(_S.code_hash == code_hash)).first() is not None


def set_code(db: Session, session_id: int, code_hash: str, *, until: datetime, now: datetime) -> bool:
    """Other digits for a session whose customer is not there yet; False for any other."""
    waiting = _S.id == session_id, _S.state == State.WAITING.value, *_is_on(now)
    values = {"code_hash": code_hash, "code_expires_at": until}
    return _happens(db, update(_S).where(*waiting).values(**values).returning(_S.id))


def take_code(db: Session, code_hash: str, *, now: datetime) -> str | None:
    """Use the digits up; the sealed secret that they stand for, None if they stand for none."""
    holds = _S.code_hash == code_hash, _S.code_expires_at > now, _S.state == State.WAITING.value, *_is_on(now)
    used = update(_S).where(*holds).values(code_hash=None, code_expires_at=None)
    return db.execute(used.returning(_S.sealed_secret)).scalar()


def claim(
    db: Session, *, token_hash: bytes, key_hash: bytes, way: Way, relay_url: str, now: datetime
) -> int | None:
    """Redeem a link for the host with this key, or let it come again; the session, None if that may not be.

    One statement: of two hosts that come at once, the second finds the first one's key. What is for a system
    is for nothing else, and the other way round.
    """
    is_meant = _S.system_id.is_not(None) if way is Way.SYSTEM else _S.system_id.is_(None)
    theirs = (
        is_meant,
        _S.token_hash == token_hash.hex(),
        *_is_on(now),
        or_(_S.host_key_hash.is_(None), _S.host_key_hash == key_hash.hex()),
        _is_at(relay_url),
    )
    values = {
        "host_key_hash": key_hash.hex(),
        "way": func.coalesce(_S.way, way.value),
        "relay_url": relay_url,
        "alive_at": now,
        "opened_at": func.coalesce(_S.opened_at, now),
        "expires_at": case((_S.opened_at.is_(None), now + SESSION_LASTS), else_=_S.expires_at),
        "state": case((_S.state == State.WAITING.value, State.ASKING.value), else_=_S.state),
        "code_hash": None,
        "code_expires_at": None,
        "sealed_call": None,
    }
    return db.execute(update(_S).where(*theirs).values(**values).returning(_S.id)).scalar()


def meet_at(db: Session, session_id: int, relay_url: str, *, now: datetime) -> bool:
    """Let a session be at a relay, if it is at none yet; False if it is at another, or over."""
    here = _S.id == session_id, *_is_on(now), _is_at(relay_url)
    held = update(_S).where(*here).values(relay_url=relay_url, alive_at=now)
    return _happens(db, held.returning(_S.id))


def keep_alive(db: Session, session_ids: Collection[int], relay_url: str, *, now: datetime) -> frozenset[int]:
    """Note that a relay holds these; those of them that are not at another one by now."""
    held = update(_S).where(_S.id.in_(session_ids), _is_at(relay_url))
    noted = held.values(relay_url=relay_url, alive_at=now).returning(_S.id)
    return frozenset(db.execute(noted).scalars())


def silent_ids(db: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """Sessions that a relay has held, and of which it has said nothing since a moment."""
    silent = _S.state.in_(_ON), _S.alive_at <= before
    return db.execute(select(_S.id).where(*silent).order_by(_S.alive_at).limit(limit)).scalars().all()


def let_go(db: Session, session_id: int) -> bool:
    """Let a session that waits begin at any relay; False for one to which a host has come."""
    waits = _S.id == session_id, _S.state == State.WAITING.value
    return _happens(db, update(_S).where(*waits).values(relay_url=None, alive_at=None).returning(_S.id))


def set_state(db: Session, session_id: int, *, state: State, granted: Iterable[Scope], now: datetime) -> bool:
    """How far a session is, and what is granted; False for one that has ended."""
    values: dict[str, Any] = {"state": state.value, "granted": [scope.value for scope in granted]}
    if state in (State.LIVE, State.PAUSED):  # that of the consent may not have been written at its time
        values["consented_at"] = func.coalesce(_S.consented_at, now)
    on = _S.id == session_id, _S.state != _ENDED
    return _happens(db, update(_S).where(*on).values(**values).returning(_S.id))


def finish(db: Session, session_id: int, why: Why, *, now: datetime) -> Ended | None:
    """End a session and forget all its secrets; None if it has ended before."""
    on = _S.id == session_id, _S.state != _ENDED
    values = {
        "state": _ENDED,
        "why": why.value,
        "ended_at": now,
        "sealed_secret": None,
        "code_hash": None,
        "code_expires_at": None,
        "host_key_hash": None,
        "sealed_call": None,
    }
    row = db.execute(update(_S).where(*on).values(**values).returning(*_TOLD)).first()
    if row is None:
        return None
    db.execute(delete(_P).where(_P.session_id == session_id))
    there = _V.session_id == session_id, _V.left_at.is_(None)
    db.execute(update(_V).where(*there).values(left_at=now))
    return Ended(
        id=row.id,
        public_id=row.public_id,
        account_id=row.account_id,
        ticket_id=row.ticket_id,
        made_by_id=row.made_by_id,
        opened_at=row.opened_at,
        consented_at=row.consented_at,
        way=row.way,
        granted=tuple(row.granted),
    )


def expired_ids(db: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Sessions whose moment has passed and that nobody has ended."""
    late = _S.state != _ENDED, _S.expires_at <= now
    return db.execute(select(_S.id).where(*late).order_by(_S.expires_at).limit(limit)).scalars().all()


def put_pass(db: Session, new: Pass, pass_hash: bytes, *, now: datetime) -> None:
    """A pass that can be used."""
    values = {
        "account_id": new.account_id,
        "session_id": new.session_id,
        "staff_id": new.staff_id,
        "web_session_id": new.web_session_id,
        "pass_hash": pass_hash.hex(),
        "expires_at": now + PASS_LASTS,
    }
    db.execute(insert(_P).values(values))


def use_pass(db: Session, pass_hash: bytes, *, now: datetime) -> Pass | None:
    """Use a pass up; None for one that is unknown, used, too old, or whose sign-in has ended."""
    signed_in = select(WebSession.id).where(WebSession.id == _P.web_session_id, WebSession.expires_at > now)
    holds = (
        _P.pass_hash == pass_hash.hex(),
        _P.used_at.is_(None),
        _P.expires_at > now,
        signed_in.exists(),
    )
    whose = _P.account_id, _P.session_id, _P.staff_id, _P.web_session_id
    row = db.execute(update(_P).where(*holds).values(used_at=now).returning(*whose)).first()
    return Pass(*row) if row else None


def put_visit(db: Session, who: Pass, *, now: datetime) -> int:
    """Somebody is there; the visit."""
    values = {
        "account_id": who.account_id,
        "session_id": who.session_id,
        "staff_id": who.staff_id,
        "web_session_id": who.web_session_id,
        "joined_at": now,
        "controlled": False,
    }
    return inserted_id(db, insert(_V), values)


def end_visit(db: Session, visit_id: int, *, controlled: bool, now: datetime) -> int | None:
    """Somebody has gone, who had the control or not; the session, None for an unknown visit."""
    values: dict[str, Any] = {"left_at": func.coalesce(_V.left_at, now)}
    if controlled:
        values["controlled"] = True
    left = update(_V).where(_V.id == visit_id).values(**values)
    return db.execute(left.returning(_V.session_id)).scalar()


def _is_on(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _S.state != _ENDED, _S.expires_at > now


def _is_at(relay_url: str) -> ColumnElement[bool]:
    """At this relay, or at none yet."""
    return or_(_S.relay_url.is_(None), _S.relay_url == relay_url)


def _happens(db: Session, statement: Any) -> bool:
    return db.execute(statement).first() is not None
