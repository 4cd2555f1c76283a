"""How often somebody tried to get in, counted before the try is looked at, so that none slips past."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from gateway.store.models import Knock, table
from gateway.store.upsert import insert_into


def count_one(db: Session, who: str, *, window_at: datetime) -> int:
    """Count one more try; how many there are with this one. `who` is a keyed hash in hex."""
    values = {"who": who, "at": window_at}
    times: int = db.connection().execute(_count(db.get_bind().dialect.name), values).scalar_one()
    return times


def give_back(db: Session, who: str, *, window_at: datetime) -> None:
    """Count one try less."""
    db.connection().execute(_GIVE_BACK, {"which": who, "at": window_at})


def forget(db: Session, who: str) -> None:
    """They are in: what was counted of them is over."""
    db.connection().execute(_FORGET_ONE, {"who": who})


def forget_before(db: Session, moment: datetime) -> int:
    """Remove the counts of stretches of time that began before a moment; how many."""
    return db.connection().execute(_FORGET_OLD, {"moment": moment}).rowcount


_KNOCK = table(Knock)
_GIVE_BACK = (
    update(_KNOCK)
    .where(_KNOCK.c.who == bindparam("which"), _KNOCK.c.window_at == bindparam("at"), _KNOCK.c.times > 0)
    .values(times=_KNOCK.c.times - 1)
)
_FORGET_ONE = delete(_KNOCK).where(_KNOCK.c.who == bindparam("who"))
_FORGET_OLD = delete(_KNOCK).where(_KNOCK.c.window_at < bindparam("moment"))


@cache
def _count(dialect: str) -> ReturningInsert[tuple[Any, ...]]:
    new = {"who": bindparam("who"), "window_at": bindparam("at"), "times": 1}
    insert = insert_into(dialect, _KNOCK).values(new)
    more = {"times": _KNOCK.c.times + 1}
    return insert.on_conflict_do_update(index_elements=["who", "window_at"], set_=more).returning(
        _KNOCK.c.times
    )
