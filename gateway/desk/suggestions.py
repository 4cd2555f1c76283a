"""Suggestions to the operator by nobody: what is kept of one leads to no account, person, place or hour.

Until its day is over a suggestion is a text with a day, in no order. Then it becomes a ticket of the
operator's account, together with the others of the day, as of that day's midnight: neither its number nor any
time tells when it came. docs/adr/0021-suggestions-by-nobody.md says what was weighed.
"""

from datetime import UTC, datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.desk import operatorpost, stamps
from gateway.desk.stamps import For, Work
from gateway.errors import Gone, Invalid, TooMany
from gateway.i18n import _, speaking
from gateway.store.models import Suggestion
from gateway.store.queries import operating as queries

BITS = stamps.BITS
MAX_CHARS = 5_000
MOST_A_DAY = 500
"""Of all together, as nobody is told from anybody; more have to wait for the next day."""


def new_challenge(key: bytes, *, now: datetime) -> str:
    """Something to be solved, today or tomorrow; nothing is kept of it, and it names nothing but the day."""
    return stamps.new_challenge(key, For.SUGGESTION, now=now)


def suggest(db: Session, text: str, work: Work, *, key: bytes, now: datetime) -> None:
    """Keep a suggestion, whoever it is from.

    Invalid for a text or work that is none, Conflict for work that was used or is too old, TooMany once there
    are enough for today, Gone where nobody is there to read it.
    """
    if not operatorpost.is_read(db):
        raise Gone("Nobody reads suggestions here.")
    wanted = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not wanted:
        raise Invalid("Please write a text.", field="text")
    if len(wanted) > MAX_CHARS:
        raise Invalid("This is too long.", field="text")
    stamps.check_work(work, key=key, what=For.SUGGESTION, bits=BITS, now=now)
    today = stamps.day_of(now).isoformat()
    if db.execute(select(func.count()).where(Suggestion.day == today)).scalar_one() >= MOST_A_DAY:
        raise TooMany(retry_after=86_400)
    try:
        with db.begin_nested():
            db.add(Suggestion(id=stamps.spent(work.challenge), day=today, text=wanted))
    except IntegrityError:
        raise stamps.used() from None


def are_due(db: Session, *, now: datetime) -> bool:
    """Whether there is something for `open_due`; asked before anything is written."""
    return db.execute(_past(now).limit(1)).first() is not None


def open_due(db: Session, *, now: datetime) -> int:
    """Make tickets of what came before today, in no order; forget what work was used long ago. How many."""
    account = queries.find_operators(db)
    if account is None:
        return 0
    found = db.execute(_past(now)).all()
    for row in found:
        _open(db, account.id, row.text, _midnight(row.day), now)
    ids = [row.id for row in found]
    db.execute(update(Suggestion).where(Suggestion.id.in_(ids)).values(text=""))
    too_old = (stamps.day_of(now) - stamps.HOLDS_FOR).isoformat()
    db.execute(delete(Suggestion).where(Suggestion.day < too_old, Suggestion.text == ""))
    return len(found)


def _open(db: Session, account_id: int, text: str, at: datetime, now: datetime) -> None:
    with speaking(operatorpost.locale_of(db, account_id)):
        subject = _("Suggestion: %(words)s") % {"words": operatorpost.short(text)}
    operatorpost.open_ticket(db, account_id, subject, text, at=at, now=now)


def _past(now: datetime) -> Select[str, str, str]:
    """What is to become tickets, by a hash that nobody chose: in no order."""
    columns = select(Suggestion.id, Suggestion.day, Suggestion.text)
    waiting = Suggestion.day < stamps.day_of(now).isoformat(), Suggestion.text != ""
    return columns.where(*waiting).order_by(Suggestion.id)


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
