"""What our machines wrote to whom: the memory that keeps them from doing so too often (SPEC 4.7).

Addresses are kept as keyed hashes, and count for all accounts together.
"""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from gateway.rules.loops import ONCE_IN, Memory
from gateway.store.models import AutomaticMail, table
from gateway.store.session import across_accounts

_HOUR = timedelta(hours=1)
_LOCK_DIGITS = 15  # hex digits that fit a signed number of 64 bits


class Kind(StrEnum):
    """What sort of automatic mail it was."""

    ACKNOWLEDGEMENT = "acknowledgement"
    INVITATION = "invitation"
    CONFIRMATION = "confirmation"


def digest_of(key: bytes, address: str) -> str:
    """The hash of an address with the installation's key, in hex; the same in every process."""
    return hmac.digest(key, f"automatic:{address}".encode(), "sha256").hex()


def remembered(db: Session, digest: str, kind: Kind = Kind.ACKNOWLEDGEMENT, *, now: datetime) -> Memory:
    """What the address with this hash got lately; of `kind` also when the last one was.

    Whoever asks for the same address meanwhile waits for this transaction's end, so that two accounts do not
    both find that nothing was sent yet.
    """
    if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        db.execute(select(func.pg_advisory_xact_lock(int(digest[:_LOCK_DIGITS], 16))))
    values = {"digest": digest, "day_ago": now - ONCE_IN}
    with across_accounts(db):
        recent = db.connection().execute(_RECENT, values).all()
    of_kind = [at for which, at in recent if which == kind]
    return Memory(
        in_last_hour=sum(at > now - _HOUR for _, at in recent),
        answered_at=max(of_kind, default=None),
    )


def note(db: Session, account_id: int, digest: str, kind: Kind, *, now: datetime) -> None:
    """Remember that an automatic mail is owed to the address."""
    values = {"account_id": account_id, "address_hash": digest, "kind": kind.value, "sent_at": now}
    db.connection().execute(_INSERT, values)


def sent_since(db: Session, account_id: int, kind: Kind, moment: datetime) -> tuple[datetime, ...]:
    """When mails of this sort were owed for the account since then, oldest first."""
    values = {"account": account_id, "which": kind.value, "moment": moment}
    return tuple(db.connection().execute(_OF_ACCOUNT, values).scalars())


def forget_old(db: Session, *, now: datetime) -> int:
    """Remove what no rule looks at any more; how many rows."""
    return db.connection().execute(_FORGET, {"moment": now - 2 * ONCE_IN}).rowcount


_AUTOMATIC = table(AutomaticMail)
_RECENT = (
    select(_AUTOMATIC.c.kind, _AUTOMATIC.c.sent_at)
    .where(_AUTOMATIC.c.address_hash == bindparam("digest"), _AUTOMATIC.c.sent_at > bindparam("day_ago"))
    .order_by(_AUTOMATIC.c.sent_at.desc())
    .limit(1000)
)
_INSERT = insert(_AUTOMATIC)
_OF_ACCOUNT = (
    select(_AUTOMATIC.c.sent_at)
    .where(
        _AUTOMATIC.c.account_id == bindparam("account"),
        _AUTOMATIC.c.kind == bindparam("which"),
        _AUTOMATIC.c.sent_at > bindparam("moment"),
    )
    .order_by(_AUTOMATIC.c.sent_at)
)
_FORGET = delete(_AUTOMATIC).where(_AUTOMATIC.c.sent_at < bindparam("moment"))
