"""Canned replies: texts of the account by name, with placeholders that are filled when one is inserted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from gateway.desk import replying, signatures
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.rules.access import Actor, Permission, require
from gateway.store.models import CannedReply, table
from gateway.store.queries.articles import get_detail

MAX_REPLIES = 200
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class CannedName:
    """A canned reply to choose by its name."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class CannedView:
    """A canned reply as it is kept."""

    public_id: str
    name: str
    text: str


def list_canned(db: Session, account_id: int, query: str = "") -> tuple[CannedView, ...]:
    """The account's canned replies by name; with a query, those that have it in name or text."""
    rows = db.execute(_VIEW.where(CannedReply.account_id == account_id).order_by(CannedReply.name))
    wanted = query.strip().casefold()
    views = (CannedView(*row) for row in rows)
    return tuple(view for view in views if wanted in f"{view.name}\n{view.text}".casefold())


def list_names(db: Session, account_id: int) -> tuple[CannedName, ...]:
    """The account's canned replies by name, without their texts."""
    return tuple(CannedName(*row) for row in db.connection().execute(_NAMES, {"account": account_id}))


def get_canned(db: Session, account_id: int, public_id: str) -> CannedView:
    """One of them; NotFound also for another account's."""
    row = _get(db, account_id, public_id)
    return CannedView(row.public_id, row.name, row.text)


def create(db: Session, by: Actor, *, name: str, text: str, now: datetime) -> str:
    """A new one; its public id. Invalid names the field at fault, Conflict a name that is taken."""
    require(by, Permission.WORK_TICKETS)
    count = select(func.count()).where(CannedReply.account_id == by.account_id)
    if db.execute(count).scalar_one() >= MAX_REPLIES:
        raise Conflict("An account has at most 200 canned replies.")
    row = CannedReply(public_id=new_public_id(), account_id=by.account_id, created_at=now)
    _write(db, row, name, text)
    db.add(row)
    return row.public_id


def change(db: Session, by: Actor, public_id: str, *, name: str, text: str) -> None:
    """Rename or rewrite one. Errors as for `create`; NotFound for a foreign one."""
    require(by, Permission.WORK_TICKETS)
    _write(db, _get(db, by.account_id, public_id), name, text)


def remove(db: Session, by: Actor, public_id: str) -> None:
    """Forget one; NotFound for a foreign one."""
    require(by, Permission.WORK_TICKETS)
    db.delete(_get(db, by.account_id, public_id))


def fill_in(db: Session, by: Actor, number: int, public_id: str) -> str:
    """One as it stands in an answer to this ticket, its placeholders filled; NotFound for a foreign one."""
    text = get_canned(db, by.account_id, public_id).text
    return signatures.fill_in(db, by, text, replying.letterhead(db, by, get_detail(db, by.sight, number)))


_VIEW = select(CannedReply.public_id, CannedReply.name, CannedReply.text)


def _get(db: Session, account_id: int, public_id: str) -> CannedReply:
    mine = CannedReply.account_id == account_id, CannedReply.public_id == public_id
    found = db.execute(select(CannedReply).where(*mine)).scalar()
    if found is None:
        raise NotFound("There is no such canned reply.")
    return found


def _write(db: Session, row: CannedReply, name: str, text: str) -> None:
    wanted = " ".join(name.replace("\0", "").split())
    if not 1 <= len(wanted) <= MAX_NAME_CHARS:
        raise Invalid("A name has 1 to 100 characters.", field="name")
    kept = signatures.checked(text, "text")
    if not kept:
        raise Invalid("Please write a text.", field="text")
    same = CannedReply.account_id == row.account_id, CannedReply.name == wanted
    with db.no_autoflush:
        taken = db.execute(select(CannedReply.public_id).where(*same)).scalar()
    if taken not in (None, row.public_id):
        raise Conflict("There is a canned reply with this name already.")
    row.name, row.text = wanted, kept


_REPLY = table(CannedReply).c
_NAMES = (
    select(_REPLY.public_id, _REPLY.name)
    .where(_REPLY.account_id == bindparam("account"))
    .order_by(_REPLY.name)
)
