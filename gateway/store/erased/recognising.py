"""What a restored backup has brought back: rows that the journal of erasures knows by their marks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, literal, select, union
from sqlalchemy.orm import Session

from gateway.rules.erasure import State, Step
from gateway.store import outbox
from gateway.store.erased.items import Item
from gateway.store.erased.planning import ACCOUNT, BY_PUBLIC_ID
from gateway.store.erasurejournal import Entry, ErasureJournal
from gateway.store.models import (
    Account,
    Article,
    Contact,
    ContactAddress,
    Customer,
    Delivery,
    Erasure,
    ErasureItem,
    Intake,
    Participant,
    Quarantined,
    RemoteSession,
    RemoteSystem,
    Ticket,
    table,
)
from gateway.store.outbox import Topic

_BORN = {
    Item.ARTICLE: Article.created_at,
    Item.SESSION: RemoteSession.made_at,
    Item.INTAKE: Intake.received_at,
    Item.CONTACT: Contact.created_at,
    Item.CUSTOMER: Customer.created_at,
    Item.SYSTEM: RemoteSystem.enrolled_at,
}
"""When a row came into being; a file did with its article, which has another mark."""

_AT_ONCE = 2000
_LOCK = 0x6D346102  # whichever number, the same in every process


def list_owed(db: Session) -> Sequence[int]:
    """The keys of those that are to be carried out again and are not done yet, oldest first."""
    wanted = Erasure.again_from.is_not(None), Erasure.state != State.DONE.value
    return db.execute(select(Erasure.id).where(*wanted).order_by(Erasure.id)).scalars().all()


def find_unknown(db: Session, entries: Iterable[Entry]) -> Sequence[Entry]:
    """Erasures of which the database knows nothing: it is older than they are.

    One that had begun when it was copied goes on as it would anyway.
    """
    known = set(db.execute(select(Erasure.public_id)).scalars())
    return [entry for entry in entries if entry.erasure not in known]


def owe(db: Session, journal: ErasureJournal, entries: Iterable[Entry], *, now: datetime) -> int:
    """Have those that the database does not know carried out again, with what is there now; how many.

    Whoever comes at the same time waits, and finds none left. What came into being after the first time
    stays. Of an account that is not there, there is nothing.
    """
    if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        db.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    unknown = find_unknown(db, entries)
    made = {entry.erasure: _put(db, entry, now=now) for entry in unknown}
    for key, public_id in db.execute(select(Account.id, Account.public_id)).all():
        mine = [entry for entry in unknown if entry.account == journal.mark(ACCOUNT, public_id)]
        if not mine:
            continue
        rows = table(Erasure)
        here = [made[entry.erasure] for entry in mine]
        db.execute(rows.update().where(rows.c.id.in_(here)).values(account_id=key))
        _note(db, journal, (key, public_id), mine, made)
    return len(made)


def _put(db: Session, entry: Entry, *, now: datetime) -> int:
    row = Erasure(
        public_id=entry.erasure,
        kind=entry.kind,
        statuses=[],
        quoted=[],
        state=State.WAITING.value,
        step=Step.EXPORTS.value,
        counts={},
        again_from=entry.at,
        asked_at=now,
    )
    db.add(row)
    db.flush()
    outbox.put(db, Topic.ERASE, row.id, now=now)
    return row.id


def _note(
    db: Session,
    journal: ErasureJournal,
    account: tuple[int, str],
    entries: Sequence[Entry],
    made: Mapping[str, int],
) -> None:
    """Write down what of one account is to go again."""
    by_mark: dict[str, list[Entry]] = {}
    for entry in entries:
        for mark in entry.marks:
            by_mark.setdefault(mark, []).append(entry)
    rows = []
    for item, row_id, ref, told, born in _everything(db, *account):
        rows += [
            {"erasure_id": made[entry.erasure], "kind": item.value, "row_id": row_id, "ref": ref}
            for entry in by_mark.get(journal.mark(item.value, told), ())
            if born is None or born < entry.at
        ]
        if len(rows) >= _AT_ONCE:
            db.execute(insert(ErasureItem), rows)
            rows = []
    if rows:
        db.execute(insert(ErasureItem), rows)


def _everything(
    db: Session, account_id: int, public_id: str
) -> Iterator[tuple[Item, int, str, str, datetime | None]]:
    """What of an account can have a mark: what it is, its row or text, what is marked, since when it is."""
    tickets = select(Ticket.id, Ticket.number, Ticket.created_at).where(Ticket.account_id == account_id)
    for key, number, born in db.execute(tickets.execution_options(yield_per=_AT_ONCE)):
        yield Item.TICKET, key, "", f"{public_id}:{number}", born
    for item, model in BY_PUBLIC_ID:
        one = table(model).c
        since = _BORN.get(item, literal(None))
        rows = select(one.id, one.public_id, since).where(one.account_id == account_id)
        for key, told, born in db.execute(rows.execution_options(yield_per=_AT_ONCE)):
            yield item, key, "", told, born
    for address in _addresses(db, account_id):
        yield Item.ADDRESS, 0, address, f"{public_id}:{address}", None


def _addresses(db: Session, account_id: int) -> Sequence[str]:
    """Whatever address is kept by itself anywhere in the account."""
    columns = (
        (ContactAddress.account_id, ContactAddress.address),
        (Participant.account_id, Participant.address),
        (Delivery.account_id, Delivery.recipient),
        (Article.account_id, Article.from_address),
        (Quarantined.account_id, Quarantined.from_address),
        (Intake.account_id, Intake.mail_from),
        (Ticket.account_id, Ticket.requester_address),
    )
    found = union(*(select(func.lower(one).label("address")).where(of == account_id) for of, one in columns))
    return [address for address in db.execute(found).scalars() if address]
