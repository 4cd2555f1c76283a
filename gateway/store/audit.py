"""The audit log of an account: a chain of entries, each with the hash of the one before.

It is only ever added to, which the database itself sees to. Whoever keeps the newest hash can show later
whether all that was there then still is as it was.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, insert, select, text
from sqlalchemy.orm import Session

from gateway.store.models import Account, AuditEntry, table
from gateway.store.session import at_the_end
from gateway.store.types import MOST

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""

BATCH = 1000
_LOCK = 0x6D346101  # whichever number, the same in every process; beside it stands the account
_WAITING = "audit"


@dataclass(frozen=True, slots=True)
class Ref:
    """Somebody or something by its public id; "" where there is none."""

    kind: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is added: who did what to what, and what is technical about it."""

    at: datetime
    actor: Ref
    kind: str
    subject: Ref
    facts: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log of the account with the public id `account`."""

    account: str
    seq: int
    at: datetime
    actor: Ref
    kind: str
    subject: Ref
    facts: Mapping[str, str | int | bool]
    previous_hash: str
    hash: str

    def values(self) -> dict[str, Any]:
        """All that the hash is over, by name, as it stands in a download."""
        return {
            "account": self.account,
            "seq": self.seq,
            "at": f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "actor_kind": self.actor.kind,
            "actor_id": self.actor.id,
            "kind": self.kind,
            "subject_kind": self.subject.kind,
            "subject_id": self.subject.id,
            "facts": dict(self.facts),
            "previous_hash": self.previous_hash,
        }

    def expected_hash(self) -> str:
        """What its hash must be: SHA-256 of the values as JSON, names sorted, without any blank."""
        canonical = json.dumps(self.values(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking at the whole chain came to.

    `broken_at` is the first entry that does not fit, None if all do; `head` is the newest hash that does.
    """

    entries: int
    head: str
    broken_at: int | None


def append(db: Session, account_id: int, new: NewEntry) -> None:
    """Add an entry as the last of the transaction; it is there if the transaction is, and only then."""
    waiting: list[tuple[int, NewEntry]] = db.info.setdefault(_WAITING, [])
    waiting.append((account_id, new))
    if len(waiting) == 1:
        at_the_end(db, _write)


def list_newest(
    db: Session, account_id: int, *, kind: str | None = None, before: int | None = None, limit: int = 50
) -> tuple[Entry, ...]:
    """Entries from the newest on, of one kind if one is named, below the number `before`."""
    values = {"account": account_id, "kind": kind, "before": before or MOST, "most": limit}
    found = db.connection().execute(_NEWEST if kind is None else _NEWEST_OF_KIND, values)
    return tuple(map(_entry, found))


def list_after(db: Session, account_id: int, seq: int) -> tuple[Entry, ...]:
    """The next `BATCH` entries from the oldest on, above a number."""
    values = {"account": account_id, "after": seq, "most": BATCH}
    return tuple(map(_entry, db.connection().execute(_OLDEST, values)))


def everything(db: Session, account_id: int) -> Iterator[Entry]:
    """The whole log, oldest first, a batch in memory at a time."""
    seq = 0
    while entries := list_after(db, account_id, seq):
        yield from entries
        seq = entries[-1].seq


def verify(db: Session, account_id: int) -> Verdict:
    """Whether every entry fits to the one before: same account, next number, its hash, and its own right."""
    seen, head = 0, GENESIS
    for entry in everything(db, account_id):
        fits = entry.seq == seen + 1 and entry.previous_hash == head and entry.hash == entry.expected_hash()
        if not fits:
            return Verdict(seen, head, entry.seq)
        seen, head = entry.seq, entry.hash
    return Verdict(seen, head, None)


def _write(db: Session) -> None:
    """Add what waits, account by account in one order for everybody, so that none waits for another's end."""
    waiting: list[tuple[int, NewEntry]] = db.info.pop(_WAITING)
    for account_id in sorted({account_id for account_id, _ in waiting}):
        _write_of(db, account_id, [new for owner, new in waiting if owner == account_id])


def _write_of(db: Session, account_id: int, waiting: list[NewEntry]) -> None:
    connection = db.connection()
    if connection.dialect.name == "postgresql":  # on SQLite there is one writer at a time
        connection.execute(_HOLD, {"lock": _LOCK, "account": account_id % 2**31})
    account, seq, head = connection.execute(_HEAD, {"account": account_id}).one()
    seq, head = seq or 0, head or GENESIS
    rows = []
    for new in waiting:
        seq += 1
        at = new.at.astimezone(UTC)
        bare = Entry(account, seq, at, new.actor, new.kind, new.subject, dict(new.facts), head, "")
        head = bare.expected_hash()
        rows.append({**bare.values(), "at": at, "account_id": account_id, "hash": head})
    for row in rows:
        del row["account"]
    connection.execute(_INSERT, rows)


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(
        account=row.account,
        seq=row.seq,
        at=row.at,
        actor=Ref(row.actor_kind, row.actor_id),
        kind=row.kind,
        subject=Ref(row.subject_kind, row.subject_id),
        facts=row.facts,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


_ENTRY = table(AuditEntry)
_ACCOUNT = table(Account).c
_INSERT = insert(_ENTRY)
_HOLD = text("SELECT pg_advisory_xact_lock(CAST(:lock AS integer), CAST(:account AS integer))")
_LAST = (
    select(_ENTRY.c.account_id, _ENTRY.c.seq, _ENTRY.c.hash)
    .where(_ENTRY.c.account_id == bindparam("account"))
    .order_by(_ENTRY.c.seq.desc())
    .limit(1)
    .subquery()
)
_HEAD = (
    select(_ACCOUNT.public_id, _LAST.c.seq, _LAST.c.hash)
    .select_from(table(Account).outerjoin(_LAST, _LAST.c.account_id == _ACCOUNT.id))
    .where(_ACCOUNT.id == bindparam("account"))
)
_COLUMNS = (
    select(_ACCOUNT.public_id.label("account"), *_ENTRY.c)
    .select_from(_ENTRY.join(table(Account), _ACCOUNT.id == _ENTRY.c.account_id))
    .where(_ENTRY.c.account_id == bindparam("account"))
    .limit(bindparam("most", type_=Integer()))
)
_NEWEST = _COLUMNS.where(_ENTRY.c.seq < bindparam("before")).order_by(_ENTRY.c.seq.desc())
_NEWEST_OF_KIND = _NEWEST.where(_ENTRY.c.kind == bindparam("kind"))
_OLDEST = _COLUMNS.where(_ENTRY.c.seq > bindparam("after")).order_by(_ENTRY.c.seq)
