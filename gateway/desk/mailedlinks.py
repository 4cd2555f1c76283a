"""Links mailed to people: to confirm their address, or to choose a new password when the old one is lost.

A link holds its secret behind `#`, which browsers send to nobody: no log has it, and a machine that follows
links in mails uses nothing up. It works once, for a time, and while the person still has that address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.desk.notices import write_notice
from gateway.errors import NotFound
from gateway.ids import hash_secret, new_secret
from gateway.rules.access import Actor
from gateway.store import announcing, deliveries
from gateway.store.blobs import BlobStore
from gateway.store.models import HalfSignIn, MailedLink, Staff, WebSession


class Purpose(StrEnum):
    """What a link is for; its name is also that of its page and of its mail's templates."""

    CONFIRM = "confirm"
    RESET = "reset"


LASTS = {Purpose.CONFIRM: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}
_MOST_AT_ONCE = 3
"""Links of one purpose that a person can have open: whoever asks for more makes no flood of mails."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a link is mailed to."""

    account_id: int
    staff_id: int
    name: str
    login: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A written mail with a link: the hash of its bytes, which are durable, and of its secret."""

    reader: Reader
    purpose: Purpose
    raw_sha256: str
    token_hash: str


def find_readers(db: Session, said: str) -> tuple[Reader, ...]:
    """Who is meant by a login or an address; several where one person works for several businesses."""
    wanted = said.strip().lower()
    known = or_(Staff.login == wanted, func.lower(Staff.email) == wanted)
    columns = (Staff.account_id, Staff.id, Staff.first_name, Staff.login, Staff.email, Staff.locale)
    rows = db.execute(select(*columns).where(known, Staff.deactivated_at.is_(None)).limit(_MOST_AT_ONCE))
    return tuple(Reader(*row) for row in rows)


def reader_of(db: Session, by: Actor) -> Reader:
    """The person who acts, as somebody to write to; NotFound for an API token."""
    columns = (Staff.account_id, Staff.id, Staff.first_name, Staff.login, Staff.email, Staff.locale)
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    found = db.execute(select(*columns).where(*mine)).first()
    if found is None:
        raise NotFound
    return Reader(*found)


def write(
    reader: Reader, purpose: Purpose, *, base_url: str, blobs: BlobStore, mail_domain: str, now: datetime
) -> Letter:
    """Write the mail; nothing is recorded yet, and the link is worth nothing before `send`."""
    secret = new_secret()
    raw = write_notice(
        purpose.value,
        to=reader.email,
        locale=reader.locale,
        mail_domain=mail_domain,
        now=now,
        person=reader.name or reader.login,
        login=reader.login,
        url=f"{base_url}/{purpose.value}#{secret}",
        privacy=f"{base_url}/privacy",
    )
    return Letter(reader, purpose, blobs.put(raw).sha256, hash_secret(secret))


def send(db: Session, letter: Letter, *, now: datetime) -> bool:
    """Let the link be good and its mail go; False if the person has enough of them."""
    reader = letter.reader
    theirs = MailedLink.staff_id == reader.staff_id, MailedLink.purpose == letter.purpose.value
    are_open = select(func.count()).where(*theirs, MailedLink.expires_at > now)
    if db.execute(are_open).scalar_one() >= _MOST_AT_ONCE:
        return False
    db.add(
        MailedLink(
            account_id=reader.account_id,
            staff_id=reader.staff_id,
            purpose=letter.purpose.value,
            address=reader.email,
            token_hash=letter.token_hash,
            created_at=now,
            expires_at=now + LASTS[letter.purpose],
        )
    )
    deliveries.queue_notice(
        db, account_id=reader.account_id, recipient=reader.email, raw_sha256=letter.raw_sha256, now=now
    )
    return True


def confirm(db: Session, secret: str, *, now: datetime) -> None:
    """The person has the address that they named. NotFound for a link that is unknown, used or too old."""
    staff_id = _redeem(db, secret, Purpose.CONFIRM, now)
    db.execute(update(Staff).where(Staff.id == staff_id).values(email_confirmed_at=now))


def set_password(db: Session, secret: str, password_hash: str, *, now: datetime) -> str:
    """A new password for whoever has the link; their sessions end everywhere. Returns their login.

    NotFound as in `confirm`. That they read the mail confirms the address as well.
    """
    staff_id = _redeem(db, secret, Purpose.RESET, now)
    values = {"password_hash": password_hash, "email_confirmed_at": now}
    person = update(Staff).where(Staff.id == staff_id).values(**values).returning(Staff.login)
    login: str = db.execute(person).scalar_one()
    _end_sessions(db, staff_id)
    auditing.note_of_person(db, staff_id, Kind.PASSWORD_RESET, now=now)
    return login


def set_password_of(db: Session, login: str, password_hash: str, *, now: datetime) -> None:
    """The operator gives somebody a password, where no mail reaches them; their sessions end everywhere.

    NotFound for a login that nobody has, or somebody who was deactivated.
    """
    known = Staff.login == login, Staff.deactivated_at.is_(None)
    person = update(Staff).where(*known).values(password_hash=password_hash).returning(Staff.id)
    staff_id = db.execute(person).scalar()
    if staff_id is None:
        raise NotFound("There is nobody with this login.")
    _end_sessions(db, staff_id)
    auditing.note_of_person(db, staff_id, Kind.PASSWORD_SET, now=now, actor=auditing.OPERATOR)


def _end_sessions(db: Session, staff_id: int) -> None:
    for begun in (WebSession, HalfSignIn):
        db.execute(delete(begun).where(begun.staff_id == staff_id))
    announcing.tell_of_sessions(db, staff_id)


def _redeem(db: Session, secret: str, purpose: Purpose, now: datetime) -> int:
    """Take a link, and with it all others of its purpose; the key of its person."""
    wanted = (
        MailedLink.token_hash == hash_secret(secret),
        MailedLink.purpose == purpose.value,
        MailedLink.expires_at > now,
        MailedLink.address == Staff.email,
        Staff.deactivated_at.is_(None),
    )
    person = select(MailedLink.staff_id).join(Staff, Staff.id == MailedLink.staff_id)
    staff_id = db.execute(person.where(*wanted)).scalar()
    if staff_id is not None:
        theirs = MailedLink.staff_id == staff_id, MailedLink.purpose == purpose.value
        used = delete(MailedLink).where(*theirs, MailedLink.token_hash == hash_secret(secret))
        if db.execute(used).rowcount:  # type: ignore[attr-defined]  # of a DELETE it has one
            db.execute(delete(MailedLink).where(*theirs))
            return staff_id
    raise NotFound("This link has been used or is too old. Please ask for a new one.")
