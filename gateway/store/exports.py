"""Exports that were asked for: waiting, in the hands of one worker, ready for a week, gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, NotFound
from gateway.ids import new_public_id
from gateway.rules.exporting import LASTS, MOST_TRIES, Scope, State
from gateway.store import outbox
from gateway.store.models import Account, Export, Outbox, Staff
from gateway.store.outbox import Topic

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before the next one begins anew."""

_OWED = (State.WAITING.value, State.WORKING.value)


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export as whoever asked for it sees it."""

    public_id: str
    scope: Scope
    subject_id: str
    with_notes: bool
    state: State
    done: int
    total: int
    size_bytes: int
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """An export to be made by whoever holds `token`; `business` and what follows is for the mail about it.

    One that `is_over` was begun so often that it is made no more: it is to be told, and has failed.
    """

    id: int
    public_id: str
    account_id: int
    scope: Scope
    subject_id: str
    with_notes: bool
    token: str
    asked_at: datetime
    business: str
    person: str
    email: str
    locale: str
    zone: str
    is_over: bool


def ask(
    db: Session,
    account_id: int,
    staff_id: int,
    *,
    scope: Scope,
    subject_id: str,
    with_notes: bool,
    now: datetime,
) -> str:
    """Have an export made; its public id. Conflict while another one of this person is being made."""
    # The person's row is taken first, so that two requests at a time are one after the other.
    db.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())
    waiting = select(Export.id).where(Export.staff_id == staff_id, Export.state.in_(_OWED))
    if db.execute(waiting).first() is not None:
        raise Conflict("An export of yours is being made. Please wait until it is ready.")
    made = Export(
        public_id=new_public_id(),
        account_id=account_id,
        staff_id=staff_id,
        scope=scope.value,
        subject_id=subject_id,
        with_notes=with_notes,
        state=State.WAITING.value,
        asked_at=now,
        expires_at=now + LASTS,
    )
    db.add(made)
    db.flush()
    outbox.put(db, Topic.EXPORT, made.id, now=now)
    return made.public_id


def list_of(db: Session, account_id: int, staff_id: int, *, now: datetime) -> Sequence[ExportView]:
    """What a person asked for and is not gone yet, newest first."""
    mine = Export.account_id == account_id, Export.staff_id == staff_id, Export.expires_at > now
    rows = db.execute(select(Export).where(*mine).order_by(Export.id.desc())).scalars()
    return [_view(row) for row in rows]


def get(db: Session, account_id: int, staff_id: int, public_id: str, *, now: datetime) -> ExportView:
    """One of them; NotFound for anybody else's, or one that is gone."""
    mine = Export.account_id == account_id, Export.staff_id == staff_id, Export.expires_at > now
    row = db.execute(select(Export).where(*mine, Export.public_id == public_id)).scalar()
    if row is None:
        raise NotFound
    return _view(row)


def remove(db: Session, account_id: int, staff_id: int, public_id: str) -> None:
    """Give one up, ready or not; NotFound for anybody else's."""
    mine = Export.account_id == account_id, Export.staff_id == staff_id, Export.public_id == public_id
    key = db.execute(delete(Export).where(*mine).returning(Export.id)).scalar()
    if key is None:
        raise NotFound
    outbox.done_for(db, Topic.EXPORT, key)


def begin(db: Session, export_id: int, *, now: datetime) -> Task | None:
    """What is to be made, by nobody else as long as it is told of (`beat`).

    None where nothing is owed, or somebody else is at it.
    """
    owed = select(Outbox.id).where(Outbox.topic == Topic.EXPORT.value, Outbox.ref_id == export_id)
    row = db.execute(select(Export).where(Export.id == export_id).with_for_update()).scalar()
    if row is None or row.state not in _OWED:
        outbox.done_for(db, Topic.EXPORT, export_id)
        return None
    if db.execute(owed).first() is None or (row.leased_until is not None and row.leased_until > now):
        return None
    is_over = row.tries >= MOST_TRIES
    if not is_over:
        row.state, row.tries, row.done, row.total = State.WORKING.value, row.tries + 1, 0, 0
    row.lease_token, row.leased_until = new_public_id(), now + LEASE
    outbox.reschedule(db, Topic.EXPORT, export_id, now + LEASE)
    return _task(db, row, is_over=is_over)


def beat(db: Session, task: Task, *, done: int, total: int, now: datetime) -> bool:
    """Go on having it, and tell how far it is; False if it was given up or is somebody else's."""
    values = {"done": done, "total": total, "leased_until": now + LEASE}
    has_it = bool(db.execute(_held(task).values(**values).returning(Export.id)).first())
    if has_it:
        outbox.reschedule(db, Topic.EXPORT, task.id, now + LEASE)
    return has_it


def let_go(db: Session, task: Task, *, now: datetime) -> None:
    """Not now: somebody else may begin at once, and this was no try."""
    values = {"leased_until": None, "lease_token": "", "tries": Export.tries - 1}
    if db.execute(_held(task).values(**values).returning(Export.id)).first():
        outbox.reschedule(db, Topic.EXPORT, task.id, now)


def finish(db: Session, task: Task, *, size_bytes: int, now: datetime) -> bool:
    """The file is whole; False if nobody wants it any more."""
    values = {
        "state": State.READY.value,
        "size_bytes": size_bytes,
        "ready_at": now,
        "expires_at": now + LASTS,
    }
    is_wanted = bool(db.execute(_held(task).values(**values).returning(Export.id)).first())
    if is_wanted:
        outbox.done_for(db, Topic.EXPORT, task.id)
    return is_wanted


def fail(db: Session, task: Task) -> bool:
    """It is made no more; False if nobody wants it any more."""
    failed = _held(task).values(state=State.FAILED.value, leased_until=None, lease_token="")
    is_wanted = bool(db.execute(failed.returning(Export.id)).first())
    if is_wanted:
        outbox.done_for(db, Topic.EXPORT, task.id)
    return is_wanted


def remove_all_of(db: Session, account_id: int) -> Sequence[str]:
    """Give up whatever an account has, ready or not; the public ids, whose files are to go."""
    gone = db.execute(
        delete(Export).where(Export.account_id == account_id).returning(Export.id, Export.public_id)
    ).all()
    for key, _ in gone:
        outbox.done_for(db, Topic.EXPORT, key)
    return [public_id for _, public_id in gone]


def live_ids(db: Session) -> frozenset[str]:
    """The public ids of all exports that are not gone."""
    return frozenset(db.execute(select(Export.public_id)).scalars())


def _held(task: Task) -> Update:
    return update(Export).where(Export.id == task.id, Export.lease_token == task.token)


def _task(db: Session, row: Export, *, is_over: bool) -> Task:
    columns = Account.name, Staff.first_name, Staff.login, Staff.email, Staff.locale, Staff.zone
    both = select(*columns).join(Staff, Staff.account_id == Account.id).where(Staff.id == row.staff_id)
    business, first_name, login, email, locale, zone = db.execute(both).one()
    return Task(
        id=row.id,
        public_id=row.public_id,
        account_id=row.account_id,
        scope=Scope(row.scope),
        subject_id=row.subject_id,
        with_notes=bool(row.with_notes),
        token=row.lease_token,
        asked_at=row.asked_at,
        business=business,
        person=first_name or login,
        email=email,
        locale=locale,
        zone=zone,
        is_over=is_over,
    )


def _view(row: Export) -> ExportView:
    return ExportView(
        public_id=row.public_id,
        scope=Scope(row.scope),
        subject_id=row.subject_id,
        with_notes=bool(row.with_notes),
        state=State(row.state),
        done=row.done,
        total=row.total,
        size_bytes=row.size_bytes,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )
