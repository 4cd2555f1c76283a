"""A notice of the operator's to everybody who is signed in, until its end or until it is taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.desk import auditing, operating
from gateway.desk.auditing import Kind
from gateway.errors import Invalid
from gateway.ids import new_public_id
from gateway.rules.access import Actor
from gateway.store.models import Broadcast

MAX_CHARS = 500
LONGEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice; `public_id` is what a browser remembers that was read."""

    public_id: str
    text_en: str
    text_de: str
    until_at: datetime

    def in_language(self, locale: str) -> str:
        """The words for a reader."""
        return self.text_de if locale == "de" else self.text_en


def find(db: Session, *, now: datetime) -> Notice | None:
    """What everybody is told now."""
    columns = Broadcast.public_id, Broadcast.text_en, Broadcast.text_de, Broadcast.until_at
    found = db.execute(select(*columns).where(Broadcast.until_at > now)).first()
    return Notice(*found) if found else None


def announce(
    db: Session, by: Actor | None, text_en: str, text_de: str, *, until: datetime, now: datetime
) -> None:
    """Tell everybody, instead of what they were told before; who had dismissed that sees this one.

    Both languages are needed. Invalid names the field at fault.
    """
    operating.require_operator(db, by)
    texts = {"text_en": _checked(text_en, "text_en"), "text_de": _checked(text_de, "text_de")}
    if not now < until <= now + LONGEST:
        raise Invalid("A notice ends in the future, within 90 days.", field="until")
    db.execute(delete(Broadcast))
    db.add(Broadcast(public_id=new_public_id(), until_at=until, made_at=now, **texts))
    db.flush()
    _note(db, by, Kind.BROADCAST_MADE, now)


def take_back(db: Session, by: Actor | None, *, now: datetime) -> None:
    """Tell nobody anything from now on."""
    operating.require_operator(db, by)
    db.execute(delete(Broadcast))
    _note(db, by, Kind.BROADCAST_ENDED, now)


def _note(db: Session, by: Actor | None, kind: Kind, now: datetime) -> None:
    if by is not None:
        auditing.note(db, by, kind, now=now)


def _checked(text: str, field: str) -> str:
    wanted = " ".join(text.replace("\0", "").split())
    if not wanted:
        raise Invalid("Please fill this in.", field=field)
    if len(wanted) > MAX_CHARS:
        raise Invalid("This is too long.", field=field)
    return wanted
