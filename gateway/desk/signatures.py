"""Signatures: each staff member's own, in two languages, above that of the mailbox; with placeholders."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from gateway.errors import Invalid
from gateway.mail.placeholders import Placeholder, fill, find_unknown
from gateway.rules.access import Actor
from gateway.store.models import Staff, table

MAX_TEXT_CHARS = 5_000


@dataclass(frozen=True, slots=True)
class OwnSignature:
    """What a staff member puts below every answer, by the language of the mailbox that sends it."""

    en: str
    de: str


@dataclass(frozen=True, slots=True)
class _Person:
    """Who signs."""

    own: OwnSignature
    name: str
    first_name: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What a mailbox and a ticket give a signature."""

    name: str
    address: str
    locale: str
    signature: str
    number: int
    customer: str
    contact: str


def get_own(db: Session, by: Actor) -> OwnSignature:
    """One's own signature, empty for a token."""
    return _person(db, by).own


def change_own(db: Session, by: Actor, wanted: OwnSignature) -> None:
    """Sign otherwise from now on; Invalid names the field at fault."""
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    values = {
        "signature_en": checked(wanted.en, "signature_en"),
        "signature_de": checked(wanted.de, "signature_de"),
    }
    db.execute(update(Staff).where(*mine).values(**values))


def checked(text: str, field: str) -> str:
    """A text to keep; Invalid if it is too long or names a placeholder that there is not."""
    wanted = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(wanted) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field=field)
    if find_unknown(wanted) is not None:
        raise Invalid("A placeholder in double braces is not one of those listed here.", field=field)
    return wanted


def sign(db: Session, by: Actor, head: Letterhead) -> str:
    """The signature of an answer, every placeholder filled: one's own in the mailbox's language, then its."""
    person = _person(db, by)
    own = person.own.de if head.locale == "de" else person.own.en
    return "\n".join(_filled(text, person, head) for text in (own, head.signature) if text)


def fill_in(db: Session, by: Actor, text: str, head: Letterhead) -> str:
    """A text with every placeholder filled, as somebody would write it below this head."""
    return _filled(text, _person(db, by), head)


def sign_automatic(head: Letterhead) -> str:
    """The mailbox's signature below a mail that nobody here wrote."""
    return fill(head.signature, _values(head))


def _filled(text: str, person: _Person, head: Letterhead) -> str:
    filled = {Placeholder.STAFF_NAME: person.name, Placeholder.STAFF_FIRST_NAME: person.first_name}
    return fill(text, filled | _values(head))


def _person(db: Session, by: Actor) -> _Person:
    """Who signs, without name or signature where it is a token."""
    found = db.connection().execute(_PERSON, {"account": by.account_id, "staff": by.staff_id}).first()
    if found is None:
        return _Person(OwnSignature("", ""), "", "")
    name = f"{found.first_name} {found.last_name}".strip() or found.login
    return _Person(OwnSignature(found.signature_en, found.signature_de), name, found.first_name or name)


def _values(head: Letterhead) -> dict[Placeholder, str]:
    return {
        Placeholder.MAILBOX_NAME: head.name,
        Placeholder.MAILBOX_ADDRESS: head.address,
        Placeholder.TICKET_NUMBER: str(head.number),
        Placeholder.CUSTOMER_NAME: head.customer,
        Placeholder.CONTACT_NAME: head.contact,
    }


_STAFF = table(Staff).c
_PERSON = select(
    _STAFF.signature_en, _STAFF.signature_de, _STAFF.login, _STAFF.first_name, _STAFF.last_name
).where(_STAFF.account_id == bindparam("account"), _STAFF.id == bindparam("staff"))
