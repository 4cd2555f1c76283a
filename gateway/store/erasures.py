"""Erasures as rows: waiting, in the hands of one worker at a step, done with a receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, NotFound
from gateway.ids import new_public_id
from gateway.rules.erasure import ErasureKind, Scope, State, Step
from gateway.rules.status import Status
from gateway.store import outbox
from gateway.store.models import Account, Erasure, ErasureItem, Outbox
from gateway.store.outbox import Topic

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before the next one goes on where it was."""

_OWED = (State.WAITING.value, State.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Progress:
    """An erasure as whoever may see it does: how far it is, what has gone so far, the receipt at the end."""

    public_id: str
    kind: ErasureKind
    state: State
    step: Step
    counts: Mapping[str, int]
    asked_at: datetime
    begun_at: datetime | None
    done_at: datetime | None
    receipt: str


@dataclass(frozen=True, slots=True)
class Task:
    """An erasure to be carried out by whoever holds `token`, from `step` on."""

    id: int
    public_id: str
    account_id: int | None
    account: str
    scope: Scope
    quoted: Sequence[str]
    step: Step
    token: str
    again_from: datetime | None


def ask(
    db: Session,
    account_id: int,
    staff_id: int | None,
    scope: Scope,
    quoted: Sequence[str],
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> str:
    """Have something erased, at once or from `due_at` on; its public id.

    Conflict while the same is being erased already.
    """
    same = select(Erasure.statuses).where(
        Erasure.account_id == account_id,
        Erasure.state.in_(_OWED),
        Erasure.kind == scope.kind.value,
        Erasure.subject_id == scope.public_id,
    )
    statuses = sorted(status.value for status in scope.statuses)
    db.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    if statuses in db.execute(same).scalars().all():
        raise Conflict("This is being erased already.")
    made = Erasure(
        public_id=new_public_id(),
        account_id=account_id,
        staff_id=staff_id,
        kind=scope.kind.value,
        subject_id=scope.public_id,
        begin_at=scope.begin,
        end_at=scope.end,
        statuses=statuses,
        quoted=list(quoted),
        state=State.WAITING.value,
        step=Step.PLAN.value,
        counts={},
        asked_at=now,
    )
    db.add(made)
    db.flush()
    outbox.put(db, Topic.ERASE, made.id, now=now, not_before=due_at)
    return made.public_id


def get(db: Session, account_id: int, public_id: str) -> Progress:
    """One of the account; NotFound for any other."""
    mine = Erasure.account_id == account_id, Erasure.public_id == public_id
    row = db.execute(select(Erasure).where(*mine)).scalar()
    if row is None:
        raise NotFound
    return _progress(row)


def find_receipt(db: Session, public_id: str) -> Progress | None:
    """One by its public id, whosever it was: of an account that is gone there is nothing else left."""
    row = db.execute(select(Erasure).where(Erasure.public_id == public_id)).scalar()
    return None if row is None else _progress(row)


def list_of(db: Session, account_id: int) -> Sequence[Progress]:
    """All of an account, newest first."""
    rows = db.execute(select(Erasure).where(Erasure.account_id == account_id).order_by(Erasure.id.desc()))
    return [_progress(row) for row in rows.scalars()]


def begin(db: Session, erasure_id: int, *, now: datetime) -> Task | None:
    """What is to be erased, by nobody else as long as it is told of (`beat`); None where nothing is owed."""
    row = db.execute(select(Erasure).where(Erasure.id == erasure_id).with_for_update()).scalar()
    if row is None or row.state not in _OWED:
        outbox.done_for(db, Topic.ERASE, erasure_id)
        return None
    owed = select(Outbox.id).where(Outbox.topic == Topic.ERASE.value, Outbox.ref_id == erasure_id)
    if db.execute(owed).first() is None or (row.leased_until is not None and row.leased_until > now):
        return None
    row.state, row.begun_at = State.RUNNING.value, row.begun_at or now
    row.lease_token, row.leased_until = new_public_id(), now + LEASE
    outbox.reschedule(db, Topic.ERASE, erasure_id, now + LEASE)
    return _task(db, row)


def beat(db: Session, task: Task, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """Go on having it for `lease`; False if it is somebody else's."""
    has_it = bool(db.execute(_held(task).values(leased_until=now + lease).returning(Erasure.id)).first())
    if has_it:
        outbox.reschedule(db, Topic.ERASE, task.id, now + lease)
    return has_it


def let_go(db: Session, task: Task, *, due_at: datetime) -> None:
    """Not now: somebody goes on at `due_at`."""
    values: dict[str, object] = {"leased_until": None, "lease_token": ""}
    if db.execute(_held(task).values(**values).returning(Erasure.id)).first():
        outbox.reschedule(db, Topic.ERASE, task.id, due_at)


def enter(db: Session, task: Task, step: Step) -> None:
    """The steps before are done; Conflict if somebody else is at it."""
    if not db.execute(_held(task).values(step=step.value).returning(Erasure.id)).first():
        raise Conflict(detail="erasure lease lost")


def count(db: Session, task: Task, gone: Mapping[str, int]) -> None:
    """Add what has gone, in the transaction in which it goes; Conflict if somebody else is at it."""
    row = db.execute(
        select(Erasure).where(Erasure.id == task.id, Erasure.lease_token == task.token).with_for_update()
    ).scalar()
    if row is None:
        raise Conflict(detail="erasure lease lost")
    row.counts = {
        name: row.counts.get(name, 0) + gone.get(name, 0)
        for name in sorted({*row.counts, *gone})
        if row.counts.get(name, 0) + gone.get(name, 0)
    }
    db.flush()


def progress_of(db: Session, task: Task) -> Progress:
    """How far one in our hands is."""
    return _progress(db.get_one(Erasure, task.id, populate_existing=True))


def finish(db: Session, task: Task, receipt: str, *, now: datetime) -> bool:
    """All of it is gone, and so is what it was of; False if somebody else is at it."""
    values: dict[str, object] = {
        "state": State.DONE.value,
        "subject_id": "",
        "begin_at": None,
        "end_at": None,
        "statuses": [],
        "quoted": [],
        "staff_id": None,
        "receipt": receipt,
        "done_at": now,
        "leased_until": None,
        "lease_token": "",
    }
    if not db.execute(_held(task).values(**values).returning(Erasure.id)).first():
        return False
    db.execute(delete(ErasureItem).where(ErasureItem.erasure_id == task.id))
    outbox.done_for(db, Topic.ERASE, task.id)
    return True


def _held(task: Task) -> Update:
    return update(Erasure).where(Erasure.id == task.id, Erasure.lease_token == task.token)


def _task(db: Session, row: Erasure) -> Task:
    account = select(Account.public_id).where(Account.id == row.account_id)
    statuses = tuple(map(Status, row.statuses))
    return Task(
        id=row.id,
        public_id=row.public_id,
        account_id=row.account_id,
        account=db.execute(account).scalar() or "",
        scope=Scope(ErasureKind(row.kind), row.subject_id, row.begin_at, row.end_at, statuses),
        quoted=row.quoted,
        step=Step(row.step),
        token=row.lease_token,
        again_from=row.again_from,
    )


def _progress(row: Erasure) -> Progress:
    return Progress(
        public_id=row.public_id,
        kind=ErasureKind(row.kind),
        state=State(row.state),
        step=Step(row.step),
        counts=row.counts,
        asked_at=row.asked_at,
        begun_at=row.begun_at,
        done_at=row.done_at,
        receipt=row.receipt,
    )
