"""When a mailbox's people are there, and what it says by itself while they are not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.errors import Invalid
from gateway.rules.access import Actor, Permission, require
from gateway.rules.hours import Hours
from gateway.store import duework, mailboxes

MAX_TEXT_CHARS = 5_000


@dataclass(frozen=True, slots=True)
class OutOfHours:
    """Working hours, whether new requests outside them are acknowledged, and in which words ("": the usual).

    `{number}`, `{desk}` and `{opens}` in the text stand for the ticket's number, the mailbox's name and the
    next opening.
    """

    hours: Hours
    answers: bool
    text: str


def find_out_of_hours(db: Session, account_id: int, public_id: str) -> OutOfHours:
    """How it is now; NotFound for another account's mailbox."""
    row = mailboxes.get(db, account_id, public_id)
    return OutOfHours(Hours.from_stored(row.hours), row.answers_closed, row.closed_text)


def change_out_of_hours(db: Session, by: Actor, public_id: str, wanted: OutOfHours, *, now: datetime) -> None:
    """Let it be otherwise; Invalid for a text that is too long, NotFound for another account's mailbox."""
    require(by, Permission.MANAGE_ACCOUNT)
    row = mailboxes.get(db, by.account_id, public_id)
    text = wanted.text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="closed_text")
    if row.hours != wanted.hours.as_stored():
        row.hours = wanted.hours.as_stored()
        if duework.has_targets(db, by.account_id):
            duework.owe(db, by.account_id, now=now)
    row.answers_closed = wanted.answers
    row.closed_text = text
