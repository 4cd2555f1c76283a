"""The rules by which accounts let go of what is over: kept, counted by, and due once a day."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules.doubts import Outcome
from gateway.rules.remote import State
from gateway.rules.retention import Matter, Rules
from gateway.rules.status import Status
from gateway.store.models import Account, Quarantined, RemoteSession, Ticket

_COLUMNS = (
    Account.keep_closed_days,
    Account.keep_spam_days,
    Account.keep_quarantined_days,
    Account.keep_remote_days,
)


def rules_of(db: Session, account_id: int) -> Rules:
    """The rules of an account."""
    return Rules(*db.execute(select(*_COLUMNS).where(Account.id == account_id)).one())


def set_rules(db: Session, account_id: int, rules: Rules, *, now: datetime) -> None:
    """Let others hold, from the next night on."""
    values = {f"keep_{matter.value}_days": rules.days(matter) for matter in Matter}
    db.execute(update(Account).where(Account.id == account_id).values(retained_at=now, **values))


def count_over(db: Session, account_id: int, rules: Rules, *, now: datetime) -> Mapping[Matter, int]:
    """How much of each matter goes by these rules at that moment."""
    cutoffs = {matter: rules.kept_since(matter, now=now) for matter in Matter}
    return {
        matter: 0 if cutoff is None else db.execute(_over(account_id, matter, cutoff)).scalar_one()
        for matter, cutoff in cutoffs.items()
    }


def due_accounts(db: Session, *, night: datetime, limit: int) -> Sequence[int]:
    """Accounts whose rules were not applied since that night; none that ends."""
    rows = select(Account.id).where(*_is_due(night)).order_by(Account.id)
    return db.execute(rows.limit(limit)).scalars().all()


def take_turn(db: Session, account_id: int, *, night: datetime, now: datetime) -> bool:
    """Note that an account's rules are being applied; False if somebody else was quicker."""
    mine = update(Account).where(Account.id == account_id, *_is_due(night))
    return db.execute(mine.values(retained_at=now).returning(Account.id)).first() is not None


def _is_due(night: datetime) -> Sequence[ColumnElement[bool]]:
    return (
        or_(*(column > 0 for column in _COLUMNS)),
        or_(Account.retained_at.is_(None), Account.retained_at < night),
        Account.terminates_at.is_(None),
    )


def _over(account_id: int, matter: Matter, cutoff: datetime) -> Select[int]:
    match matter:
        case Matter.CLOSED | Matter.SPAM:
            status = Status.CLOSED if matter is Matter.CLOSED else Status.SPAM
            mine = Ticket.account_id == account_id, Ticket.status == status.value
            over = Ticket.updated_at < cutoff, Ticket.merged_into_id.is_(None)
            return select(func.count()).select_from(Ticket).where(*mine, *over)
        case Matter.QUARANTINED:
            held = Quarantined.account_id == account_id, Quarantined.outcome != Outcome.RELEASED.value
            return select(func.count()).select_from(Quarantined).where(*held, Quarantined.arrived_at < cutoff)
        case Matter.REMOTE:
            ended = RemoteSession.account_id == account_id, RemoteSession.state == State.ENDED.value
            over_since = RemoteSession.ended_at < cutoff
            return select(func.count()).select_from(RemoteSession).where(*ended, over_since)
