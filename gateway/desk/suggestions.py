"""Suggestions to the operator by nobody: what is kept of one leads to no account, person, place or hour.

Until its day is over a suggestion is a text with a day, in no order. Then it becomes a ticket of the
operator's account, together with the others of the day, as of that day's midnight: neither its number nor any
time tells when it came. docs/adr/0021-suggestions-by-nobody.md says what was weighed.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.errors import Conflict, Gone, Invalid, TooMany
from gateway.i18n import DEFAULT_LOCALE, _, speaking
from gateway.ids import new_public_id
from gateway.mail.address import Address
from gateway.rules.access import Role
from gateway.rules.proofofwork import is_solved
from gateway.rules.status import ArticleKind, Status
from gateway.store import articles, notifications, tickets
from gateway.store.articles import NewArticle, snippet_of
from gateway.store.models import Staff, Suggestion
from gateway.store.queries import operating as queries
from gateway.store.tickets import EventKind, NewTicketRow

BITS = 17
"""A second or two of a browser's work."""
MAX_CHARS = 5_000
MOST_A_DAY = 500
"""Of all together, as nobody is told from anybody; more have to wait for the next day."""

_SUBJECT_CHARS = 60
_HOLDS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """What a browser solved, and with what."""

    challenge: str
    answer: str


def new_challenge(key: bytes, *, now: datetime) -> str:
    """Something to be solved, today or tomorrow; nothing is kept of it, and it names nothing but the day."""
    open_part = f"{_day(now).isoformat()}.{new_public_id()}"
    return f"{open_part}.{_mac(key, open_part)}"


def are_read(db: Session) -> bool:
    """Whether there is somebody to read them: an account that is the operator's."""
    return queries.find_operators(db) is not None


def suggest(db: Session, text: str, work: Work, *, key: bytes, now: datetime) -> None:
    """Keep a suggestion, whoever it is from.

    Invalid for a text or work that is none, Conflict for work that was used or is too old, TooMany once there
    are enough for today, Gone where nobody is there to read it.
    """
    if not are_read(db):
        raise Gone("Nobody reads suggestions here.")
    wanted = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not wanted:
        raise Invalid("Please write a text.", field="text")
    if len(wanted) > MAX_CHARS:
        raise Invalid("This is too long.", field="text")
    _check(work, key, now)
    today = _day(now).isoformat()
    if db.execute(select(func.count()).where(Suggestion.day == today)).scalar_one() >= MOST_A_DAY:
        raise TooMany(retry_after=86_400)
    used_up = hashlib.sha256(work.challenge.encode()).hexdigest()
    try:
        with db.begin_nested():
            db.add(Suggestion(id=used_up, day=today, text=wanted))
    except IntegrityError:
        raise _used() from None


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
    too_old = (_day(now) - _HOLDS_FOR).isoformat()
    db.execute(delete(Suggestion).where(Suggestion.day < too_old, Suggestion.text == ""))
    return len(found)


def _open(db: Session, account_id: int, text: str, at: datetime, now: datetime) -> None:
    owner = Staff.account_id == account_id, Staff.role == Role.OWNER.value
    locale = db.execute(select(Staff.locale).where(*owner)).scalar() or DEFAULT_LOCALE
    with speaking(locale):
        subject = _("Suggestion: %(words)s") % {"words": snippet_of(text)[:_SUBJECT_CHARS]}
    nobody = Address("", "")
    new = NewTicketRow(
        subject=subject,
        status=Status.NEW,
        mailbox_id=None,
        contact_id=None,
        customer_id=None,
        requester_name="",
        requester_address="",
    )
    ticket = tickets.open_ticket(db, account_id, new, now=at)
    article = NewArticle(kind=ArticleKind.INBOUND, from_=nobody, subject=subject, text=text, reply_text=text)
    article_id, _public_id = articles.append(db, account_id, ticket.id, article, now=at)
    tickets.add_event(db, account_id, ticket.id, EventKind.CREATED, article_id=article_id, now=at)
    if ticket.tells_of_new:
        notifications.tell_of_new(db, ticket.id, article_id=article_id, now=now)


def _past(now: datetime) -> Select[str, str, str]:
    """What is to become tickets, by a hash that nobody chose: in no order."""
    columns = select(Suggestion.id, Suggestion.day, Suggestion.text)
    waiting = Suggestion.day < _day(now).isoformat(), Suggestion.text != ""
    return columns.where(*waiting).order_by(Suggestion.id)


def _check(work: Work, key: bytes, now: datetime) -> None:
    open_part, _dot, mac = work.challenge.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, open_part).encode()):
        raise Invalid(detail="challenge")
    made_on = date.fromisoformat(open_part.partition(".")[0])
    if not made_on <= _day(now) <= made_on + _HOLDS_FOR:
        raise _used()
    if not is_solved(work.challenge, work.answer, bits=BITS):
        raise Invalid(detail="proof of work")


def _used() -> Conflict:
    return Conflict("This was sent already, or the page was open for too long. Please send it again.")


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _mac(key: bytes, open_part: str) -> str:
    return hmac.digest(key, f"suggestion:{open_part}".encode(), "sha256").hex()
