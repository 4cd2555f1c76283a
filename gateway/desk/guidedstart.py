"""The guided start of an account: which steps are behind its owner, and the mailbox that it is about.

It is kept where every process finds it, and goes when it is ended: an account without one needs none. Whoever
works in it again has begun it again.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.desk.servers.finding import Servers
from gateway.errors import Invalid
from gateway.rules.access import Actor, Permission, require
from gateway.store import mailboxes
from gateway.store.models import Account, GuidedStart, Mailbox, table
from gateway.store.upsert import insert_into

MOST_NAME_CHARS = 200


class Step(StrEnum):
    """What is asked, in this order."""

    BUSINESS = "business"
    MAILBOX = "mailbox"
    TEST = "test"
    COLLEAGUES = "colleagues"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a guided start has come; `mailbox_id` is the public id of the mailbox that it is about.

    `address` and `servers` are those of one that is about to be connected, `trouble` is what was wrong with
    that.
    """

    is_on: bool = False
    done: frozenset[Step] = frozenset()
    skipped: frozenset[Step] = frozenset()
    mailbox_id: str | None = None
    address: str = ""
    servers: Servers | None = None
    trouble: str = ""

    def next_after(self, step: Step | None = None) -> Step | None:
        """The next step that is not behind them, after the last from the beginning again; None for none."""
        order = list(Step)
        at = order.index(step) + 1 if step else 0
        behind = self.done | self.skipped
        return next((one for one in order[at:] + order[:at] if one not in behind and one is not step), None)


def begin(db: Session, by: Actor, *, now: datetime) -> None:
    """Begin, or go on where one was."""
    _row(db, by, now)


def find(db: Session, by: Actor) -> Progress:
    """How far it has come; an empty one where there is none."""
    require(by, Permission.MANAGE_ACCOUNT)
    columns = select(GuidedStart, Mailbox.public_id).outerjoin(Mailbox, Mailbox.id == GuidedStart.mailbox_id)
    found = db.execute(columns.where(GuidedStart.account_id == by.account_id)).first()
    if found is None:
        return Progress()
    row, mailbox_id = found
    return Progress(
        is_on=True,
        done=_steps(row.done),
        skipped=_steps(row.skipped),
        mailbox_id=mailbox_id,
        address=row.address,
        servers=Servers.from_stored(row.servers) if row.servers else None,
        trouble=row.trouble,
    )


def settle(db: Session, by: Actor, step: Step, *, is_skipped: bool = False, now: datetime) -> None:
    """A step is behind them; one that was done once is not skipped any more."""
    row = _row(db, by, now)
    done, skipped = _steps(row.done), _steps(row.skipped)
    if is_skipped and step not in done:
        skipped |= {step}
    elif not is_skipped:
        done, skipped = done | {step}, skipped - {step}
    row.done, row.skipped = sorted(done), sorted(skipped)
    db.flush()


def name_business(db: Session, by: Actor, name: str, *, now: datetime) -> None:
    """Give the account the name of the business; Invalid for none."""
    require(by, Permission.MANAGE_ACCOUNT)
    wanted = " ".join(name.split())[:MOST_NAME_CHARS]
    if not wanted:
        raise Invalid("Please name your business.", field="business")
    db.execute(update(Account).where(Account.id == by.account_id).values(name=wanted))
    settle(db, by, Step.BUSINESS, now=now)


def note_servers(db: Session, by: Actor, address: str, servers: Servers, *, now: datetime) -> None:
    """This mailbox is about to be connected, at these servers."""
    row = _row(db, by, now)
    row.address, row.servers, row.trouble, row.mailbox_id = address, servers.as_stored(), "", None
    db.flush()


def note_trouble(db: Session, by: Actor, trouble: str, *, now: datetime) -> None:
    """Connecting it did not work, for this reason."""
    row = _row(db, by, now)
    row.trouble = trouble[:500]
    db.flush()


def choose_mailbox(db: Session, by: Actor, mailbox_id: str, *, now: datetime) -> None:
    """It is about this mailbox from now on; NotFound for another account's."""
    row = _row(db, by, now)
    row.mailbox_id = mailboxes.get(db, by.account_id, mailbox_id).id
    row.address, row.servers, row.trouble = "", None, ""
    db.flush()


def choose_again(db: Session, by: Actor, *, now: datetime) -> None:
    """It is about no mailbox any more; one that was made stays."""
    row = _row(db, by, now)
    row.mailbox_id, row.address, row.servers, row.trouble = None, "", None, ""
    db.flush()


def end(db: Session, by: Actor) -> None:
    """It is over, whatever is left to do."""
    require(by, Permission.MANAGE_ACCOUNT)
    db.execute(delete(GuidedStart).where(GuidedStart.account_id == by.account_id))


def _row(db: Session, by: Actor, now: datetime) -> GuidedStart:
    """That of the account, made where there is none; two browsers that make it at once find the same."""
    require(by, Permission.MANAGE_ACCOUNT)
    values = {"account_id": by.account_id, "done": [], "skipped": [], "address": "", "trouble": ""}
    fresh = insert_into(db.get_bind().dialect.name, table(GuidedStart))
    db.execute(fresh.values(**values, created_at=now).on_conflict_do_nothing())
    mine = select(GuidedStart).where(GuidedStart.account_id == by.account_id)
    return db.execute(mine.with_for_update()).scalar_one()


def _steps(kept: list[str]) -> frozenset[Step]:
    """Those that this version knows."""
    return frozenset(step for step in Step if step.value in kept)
