"""Certificates of erasures that could not be sent: who can do something about it sees them, and sends again.

Those for who asked by mail are their account's business, for whoever may erase there. Those of accounts that
are gone are the operator's: `is_ended`, and `by` None is the operator at the command line.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import erasing, operating
from gateway.errors import Denied, NotFound
from gateway.rules.access import Actor
from gateway.rules.erasure import ErasureKind
from gateway.store import farewells
from gateway.store.farewells import Unsent


def list_unsent(db: Session, by: Actor | None, *, is_ended: bool = False) -> Sequence[Unsent]:
    """All of them, oldest first. Denied for who may not erase, NotFound for who is not the operator."""
    return farewells.list_unsent(db, _whose(db, by, is_ended=is_ended))


def send_again(db: Session, by: Actor | None, erasure: str, *, is_ended: bool = False, now: datetime) -> None:
    """Try those of an erasure anew, for five days. NotFound where there are none; else as `list_unsent`."""
    if not farewells.send_again(db, _whose(db, by, is_ended=is_ended), erasure, now=now):
        raise NotFound


def give_up(db: Session, by: Actor | None, erasure: str, *, is_ended: bool = False, now: datetime) -> None:
    """Send them not at all, and forget to whom. Errors as for `send_again`."""
    if not farewells.give_up(db, _whose(db, by, is_ended=is_ended), erasure, now=now):
        raise NotFound


def _whose(db: Session, by: Actor | None, *, is_ended: bool) -> int | None:
    if is_ended:
        operating.require_operator(db, by)
        return None
    if by is None or not erasing.may_erase(by, ErasureKind.CONTACT):
        raise Denied
    return by.account_id
