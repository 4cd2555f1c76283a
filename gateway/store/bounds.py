"""What the operator has decided of an account: whether it is open, and how much it may have."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from gateway.store.holders import works_here
from gateway.store.models import Account, Attachment, Intake, Staff, table


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each that an account has; 0 is no bound of its own.

    People who work there, bytes of mail and files, mails sent in a day (UTC).
    """

    staff: int = 0
    kept_bytes: int = 0
    mails_day: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How an account stands; `kept_bytes` is what it had when that was counted last.

    `ends` says that its owner has ended it; it is suspended then, too.
    """

    suspended_at: datetime | None
    limits: Limits
    kept_bytes: int
    ends: bool = False

    @property
    def is_full(self) -> bool:
        """Whether it keeps as much as it may."""
        return 0 < self.limits.kept_bytes <= self.kept_bytes


def bounds_of(db: Session, account_id: int) -> Bounds | None:
    """How an account stands; None if there is none."""
    found = db.connection().execute(_BOUNDS, {"account": account_id}).first()
    if found is None:
        return None
    ends = found.terminates_at is not None
    return Bounds(found.suspended_at, Limits(*found[1:4]), found.kept_bytes, ends)


def hold(db: Session, account_id: int) -> None:
    """Whoever changes how many people there are in the account meanwhile waits for this transaction's end."""
    db.execute(select(Account.id).where(Account.id == account_id).with_for_update())


def count_staff(db: Session, account_id: int) -> int:
    """How many people work in the account."""
    here = select(func.count()).select_from(Staff).where(Staff.account_id == account_id, works_here())
    return db.execute(here).scalar_one()


def count_kept(db: Session) -> int:
    """Count anew what each account keeps, raw mails and files; of how many that has changed."""
    counted: dict[int, int] = {}
    for kept in (Intake, Attachment):
        sums = select(kept.account_id, func.sum(kept.size_bytes)).group_by(kept.account_id)
        for account_id, size_bytes in db.execute(sums):
            counted[account_id] = counted.get(account_id, 0) + int(size_bytes)
    known = db.execute(select(Account.id, Account.kept_bytes)).all()
    changed = [
        {"account": account_id, "size": counted.get(account_id, 0)}
        for account_id, before in known
        if counted.get(account_id, 0) != before
    ]
    if changed:
        db.connection().execute(_KEEPS, changed)
    return len(changed)


_ACCOUNT = table(Account)
_BOUNDS = select(
    _ACCOUNT.c.suspended_at,
    _ACCOUNT.c.most_staff,
    _ACCOUNT.c.most_bytes,
    _ACCOUNT.c.most_mails_day,
    _ACCOUNT.c.kept_bytes,
    _ACCOUNT.c.terminates_at,
).where(_ACCOUNT.c.id == bindparam("account"))
_KEEPS = update(_ACCOUNT).where(_ACCOUNT.c.id == bindparam("account")).values(kept_bytes=bindparam("size"))
