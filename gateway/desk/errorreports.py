"""Error reports to the operator: a few words and the parts that its writer has left in, at once a ticket.

A report names nobody unless its writer leaves a part in that does; what it says beyond their words is what
they saw before it went. docs/adr/0023-error-reports.md says where its parts come from.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.desk import knocking, operatorpost, stamps
from gateway.desk.stamps import For, Work
from gateway.errors import Gone, Invalid
from gateway.i18n import _, speaking
from gateway.ids import base32
from gateway.store.queries import operating as queries

BITS = stamps.BITS
MAX_CHARS = 2_000
MOST_PARTS = 20
MAX_PART_CHARS = 400

_ID_BYTES = 15


def new_challenge(key: bytes, *, now: datetime) -> str:
    """What makes a report one that is sent once, today or tomorrow."""
    return stamps.new_challenge(key, For.ERROR_REPORT, now=now)


def report(
    db: Session,
    words: str,
    parts: Sequence[str],
    work: Work,
    *,
    staff_id: int | None,
    key: bytes,
    now: datetime,
) -> None:
    """Make a ticket of the operator's account, whoever it is from.

    Who is signed in (`staff_id`) is counted; who is not has their machine work for it, and all of those are
    counted together. Invalid for words, parts or work that are none, Conflict for a form that was sent or is
    too old, TooMany for one too often, Gone where nobody is there to read it.
    """
    account = queries.find_operators(db)
    if account is None:
        raise Gone("Nobody reads error reports here.")
    wanted = _checked(words)
    left_in = [_checked_part(part) for part in parts]
    if len(left_in) > MOST_PARTS:
        raise Invalid(detail="too many parts")
    if staff_id is None:
        stamps.check_work(work, key=key, what=For.ERROR_REPORT, bits=BITS, now=now)
    else:
        stamps.check(work.challenge, key=key, what=For.ERROR_REPORT, now=now)
    knocking.knock_with_report(db, staff_id, key=key, now=now)
    with speaking(operatorpost.locale_of(db, account.id)):
        subject = _("Error report: %(words)s") % {"words": operatorpost.short(wanted)}
    text = "\n".join([wanted, "", *left_in]).strip()
    once = base32(bytes.fromhex(stamps.spent(work.challenge))[:_ID_BYTES])
    try:
        with db.begin_nested():
            operatorpost.open_ticket(db, account.id, subject, text, at=now, now=now, public_id=once)
    except IntegrityError:
        raise stamps.used() from None


def _checked(words: str) -> str:
    wanted = words.replace("\r\n", "\n").replace("\0", "").strip()
    if not wanted:
        raise Invalid("Please write a text.", field="text")
    if len(wanted) > MAX_CHARS:
        raise Invalid("This is too long.", field="text")
    return wanted


def _checked_part(part: str) -> str:
    """A part is one line."""
    line = " ".join(part.replace("\0", "").split())
    if not line or len(line) > MAX_PART_CHARS:
        raise Invalid(detail="part")
    return line
