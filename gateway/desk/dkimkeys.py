"""Keys with which an account's mail is signed: make one, look whether its record is there, remove, sign.

A key is the account's for one mail domain, so all of its mailboxes there share it. The private half leaves
`generate` sealed and is opened to sign, nowhere else.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import NotFound
from gateway.ids import base32, new_key
from gateway.mail import dkimsigning
from gateway.mail.addressing import domain_to_ascii
from gateway.mail.dkimsigning import Seen, SigningKey
from gateway.rules.access import Actor, Permission, require
from gateway.store.audit import Ref
from gateway.store.models import DkimKey, Mailbox
from gateway.store.sealed import Seal

KEY_BITS = 2048  # what every receiver takes (RFC 8301, 3.2); longer ones do not fit into small DNS answers
_SELECTOR_BYTES = 5


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A pair of keys: the public half in base64, the private one sealed."""

    public_key: str
    sealed_private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DkimView:
    """A key as people see it: its record for the DNS, whether it signs, and what was `seen` there last."""

    domain: str
    selector: str
    public_key: str
    is_active: bool
    seen: Seen | None
    looked_at: datetime | None

    @property
    def name(self) -> str:
        """The name of its TXT record."""
        return dkimsigning.record_name(self.domain, self.selector)

    @property
    def value(self) -> str:
        """The value of its TXT record."""
        return dkimsigning.record_value(self.public_key)


def generate(seal: Seal) -> FreshKey:
    """A new pair; takes a tenth of a second, so it is done outside of any transaction."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,  # the form that dkimpy reads
        serialization.NoEncryption(),
    )
    return FreshKey(base64.b64encode(public).decode("ascii"), seal.seal(private.decode("ascii")))


def list_keys(db: Session, by: Actor, mailbox_id: str) -> tuple[DkimView, ...]:
    """The keys of a mailbox's domain, newest first: at most one that waits and one that signs.

    NotFound for another account's mailbox.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    mine = _of_domain(by.account_id, _domain(db, by, mailbox_id))
    return tuple(map(_view, db.execute(mine.order_by(DkimKey.id.desc())).scalars()))


def make(db: Session, by: Actor, mailbox_id: str, fresh: FreshKey, *, now: datetime) -> DkimView:
    """Give the mailbox's domain a key, which waits for its record.

    One that waits already is replaced; one that signs goes on until the new one does.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    domain = _domain(db, by, mailbox_id)
    for old in db.execute(_of_domain(by.account_id, domain).where(~DkimKey.is_active)).scalars():
        db.delete(old)
    made = DkimKey(
        account_id=by.account_id,
        domain=domain,
        selector=f"m4a-{base32(new_key()[:_SELECTOR_BYTES])}",
        public_key=fresh.public_key,
        sealed_private_key=fresh.sealed_private_key,
        is_active=False,
        seen="",
        created_at=now,
    )
    db.add(made)
    db.flush()
    auditing.note(db, by, Kind.DKIM_MADE, Ref(What.MAILBOX.value, mailbox_id), now=now)
    return _view(made)


def note_look(db: Session, by: Actor, mailbox_id: str, seen: Mapping[str, Seen], *, now: datetime) -> None:
    """Keep what the DNS showed for each selector: a key with its record signs, instead of those before it.

    One without its record signs no more; an answer that could not be had changes nothing.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    mine = _of_domain(by.account_id, _domain(db, by, mailbox_id)).order_by(DkimKey.id.desc())
    is_replaced = False
    for key in db.execute(mine.with_for_update()).scalars().all():
        found = seen.get(key.selector)
        if is_replaced:
            db.delete(key)
        elif found is not None:
            key.seen, key.looked_at = found.value, now
            key.is_active = found is Seen.SHOWN or (key.is_active and found is Seen.UNKNOWN)
        is_replaced = is_replaced or key.is_active


def remove(db: Session, by: Actor, mailbox_id: str, *, now: datetime) -> None:
    """Forget all keys of the mailbox's domain: its mail is not signed from now on."""
    require(by, Permission.MANAGE_ACCOUNT)
    domain = _domain(db, by, mailbox_id)
    db.execute(delete(DkimKey).where(DkimKey.account_id == by.account_id, DkimKey.domain == domain))
    auditing.note(db, by, Kind.DKIM_REMOVED, Ref(What.MAILBOX.value, mailbox_id), now=now)


def signed(db: Session, account_id: int, address: str, raw: bytes, *, seal: Seal) -> bytes:
    """A composed mail with the signature of its sender's domain, or as it is where no key is active."""
    domain = _domain_of(address)
    active = _of_domain(account_id, domain).where(DkimKey.is_active).order_by(DkimKey.id.desc())
    key = db.execute(active).scalars().first()
    if key is None:
        return raw
    private_pem = seal.open(key.sealed_private_key)
    return dkimsigning.sign(raw, SigningKey(key.domain, key.selector, private_pem))


def _of_domain(account_id: int, domain: str) -> Select[DkimKey]:
    return select(DkimKey).where(DkimKey.account_id == account_id, DkimKey.domain == domain)


def _domain(db: Session, by: Actor, mailbox_id: str) -> str:
    mine = Mailbox.account_id == by.account_id, Mailbox.public_id == mailbox_id
    address = db.execute(select(Mailbox.address).where(*mine)).scalar()
    if address is None:
        raise NotFound("There is no such mailbox.")
    return _domain_of(address)


def _domain_of(address: str) -> str:
    return domain_to_ascii(address.rpartition("@")[2]).lower()


def _view(key: DkimKey) -> DkimView:
    return DkimView(
        domain=key.domain,
        selector=key.selector,
        public_key=key.public_key,
        is_active=key.is_active,
        seen=Seen(key.seen) if key.seen else None,
        looked_at=key.looked_at,
    )
