"""Between password and second factor: who is half-way is known to the server, and bound to one browser.

Nothing of the desk is open to them; the browser holds a secret of which we keep the hash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.ids import hash_secret, new_secret
from gateway.store.models import HalfSignIn, Staff

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Whose password was right."""

    staff_id: int
    login: str


def begin(db: Session, staff_id: int, *, now: datetime) -> str:
    """Note that the password was right; the answer is the secret for the browser, kept nowhere else."""
    secret = new_secret()
    token_hash = hash_secret(secret)
    db.add(HalfSignIn(staff_id=staff_id, token_hash=token_hash, created_at=now, expires_at=now + LASTS))
    return secret


def find(db: Session, secret: str, *, now: datetime) -> HalfWay | None:
    """Who is half-way in the browser that holds this secret; None when that is over."""
    wanted = (
        HalfSignIn.token_hash == hash_secret(secret),
        HalfSignIn.expires_at > now,
        Staff.deactivated_at.is_(None),
    )
    person = select(Staff.id, Staff.login).join(HalfSignIn, HalfSignIn.staff_id == Staff.id)
    found = db.execute(person.where(*wanted)).first()
    return HalfWay(*found) if found else None


def end_all(db: Session, staff_id: int) -> None:
    """Nobody is half-way in as this person any more: they are in, or the password is another."""
    db.execute(delete(HalfSignIn).where(HalfSignIn.staff_id == staff_id))
