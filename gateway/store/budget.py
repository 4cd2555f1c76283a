"""Places in the budget of outgoing mail, counted in the transaction that takes a delivery to send it."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from gateway.rules.budget import LONGEST, Budget, Over, Window, windows
from gateway.store.models import Account, OutgoingTally, table
from gateway.store.upsert import insert_into


def take_place(db: Session, account_id: int, recipient: str, budget: Budget, *, now: datetime) -> Over | None:
    """Count one more mail in every window that it falls into; where one is full, in none: that one is told.

    What the operator allows the account in a day counts instead of what all accounts may send.
    Whoever counts the same window meanwhile waits for this transaction's end, so a window never overflows.
    """
    count = _count(db.get_bind().dialect.name)
    taken: list[dict[str, object]] = []
    own = db.connection().execute(_OWN, {"account": account_id}).scalar()
    budget = replace(budget, account_day=own) if own else budget
    for window in windows(budget, recipient, now=now):
        values = _values(account_id, window)
        if db.connection().execute(count, values).first() is None:
            for key in taken:
                db.connection().execute(_GIVE_BACK, key)
            return Over(window.bound, window.most)
        taken.append(values)
    return None


def forget_old(db: Session, *, now: datetime) -> int:
    """Remove the counts of windows that are over; how many."""
    return db.connection().execute(_FORGET, {"moment": now - 2 * LONGEST}).rowcount


def _values(account_id: int, window: Window) -> dict[str, object]:
    return {
        "account": account_id,
        "which": window.bound.value,
        "who": window.recipient,
        "at": window.at,
        "most": window.most,
    }


_TALLY = table(OutgoingTally)
_KEY = ["account_id", "bound", "recipient", "window_at"]
_NEW = {
    "account_id": bindparam("account"),
    "bound": bindparam("which"),
    "recipient": bindparam("who"),
    "window_at": bindparam("at"),
    "mails": 1,
}
_GIVE_BACK = (
    update(_TALLY)
    .where(
        _TALLY.c.account_id == bindparam("account"),
        _TALLY.c.bound == bindparam("which"),
        _TALLY.c.recipient == bindparam("who"),
        _TALLY.c.window_at == bindparam("at"),
    )
    .values(mails=_TALLY.c.mails - 1)
)
_OWN = select(table(Account).c.most_mails_day).where(table(Account).c.id == bindparam("account"))
_FORGET = delete(_TALLY).where(_TALLY.c.window_at < bindparam("moment"))


@cache
def _count(dialect: str) -> ReturningInsert[tuple[Any, ...]]:
    """One more, unless the window is full: then it returns no row."""
    insert = insert_into(dialect, _TALLY).values(_NEW)
    return insert.on_conflict_do_update(
        index_elements=_KEY,
        set_={"mails": _TALLY.c.mails + 1},
        where=_TALLY.c.mails < bindparam("most"),
    ).returning(_TALLY.c.mails)
