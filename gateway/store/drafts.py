"""Drafts: one of each person for each ticket, and one for each message of it that they forward."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from gateway.rules.news import Kind
from gateway.store import announcing
from gateway.store.models import Draft, Staff, table
from gateway.store.upsert import insert_into


@dataclass(frozen=True, slots=True)
class DraftedFile:
    """A file of a draft, whose bytes are a blob already."""

    filename: str
    content_type: str
    sha256: str
    size_bytes: int
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is written so far; the lines of addresses as they were typed."""

    kind: str
    text: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    forward_of: str = ""
    is_shared: bool = False
    files: tuple[DraftedFile, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost with it."""
        return not self.text.strip() and not self.files


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as it is kept; `author` is a login."""

    author: str
    drafted: Drafted
    version: int
    saved_at: datetime


def put(
    db: Session,
    account_id: int,
    ticket_id: int,
    staff_id: int,
    drafted: Drafted,
    *,
    version: int,
    now: datetime,
) -> int | None:
    """Keep a draft in place of that of `version`, 0 for none; its new version.

    None, and nothing is kept, where there is another one than that.
    """
    key = {"ticket_of": ticket_id, "staff_of": staff_id, "forward": drafted.forward_of}
    values = asdict(drafted) | {"files": [asdict(f) for f in drafted.files], "saved_at": now}
    if version:
        changed = db.connection().execute(_CHANGE, key | {"before": version, "version": version + 1} | values)
        kept = changed.rowcount > 0
    else:
        mine = {"account_id": account_id, "ticket_id": ticket_id, "staff_id": staff_id, "version": 1}
        kept = db.connection().execute(_new(db.get_bind().dialect.name), mine | values).first() is not None
    if not kept:
        return None
    announcing.tell(db, account_id, ticket_id, Kind.DRAFT)
    return version + 1


def find_version(db: Session, ticket_id: int, staff_id: int, forward_of: str) -> int:
    """The version of what is kept, 0 for nothing."""
    key = {"ticket_of": ticket_id, "staff_of": staff_id, "forward": forward_of}
    return db.connection().execute(_VERSION, key).scalar() or 0


def find(db: Session, ticket_id: int, staff_id: int, forward_of: str = "") -> tuple[Drafted, int] | None:
    """What somebody has written so far, and its version."""
    key = {"ticket_of": ticket_id, "staff_of": staff_id, "forward": forward_of}
    row = db.connection().execute(_FIND, key).first()
    return None if row is None else (_drafted(row), row.version)


def drop(db: Session, account_id: int, ticket_id: int, staff_id: int | None, forward_of: str = "") -> bool:
    """Forget somebody's draft, because it was sent or they want it no more; whether there was one."""
    key = {"ticket_of": ticket_id, "staff_of": staff_id, "forward": forward_of}
    dropped = staff_id is not None and db.connection().execute(_DROP, key).rowcount > 0
    if dropped:
        announcing.tell(db, account_id, ticket_id, Kind.DRAFT)
    return dropped


def drop_all_of(db: Session, staff_id: int) -> None:
    """Forget whatever somebody was about to write."""
    db.execute(delete(Draft).where(Draft.staff_id == staff_id))


def list_drafts(db: Session, account_id: int, ticket_id: int) -> Sequence[DraftView]:
    """Everybody's drafts of a ticket, oldest first."""
    rows = db.connection().execute(_LIST, {"account": account_id, "ticket_of": ticket_id})
    return [_view(row) for row in rows]


def move(db: Session, ticket_id: int, to_ticket_id: int) -> None:
    """Let the drafts of a ticket be those of another one, for which their writers have none."""
    there = select(Draft.staff_id).where(Draft.ticket_id == to_ticket_id)
    theirs = update(Draft).where(Draft.ticket_id == ticket_id, Draft.staff_id.not_in(there))
    db.execute(theirs.values(ticket_id=to_ticket_id), execution_options={"synchronize_session": False})


@cache
def _new(dialect: str) -> ReturningInsert[tuple[int]]:
    return insert_into(dialect, _DRAFT).on_conflict_do_nothing().returning(_DRAFT.c.id)


def _view(row: Row[*tuple[Any, ...]]) -> DraftView:
    return DraftView(row.login, _drafted(row), row.version, row.saved_at)


def _drafted(row: Row[*tuple[Any, ...]]) -> Drafted:
    files = tuple(DraftedFile(**file) for file in row.files)
    return Drafted(row.kind, row.text, row.to, row.cc, row.bcc, row.forward_of, bool(row.is_shared), files)


_DRAFT, _STAFF = table(Draft), table(Staff).c
_ONE = (
    _DRAFT.c.ticket_id == bindparam("ticket_of"),
    _DRAFT.c.staff_id == bindparam("staff_of"),
    _DRAFT.c.forward_of == bindparam("forward"),
)
_VALUES = ("kind", "text", "to", "cc", "bcc", "is_shared", "files", "version", "saved_at")
_CHANGE = (
    update(_DRAFT)
    .where(*_ONE, _DRAFT.c.version == bindparam("before"))
    .values({name: bindparam(name, type_=_DRAFT.c[name].type) for name in _VALUES})
)
_VERSION = select(_DRAFT.c.version).where(*_ONE)
_FIND = select(_DRAFT).where(*_ONE)
_DROP = delete(_DRAFT).where(*_ONE)
_LIST = (
    select(_DRAFT, _STAFF.login)
    .join(table(Staff), _STAFF.id == _DRAFT.c.staff_id)
    .where(_DRAFT.c.account_id == bindparam("account"), _DRAFT.c.ticket_id == bindparam("ticket_of"))
    .order_by(_DRAFT.c.saved_at, _DRAFT.c.id)
)
