"""How long an account keeps what is over: said by its owner and admins, applied once a night.

What is older than the rules say is erased like anything else that is erased (`gateway.desk.erasing`), with
everything that hangs on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import auditing, erasing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid
from gateway.rules.access import Actor, Permission, require
from gateway.rules.erasure import ErasureKind, Scope
from gateway.rules.retention import MAX_DAYS, MIN_DAYS, Matter, Rules, is_within, night_after, night_before
from gateway.rules.status import Status
from gateway.store import retention
from gateway.store.audit import NewEntry, Ref

_AT_ONCE = 20
OUT_OF_BOUNDS = f"A rule is from {MIN_DAYS} to {MAX_DAYS:,} days. An empty field keeps it for ever."


@dataclass(frozen=True, slots=True)
class FirstNight:
    """What goes first by rules that are not kept yet: when, and how much of each matter."""

    at: datetime
    counts: Mapping[Matter, int]


def view(db: Session, by: Actor) -> Rules:
    """The rules of the actor's account; Denied for all but owner and admins."""
    require(by, Permission.MANAGE_ACCOUNT)
    return retention.rules_of(db, by.account_id)


def preview(db: Session, by: Actor, rules: Rules, *, now: datetime) -> FirstNight:
    """What these rules would erase in the next night, if nothing happens until then.

    Denied as for `view`; Invalid names the field at fault.
    """
    _check(by, rules)
    at = night_after(now)
    return FirstNight(at, retention.count_over(db, by.account_id, rules, now=at))


def change(db: Session, by: Actor, rules: Rules, *, now: datetime) -> None:
    """Let these rules hold from the next night on; errors as for `preview`."""
    _check(by, rules)
    if rules != retention.rules_of(db, by.account_id):
        retention.set_rules(db, by.account_id, rules, now=now)
        facts = {matter.value: rules.days(matter) for matter in Matter}
        auditing.note(db, by, Kind.RETENTION_CHANGED, Ref(What.ACCOUNT.value), now=now, **facts)


def due_accounts(db: Session, *, now: datetime) -> Sequence[int]:
    """Accounts whose rules are to be applied tonight, twenty at most."""
    return retention.due_accounts(db, night=night_before(now), limit=_AT_ONCE)


def apply_rules(db: Session, account_id: int, *, now: datetime) -> int:
    """Begin to erase what is over in an account, once a night; how much that is."""
    if not retention.take_turn(db, account_id, night=night_before(now), now=now):
        return 0
    rules = retention.rules_of(db, account_id)
    counts = retention.count_over(db, account_id, rules, now=now)
    over = {matter: count for matter, count in counts.items() if count}
    begun = {matter: count for matter, count in over.items() if _begin(db, account_id, matter, rules, now)}
    if begun:
        facts = {matter.value: count for matter, count in begun.items()}
        kind, subject = Kind.RETENTION_APPLIED.value, Ref(What.ACCOUNT.value)
        auditing.write(db, account_id, NewEntry(now, auditing.DESK, kind, subject, facts))
    return sum(begun.values())


def _begin(db: Session, account_id: int, matter: Matter, rules: Rules, now: datetime) -> bool:
    try:
        erasing.begin_by_rule(db, account_id, _scope(matter, rules, now), now=now)
    except Conflict:  # last night's has not come to its end; what it does not take goes tomorrow
        return False
    return True


def _check(by: Actor, rules: Rules) -> None:
    require(by, Permission.MANAGE_ACCOUNT)
    for matter in Matter:
        if not is_within(rules.days(matter)):
            raise Invalid(OUT_OF_BOUNDS, field=matter.value)


def _scope(matter: Matter, rules: Rules, now: datetime) -> Scope:
    end = rules.kept_since(matter, now=now)
    match matter:
        case Matter.CLOSED:
            return Scope(ErasureKind.RANGE, end=end, statuses=(Status.CLOSED,))
        case Matter.SPAM:
            return Scope(ErasureKind.RANGE, end=end, statuses=(Status.SPAM,))
        case Matter.QUARANTINED:
            return Scope(ErasureKind.QUARANTINE, end=end)
        case Matter.REMOTE:
            return Scope(ErasureKind.REMOTE, end=end)
