"""Passkeys of people: registered by name, used as second factor or alone, and taken away.

Each ceremony is two requests of one browser. The first leaves a challenge here, which the second takes: good
once, for minutes, for the browser that holds its secret. In between stands `ceremonies`, outside of any
transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing, ceremonies
from gateway.desk.auditing import Kind
from gateway.desk.ceremonies import Candidate, FreshKey
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import hash_secret, new_key, new_public_id, new_secret
from gateway.rules.access import Actor
from gateway.store.models import Ceremony, Passkey, Staff
from gateway.store.session import across_accounts

MAX_PASSKEYS = 20
MAX_NAME_CHARS = 100
LASTS = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a challenge is for."""

    REGISTER = "register"
    ALONE = "alone"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the authenticator shall sign, and the secret for the browser, which is kept nowhere else."""

    value: bytes
    secret: str


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its person sees it."""

    public_id: str
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A passkey and whose it is."""

    passkey_id: int
    staff_id: int
    login: str
    handle: str
    key: FreshKey


def ask(db: Session, purpose: Purpose, staff_id: int | None, *, now: datetime) -> Challenge:
    """Leave a challenge; `staff_id` is whose answer it must be, None if anybody's."""
    made = Challenge(new_key(), new_secret())
    db.add(
        Ceremony(
            staff_id=staff_id,
            purpose=purpose.value,
            token_hash=hash_secret(made.secret),
            challenge=made.value,
            expires_at=now + LASTS,
        )
    )
    return made


def take(db: Session, secret: str, purpose: Purpose, staff_id: int | None, *, now: datetime) -> bytes:
    """The challenge that was left for this browser, which is gone now; Invalid if there is none."""
    mine = (
        Ceremony.token_hash == hash_secret(secret),
        Ceremony.purpose == purpose.value,
        Ceremony.staff_id.is_not_distinct_from(staff_id),
        Ceremony.expires_at > now,
    )
    taken = db.execute(delete(Ceremony).where(*mine).returning(Ceremony.challenge)).scalar()
    if taken is None:
        raise ceremonies.wrong()
    return taken


def candidate(db: Session, by: Actor) -> Candidate:
    """Who acts, as somebody who gets a passkey."""
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    found = db.execute(select(Staff.public_id, Staff.login).where(*mine)).one()
    return Candidate(found.public_id, found.login, by.name)


def credentials_of(db: Session, staff_id: int | None) -> tuple[str, ...]:
    """Which passkeys a person has, oldest first."""
    mine = select(Passkey.credential_id).where(Passkey.staff_id == staff_id)
    return tuple(db.execute(mine.order_by(Passkey.id)).scalars())


def list_passkeys(db: Session, by: Actor) -> tuple[PasskeyView, ...]:
    """The passkeys of who acts, oldest first."""
    columns = select(Passkey.public_id, Passkey.name, Passkey.created_at, Passkey.used_at)
    mine = columns.where(Passkey.staff_id == by.staff_id).order_by(Passkey.id)
    return tuple(PasskeyView(*row) for row in db.execute(mine))


def add(db: Session, by: Actor, key: FreshKey, name: str, *, now: datetime) -> None:
    """Keep a passkey; Invalid for a bad name, Conflict for one that is known or one too many."""
    called = " ".join(name.split())
    if not 1 <= len(called) <= MAX_NAME_CHARS:
        raise Invalid(f"A name has 1 to {MAX_NAME_CHARS} characters.", field="name")
    with across_accounts(db):
        known = select(Passkey.id).where(Passkey.credential_id == key.credential_id)
        is_known = db.execute(known).first() is not None
    if is_known:
        raise Conflict("This passkey is registered already.")
    mine = select(func.count()).where(Passkey.staff_id == by.staff_id)
    if db.execute(mine).scalar_one() >= MAX_PASSKEYS:
        raise Conflict(f"A person has at most {MAX_PASSKEYS} passkeys.")
    db.add(
        Passkey(
            public_id=new_public_id(),
            staff_id=by.staff_id,
            name=called,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            created_at=now,
        )
    )
    auditing.note_of_person(db, by.staff_id, Kind.PASSKEY_ADDED, now=now)


def remove(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Take a passkey away; NotFound for another person's."""
    mine = Passkey.staff_id == by.staff_id, Passkey.public_id == public_id
    if not db.execute(delete(Passkey).where(*mine)).rowcount:  # type: ignore[attr-defined]  # of a DELETE
        raise NotFound("There is no such passkey.")
    auditing.note_of_person(db, by.staff_id, Kind.PASSKEY_REMOVED, now=now)


def get_holder(db: Session, credential_id: str) -> Holder:
    """Whose passkey this is; Invalid if nobody's, or somebody's who works here no more."""
    columns = select(
        Passkey.id,
        Staff.id.label("staff_id"),
        Staff.login,
        Staff.public_id,
        Passkey.public_key,
        Passkey.sign_count,
    )
    wanted = Passkey.credential_id == credential_id, Staff.deactivated_at.is_(None)
    found = db.execute(columns.join(Staff, Staff.id == Passkey.staff_id).where(*wanted)).first()
    if found is None:
        raise ceremonies.wrong()
    key = FreshKey(credential_id, found.public_key, found.sign_count)
    return Holder(found.id, found.staff_id, found.login, found.public_id, key)


def note_use(db: Session, holder: Holder, sign_count: int, *, now: datetime) -> None:
    """It was used; Invalid if somebody else has used it meanwhile, or it was taken away."""
    unchanged = Passkey.id == holder.passkey_id, Passkey.sign_count == holder.key.sign_count
    used = update(Passkey).where(*unchanged).values(sign_count=sign_count, used_at=now)
    if not db.execute(used).rowcount:  # type: ignore[attr-defined]  # of an UPDATE it has one
        raise ceremonies.wrong()
