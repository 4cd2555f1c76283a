"""How a mailbox behaves: its name and signature, its language, and when it speaks up by itself."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from gateway.desk.signatures import MAX_TEXT_CHARS, checked
from gateway.errors import Invalid
from gateway.i18n import LOCALES
from gateway.rules.access import Actor, Permission, require
from gateway.store import mailboxes

MAX_NAME_CHARS = 200
MAX_REOPEN_DAYS = 3_650
MAX_SILENCE_HOURS = 8_760


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """What people decide about a mailbox.

    A reply to a ticket closed for longer than `reopen_days` begins a new one; after `silence_hours` without a
    mail its people are told (0: never); an empty `acknowledgement` is the desk's own text. In it
    `{number}` and `{desk}` stand for the ticket's number and the mailbox's name. Mail to one with
    `is_privacy` is about privacy: each is taken for a request for deletion until people have read it.
    """

    name: str
    signature: str
    locale: str
    reopen_days: int
    silence_hours: int
    acknowledges: bool
    acknowledgement: str
    is_privacy: bool = False


def find_settings(db: Session, account_id: int, public_id: str) -> MailboxSettings:
    """How a mailbox behaves now; NotFound for another account's."""
    row = mailboxes.get(db, account_id, public_id)
    return MailboxSettings(
        name=row.name,
        signature=row.signature,
        locale=row.locale,
        reopen_days=row.reopen_days,
        silence_hours=row.silence_hours,
        acknowledges=row.acknowledges,
        acknowledgement=row.acknowledgement,
        is_privacy=row.is_privacy,
    )


def change_settings(db: Session, by: Actor, public_id: str, wanted: MailboxSettings) -> None:
    """Let a mailbox behave otherwise; Invalid names the field at fault, NotFound another account's."""
    require(by, Permission.MANAGE_ACCOUNT)
    row = mailboxes.get(db, by.account_id, public_id)
    if wanted.locale not in LOCALES:
        raise Invalid("This language is not spoken here.", field="locale")
    row.name = _text(wanted.name, "name", MAX_NAME_CHARS)
    row.signature = checked(wanted.signature, "signature")
    row.locale = wanted.locale
    row.reopen_days = _number(wanted.reopen_days, "reopen_days", MAX_REOPEN_DAYS)
    row.silence_hours = _number(wanted.silence_hours, "silence_hours", MAX_SILENCE_HOURS)
    row.acknowledges = wanted.acknowledges
    row.acknowledgement = _text(wanted.acknowledgement, "acknowledgement", MAX_TEXT_CHARS)
    row.is_privacy = wanted.is_privacy


def _text(text: str, field: str, most: int) -> str:
    wanted = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(wanted) > most:
        raise Invalid("The text is too long.", field=field)
    return wanted


def _number(number: int, field: str, most: int) -> int:
    if not 0 <= number <= most:
        raise Invalid("This number is too small or too large.", field=field)
    return number
