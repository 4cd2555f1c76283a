"""Installed systems of the cast: enrolled with keys of their own, there and called, as by a ServiceClient."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.desk import systems
from gateway.desk.systems import Calls, Enrolment
from gateway.rules.access import Actor
from gateway.rules.remote import Scope
from gateway.rules.systems import code_of, what_is_proved
from gateway.store import session
from gateway.store.queries.systems import SystemView
from tests.remotes import KEY, RELAY
from tests.world import NOON, Business


@dataclass(frozen=True)
class Keys:
    """The two key pairs of a system."""

    sign: Ed25519PrivateKey
    box: X25519PrivateKey

    @property
    def sign_key(self) -> bytes:
        return self.sign.public_key().public_bytes_raw()

    @property
    def box_key(self) -> bytes:
        return self.box.public_key().public_bytes_raw()

    def enrolment(self, code: str, name: str = "Server 01", platform: str = "Linux") -> Enrolment:
        """What the program sends."""
        message = what_is_proved(code_of(code) or "", sign_key=self.sign_key, box_key=self.box_key)
        return Enrolment(code, name, platform, self.sign_key, self.box_key, self.sign.sign(message))


def keys() -> Keys:
    return Keys(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())


def opened(sealed: bytes, held: Keys, session_id: str) -> bytes:
    """What a call says to the system with these keys."""
    public = sealed[:32]
    shared = held.box.exchange(X25519PublicKey.from_public_bytes(public))
    kdf = HKDF(hashes.SHA256(), length=32, salt=public + held.box_key, info=b"m4a remote 1 call")
    return AESGCM(kdf.derive(shared)).decrypt(bytes(12), sealed[32:], session_id.encode())


def code_for(business: Business, *, now: datetime = NOON) -> str:
    with session.transaction() as db:
        return systems.make_code(db, business.staff, business.customer, key=KEY, now=now).code


def enrol(
    business: Business, name: str = "Server 01", *, held: Keys | None = None, now: datetime = NOON
) -> SystemView:
    """A new system of the business's customer."""
    code = code_for(business, now=now)
    with session.transaction() as db:
        made = systems.enrol(db, (held or keys()).enrolment(code, name), key=KEY, now=now)
    return view(business.owner, made.public_id)


def view(by: Actor, public_id: str) -> SystemView:
    with session.reading() as db:
        return systems.get(db, by, public_id)


def come(
    system: SystemView, *, unattended: Iterable[str] = (), relay_url: str = RELAY, now: datetime = NOON
) -> bool:
    with session.transaction() as db:
        return systems.come(db, system.id, relay_url=relay_url, unattended=unattended, now=now)


def leave(system: SystemView, *, relay_url: str = RELAY, now: datetime = NOON) -> None:
    with session.transaction() as db:
        systems.leave(db, system.id, relay_url=relay_url, now=now)


def ask(
    by: Actor, system: SystemView, number: int = 1, scopes: Iterable[Scope] = (), *, now: datetime = NOON
) -> str:
    """A session with a system; its public id."""
    with session.transaction() as db:
        return systems.ask(db, by, number, system.public_id, scopes=scopes, key=KEY, now=now)


def calls_of(*asked: SystemView, now: datetime = NOON) -> Calls:
    with session.reading() as db:
        return systems.calls(db, [one.id for one in asked], now=now)
