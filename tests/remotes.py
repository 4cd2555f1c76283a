"""Remote sessions of the cast: made, opened by a host, joined by viewers, as relay and pages do it."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import insert

from gateway.desk import remote
from gateway.desk.remote import HostSeat, Made, ViewerSeat
from gateway.ids import new_public_id
from gateway.rules.access import Actor
from gateway.rules.remote import Scope, link_of
from gateway.store import session
from gateway.store.models import WebSession
from tests.world import NOON

KEY = b"key"
RELAY = "wss://relay.example"


def hash_of(said: str) -> bytes:
    """Of a pass: the SHA-256 of its 32 bytes."""
    return hashlib.sha256(base64.urlsafe_b64decode(said + "=")).digest()


def key_hash(name: str = "host") -> bytes:
    return hashlib.sha256(name.encode()).digest()


def make(by: Actor, number: int = 1, scopes: Iterable[Scope] = (), *, now: datetime = NOON) -> Made:
    with session.transaction() as db:
        return remote.make(db, by, number, scopes=scopes, key=KEY, now=now)


def redeem(
    made: Made, host: str = "host", *, way: str = "client", relay_url: str = RELAY, now: datetime = NOON
) -> HostSeat:
    with session.transaction() as db:
        return remote.redeem(
            db,
            token_hash=link_of(made.secret).token_hash,
            key_hash=key_hash(host),
            way=way,
            relay_url=relay_url,
            now=now,
        )


def sign_in(by: Actor, *, now: datetime = NOON) -> int:
    """A sign-in of theirs; its key."""
    values = {
        "staff_id": by.staff_id,
        "token_hash": new_public_id(),
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(days=1),
    }
    with session.transaction() as db:
        return db.execute(insert(WebSession).returning(WebSession.id), values).scalar_one()


def pass_for(by: Actor, public_id: str, sign_in_id: int, *, now: datetime = NOON) -> str:
    with session.transaction() as db:
        return remote.pass_for(db, by, public_id, sign_in_id=sign_in_id, now=now)


def enter(said: str, *, relay_url: str = RELAY, now: datetime = NOON) -> ViewerSeat:
    with session.transaction() as db:
        return remote.enter(db, pass_hash=hash_of(said), relay_url=relay_url, now=now)


def join(by: Actor, public_id: str, *, now: datetime = NOON) -> ViewerSeat:
    """Somebody comes in by a new sign-in."""
    return enter(pass_for(by, public_id, sign_in(by, now=now), now=now), now=now)


def go_live(made: Made, scopes: Iterable[Scope] = (Scope.VIEW,), *, now: datetime = NOON) -> HostSeat:
    """The customer has come and agreed."""
    seat = redeem(made, now=now)
    with session.transaction() as db:
        remote.note_state(db, seat.session_id, state="live", granted=scopes, now=now)
    return seat
