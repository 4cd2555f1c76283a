"""Signatures: each staff member's own, in two languages, above that of the mailbox; with placeholders."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.errors import Invalid
from gateway.mail.placeholders import Placeholder, fill, find_unknown
from gateway.rules.access import Actor
from gateway.store.models import Staff

MAX_TEXT_CHARS = 5_000


@dataclass(frozen=True, slots=True)
class OwnSignature:
    """What a staff member puts below every answer, by the language of the mailbox that sends it."""

    en: str
    de: str


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
    columns = select(Staff.signature_en, Staff.signature_de)
    found = db.execute(columns.where(Staff.account_id == by.account_id, Staff.id == by.staff_id)).first()
    return OwnSignature(*found) if found else OwnSignature("", "")


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
    own = get_own(db, by)
    texts = (own.de if head.locale == "de" else own.en, head.signature)
    return "\n".join(fill_in(db, by, text, head) for text in texts if text)


def fill_in(db: Session, by: Actor, text: str, head: Letterhead) -> str:
    """A text with every placeholder filled, as somebody would write it below this head."""
    name, first_name = _names(db, by)
    filled = {Placeholder.STAFF_NAME: name, Placeholder.STAFF_FIRST_NAME: first_name}
    return fill(text, filled | _values(head))


def sign_automatic(head: Letterhead) -> str:
    """The mailbox's signature below a mail that nobody here wrote."""
    return fill(head.signature, _values(head))


def _names(db: Session, by: Actor) -> tuple[str, str]:
    columns = select(Staff.login, Staff.first_name, Staff.last_name)
    found = db.execute(columns.where(Staff.account_id == by.account_id, Staff.id == by.staff_id)).first()
    if found is None:
        return "", ""
    name = f"{found.first_name} {found.last_name}".strip() or found.login
    return name, found.first_name or name


def _values(head: Letterhead) -> dict[Placeholder, str]:
    return {
        Placeholder.MAILBOX_NAME: head.name,
        Placeholder.MAILBOX_ADDRESS: head.address,
        Placeholder.TICKET_NUMBER: str(head.number),
        Placeholder.CUSTOMER_NAME: head.customer,
        Placeholder.CONTACT_NAME: head.contact,
    }
