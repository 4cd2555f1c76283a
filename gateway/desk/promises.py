"""Within which time tickets are answered and done: what a mailbox promises, and what a group of customers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from gateway.desk import groups
from gateway.rules.access import Actor, Permission, Sight, require
from gateway.rules.due import Targets
from gateway.rules.hours import Hours
from gateway.store import duework, mailboxes
from gateway.store.models import Account, CustomerGroup, Mailbox


@dataclass(frozen=True, slots=True)
class GroupPromise:
    """What a group's customers are promised; no `hours` are those of the mailbox to which they write."""

    targets: Targets
    hours: Hours | None


def find_targets(db: Session, account_id: int, public_id: str) -> Targets:
    """What a mailbox promises now; NotFound for another account's."""
    return Targets.from_stored(mailboxes.get(db, account_id, public_id).targets)


def change_targets(db: Session, by: Actor, public_id: str, wanted: Targets, *, now: datetime) -> None:
    """Let a mailbox promise this from now on, for its open tickets too; NotFound for another account's."""
    require(by, Permission.MANAGE_ACCOUNT)
    mailboxes.get(db, by.account_id, public_id).targets = wanted.as_stored()
    _see_again(db, by.account_id, now)


def find_group_promise(db: Session, sight: Sight, public_id: str) -> GroupPromise:
    """What a group's customers are promised now; NotFound for one that they do not see."""
    row = db.get_one(CustomerGroup, groups.id_of(db, sight, public_id))
    hours = None if row.hours is None else Hours.from_stored(row.hours)
    return GroupPromise(Targets.from_stored(row.targets), hours)


def change_group_promise(
    db: Session, by: Actor, public_id: str, wanted: GroupPromise, *, now: datetime
) -> None:
    """Let a group's customers be promised this, for their open tickets too; NotFound for a foreign one."""
    require(by, Permission.MANAGE_ACCOUNT)
    row = db.get_one(CustomerGroup, groups.id_of(db, by.sight, public_id))
    row.targets = wanted.targets.as_stored()
    row.hours = None if wanted.hours is None else wanted.hours.as_stored()
    _see_again(db, by.account_id, now)


def _see_again(db: Session, account_id: int, now: datetime) -> None:
    """Note whether anything is promised at all, and have the open tickets looked at."""
    db.flush()
    promised = or_(
        *(
            select(model.id).where(model.account_id == account_id, model.targets.is_not(None)).exists()
            for model in (Mailbox, CustomerGroup)
        )
    )
    here = Account.id == account_id
    had_any = db.execute(select(Account.has_targets).where(here)).scalar_one()
    has_any = bool(db.execute(select(promised)).scalar_one())
    db.execute(update(Account).where(here).values(has_targets=has_any))
    if had_any or has_any:
        duework.owe(db, account_id, now=now)
