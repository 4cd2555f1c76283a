"""Deliveries: one article to one recipient, leased by one worker at a time.

A lease is a token in the row. Whoever holds it may send and record what came of it; after
`leased_until` another worker may take the row, and the old token counts for nothing. One thing
counts without it: that the server took the mail is a fact, whoever holds the row by then.

The timeline has a line for each change of state: `delivery` (id), `recipient`, `state`, `answer`. A notice
(a mail of the installation to one of its own people) has no ticket, so nothing is told of it.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never, cast

from sqlalchemy import Executable, Table, Update, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.mail.tokens import bounce_local
from gateway.rules.budget import Budget, Over
from gateway.rules.retry import Deferred, Failed, Outcome, Sent, next_try_at
from gateway.store import outbox, tickets
from gateway.store.budget import take_place
from gateway.store.models import Account, Article, Delivery, SmtpAccount, table
from gateway.store.raising import raise_ticket


class State(StrEnum):
    """How far a delivery has come."""

    QUEUED = "queued"
    HELD = "held"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"


_OWED = (State.QUEUED, State.DEFERRED)
_TRIED = (State.SENT, State.FAILED)
_NO_LEASE: dict[str, Any] = {"lease_owner": "", "lease_token": "", "leased_until": None}


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery in our hands until `leased_until`: who gets what, on which way.

    `smtp_id` is the account of its mailbox by which it leaves, None where that is the installation's server.
    An automatic mail goes out with the null reverse-path, so that nothing can answer it.
    """

    id: int
    token: str
    leased_until: datetime
    bounce_local: str
    is_automatic: bool
    recipient: str
    raw_sha256: str
    smtp_id: int | None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An article to one recipient, by its mailbox's server or else the installation's."""

    account_id: int
    ticket_id: int
    article_id: int
    mailbox_id: int | None
    recipient: str
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    account_id: int
    ticket_id: int | None
    article_id: int | None
    recipient: str
    state: str
    attempts: int
    created_at: datetime


def queue(db: Session, new: NewDelivery, *, now: datetime, not_before: datetime | None = None) -> int:
    """Owe an article to a recipient, not before a moment; returns the delivery's id for the outbox."""
    since = max(now, not_before or now)
    values = {**asdict(new), "state": State.QUEUED.value, "next_try_at": not_before, "created_at": since}
    delivery_id: int = db.execute(insert(Delivery).returning(Delivery.id), values).scalar_one()
    return delivery_id


def queue_notice(db: Session, *, account_id: int, recipient: str, raw_sha256: str, now: datetime) -> int:
    """Owe a mail of the installation to one of its people, by its own server; the delivery's id."""
    values = {
        "account_id": account_id,
        "recipient": recipient,
        "raw_sha256": raw_sha256,
        "is_automatic": True,
        "state": State.QUEUED.value,
        "created_at": now,
    }
    delivery_id: int = db.execute(insert(Delivery).returning(Delivery.id), values).scalar_one()
    outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now)
    return delivery_id


def claim(
    db: Session, delivery_id: int, *, owner: str, now: datetime, lease: timedelta, budget: Budget
) -> Leased | None:
    """Take a due delivery for `lease`; None if it is finished, held, not due yet, or in other hands.

    None as well while its account is suspended: it stays owed, and is looked at again.

    The first time it needs a place in the budget; without one it is held. Notices of the installation need
    none: they are how people hear of it. The outbox row of a finished one goes.
    """
    token, until = new_public_id(), now + lease
    values = {"delivery": delivery_id, "now": now, "owner": owner, "token": token, "until": until}
    taken = db.execute(_CLAIM, values).first()
    if taken is None:
        _forget_if_finished(db, delivery_id)
        return None
    if taken.claims == 1 and taken.article_id is not None:
        over = take_place(db, taken.account_id, taken.recipient, budget, now=now)
        if over is not None:
            _hold(db, delivery_id, over, now)
            return None
    key, is_automatic, recipient, raw, smtp_id = db.execute(_LEASED, {"delivery": delivery_id}).one()
    local = bounce_local(key, delivery_id)
    return Leased(delivery_id, token, until, local, is_automatic, recipient, raw or "", smtp_id)


def put_back(db: Session, leased: Leased, due_at: datetime) -> None:
    """It was not tried, and is looked at again at that moment; nothing is told of it."""
    held = _one(leased.id).where(Delivery.lease_token == leased.token)
    db.execute(held.values(_NO_LEASE))
    outbox.reschedule(db, outbox.Topic.DELIVER, leased.id, due_at)


def record(
    db: Session, delivery_id: int, token: str, outcome: Outcome, *, now: datetime, jitter: float
) -> bool:
    """Note what came of a try, in the row, the timeline and the outbox; False if it changed nothing.

    Deferred and Failed need the lease `token` to be the present one; Sent is a fact and needs it not.
    Saying the same twice changes nothing the second time.
    """
    if isinstance(outcome, Sent):
        return _record_sent(db, delivery_id, outcome, now)
    row = _leased_row(db, delivery_id, token)
    if row is None:
        return False
    match outcome:
        case Deferred():
            _record_deferred(db, row, outcome, now, jitter)
        case Failed():
            _record_failed(db, row, outcome.answer, now)
        case _:
            assert_never(outcome)
    return True


def release_owner(db: Session, owner: str, *, now: datetime) -> int:
    """Give back at once whatever a dead worker held; returns how many deliveries that were."""
    held = update(Delivery).where(Delivery.lease_owner == owner, Delivery.state.in_(_OWED))
    freed = db.execute(held.values(_NO_LEASE).returning(Delivery.id)).scalars().all()
    for delivery_id in freed:
        outbox.reschedule(db, outbox.Topic.DELIVER, delivery_id, now)
    return len(freed)


def mark_bounced(db: Session, account_id: int, delivery_id: int, *, answer: str, now: datetime) -> bool:
    """A bounce came back for it: the ticket is raised. False if there is no such delivery or it is known."""
    row = _finish(db, _BOUNCE, delivery_id, State.BOUNCED, answer, now, account=account_id)
    if row is not None:
        _raise_ticket(db, row, now)
    return row is not None


def withdraw(db: Session, account_id: int, article_id: int, *, now: datetime) -> int:
    """Take back what of an article is still waiting for its first try; returns how many deliveries."""
    mine = Delivery.account_id == account_id, Delivery.article_id == article_id
    ids = db.execute(select(Delivery.id).where(*mine)).scalars().all()
    return sum(_finish(db, _WITHDRAW, row, State.WITHDRAWN, "", now) is not None for row in ids)


def hasten(db: Session, account_id: int, article_id: int, *, now: datetime) -> int:
    """Let what of an article waits for a later moment leave at once; returns how many deliveries."""
    waiting = update(Delivery).where(
        Delivery.account_id == account_id,
        Delivery.article_id == article_id,
        Delivery.state == State.QUEUED.value,
        Delivery.attempts == 0,
        Delivery.next_try_at > now,
    )
    return _make_due(db, waiting.values(next_try_at=now, created_at=now), now)


def try_again(db: Session, account_id: int, mailbox_id: int, *, now: datetime) -> int:
    """Let what of a mailbox waits after a fault be tried at once; returns how many deliveries."""
    waiting = update(Delivery).where(
        Delivery.account_id == account_id,
        Delivery.mailbox_id == mailbox_id,
        Delivery.state == State.DEFERRED.value,
        Delivery.next_try_at > now,
    )
    return _make_due(db, waiting.values(next_try_at=now), now)


def _make_due(db: Session, due_now: Update, now: datetime) -> int:
    found = db.execute(due_now.returning(Delivery.id)).scalars().all()
    for delivery_id in found:
        outbox.done_for(db, outbox.Topic.DELIVER, delivery_id)
        outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now)
    return len(found)


def _hold(db: Session, delivery_id: int, over: Over, now: datetime) -> None:
    """It waits for somebody to release it (`gateway.store.holding`)."""
    _finish(db, _FINISH, delivery_id, State.HELD, over.as_stored(), now)


def _record_sent(db: Session, delivery_id: int, outcome: Sent, now: datetime) -> bool:
    return _finish(db, _ACCEPT, delivery_id, State.SENT, outcome.answer, now) is not None


def _record_deferred(db: Session, row: _Row, outcome: Deferred, now: datetime, jitter: float) -> None:
    attempts = row.attempts + int(outcome.pause is None)
    if outcome.pause is None:
        due_at = next_try_at(attempts, row.created_at, now, jitter)
    else:
        due_at = now + outcome.pause
    if due_at is None:
        _record_failed(db, row, f"Given up after 5 days. Last answer: {outcome.answer}", now)
        return
    later = {"state": State.DEFERRED.value, "attempts": attempts, "next_try_at": due_at, **_NO_LEASE}
    db.execute(_one(row.id).values(answer=outcome.answer, **later))
    outbox.reschedule(db, outbox.Topic.DELIVER, row.id, due_at)
    if row.state != State.DEFERRED:
        _tell(db, row, State.DEFERRED, outcome.answer, now)


def _record_failed(db: Session, row: _Row, answer: str, now: datetime) -> None:
    if _finish(db, _FINISH, row.id, State.FAILED, answer, now) is not None:
        _raise_ticket(db, row, now)


def _finish(
    db: Session,
    statement: Executable,
    delivery_id: int,
    state: State,
    answer: str,
    now: datetime,
    **more: int,
) -> _Row | None:
    """Set a state in which nobody owes it, where the statement's conditions hold; tell outbox, timeline."""
    tried = int(state in _TRIED)
    values = {"delivery": delivery_id, "final": state.value, "said": answer, "now": now, "tried": tried}
    found = db.execute(statement, values | more).mappings().first()
    if found is None:
        return None
    row = _Row(**found)
    outbox.done_for(db, outbox.Topic.DELIVER, row.id)
    if state is not State.WITHDRAWN:  # whoever withdraws tells that
        _tell(db, row, state, answer, now)
    return row


def _tell(db: Session, row: _Row, state: State, answer: str, now: datetime) -> None:
    if row.ticket_id is None:
        return
    data = {"delivery": row.id, "recipient": row.recipient, "state": state.value, "answer": answer}
    kind = tickets.EventKind.DELIVERY
    tickets.add_event(db, row.account_id, row.ticket_id, kind, data, article_id=row.article_id, now=now)


def _raise_ticket(db: Session, row: _Row, now: datetime) -> None:
    if row.ticket_id is not None:
        raise_ticket(db, row.account_id, row.ticket_id, row.article_id, now=now)


def _leased_row(db: Session, delivery_id: int, token: str) -> _Row | None:
    held = _IT.id == delivery_id, _IT.lease_token == token, _IT.state.in_(_OWED)
    found = db.execute(select(*_ROW).where(*held).with_for_update()).mappings().first()
    return _Row(**found) if token and found is not None else None


def _forget_if_finished(db: Session, delivery_id: int) -> None:
    state = db.execute(select(Delivery.state).where(Delivery.id == delivery_id)).scalar()
    if state not in _OWED:
        outbox.done_for(db, outbox.Topic.DELIVER, delivery_id)


def _one(delivery_id: int) -> Update:
    return update(Delivery).where(Delivery.id == delivery_id)


# Built once: to build a statement costs more than to run it.
_TABLE = cast(Table, Delivery.__table__)
_IT = _TABLE.c
_IS_FREE = or_(_IT.leased_until.is_(None), _IT.leased_until <= bindparam("now"))
_IS_DUE = or_(_IT.next_try_at.is_(None), _IT.next_try_at <= bindparam("now"))
_IS_OPEN = ~(
    select(table(Account).c.id)
    .where(table(Account).c.id == _IT.account_id, table(Account).c.suspended_at.is_not(None))
    .exists()
)
_CLAIM = (
    update(_TABLE)
    .where(_IT.id == bindparam("delivery"), _IT.state.in_(_OWED), _IS_DUE, _IS_FREE, _IS_OPEN)
    .values(
        lease_owner=bindparam("owner"),
        lease_token=bindparam("token"),
        leased_until=bindparam("until"),
        claims=_IT.claims + 1,
    )
    .returning(_IT.account_id, _IT.article_id, _IT.recipient, _IT.claims)
)
_ROW = tuple(_IT[field.name] for field in fields(_Row))
_FINISH = (
    update(_TABLE)
    .where(_IT.id == bindparam("delivery"))
    .values(
        state=bindparam("final"),
        answer=bindparam("said"),
        attempts=_IT.attempts + bindparam("tried"),
        next_try_at=None,
        finished_at=bindparam("now"),
        **_NO_LEASE,
    )
    .returning(*_ROW)
)
_ACCEPT = _FINISH.where(_IT.state.not_in((State.SENT, State.BOUNCED)))
_BOUNCE = _FINISH.where(
    _IT.account_id == bindparam("account"), _IT.state.not_in((State.BOUNCED, State.WITHDRAWN))
)
_WITHDRAW = _FINISH.where(_IT.state.in_((State.QUEUED, State.HELD)), _IS_FREE)
_LEASED = (
    select(
        Account.mail_key,
        Delivery.is_automatic,
        Delivery.recipient,
        func.coalesce(Delivery.raw_sha256, Article.raw_sha256),
        SmtpAccount.id,
    )
    .join(Account, Account.id == Delivery.account_id)
    .outerjoin(Article, Article.id == Delivery.article_id)
    .outerjoin(SmtpAccount, SmtpAccount.mailbox_id == Delivery.mailbox_id)
    .where(Delivery.id == bindparam("delivery"))
)
