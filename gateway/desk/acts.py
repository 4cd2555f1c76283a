"""What somebody does to one ticket or to many, so that it can be taken back for a while.

An act is written down with its tickets. The first hundred are done at once, the rest by a worker, a hundred
a transaction, so that nobody's door stands still for ten thousand; undoing goes the same way backwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from gateway import log
from gateway.desk import linking, merging, noting, splitting, tickets
from gateway.desk.replying import ArticleRef, DraftFile
from gateway.desk.tickets import UNCHANGED, TicketChange, Unchanged
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor, Permission, Role, require
from gateway.rules.priority import Priority
from gateway.rules.status import Status
from gateway.rules.undoing import OFFERED_FOR, UNDONE_WITHIN
from gateway.store import acts, followers, outbox, seeing, states
from gateway.store import tickets as rows
from gateway.store.acts import ActRow, Item
from gateway.store.models import Article, Delivery, Ticket
from gateway.store.outbox import Topic
from gateway.store.tickets import EventKind

MOST_AT_ONCE = 10_000
"""How many tickets one act may be about."""

CHUNK = 100


class Kind(StrEnum):
    """What can be done and undone."""

    CHANGE = "change"
    MERGE = "merge"
    SPLIT = "split"
    LINK = "link"
    UNLINK = "unlink"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Done:
    """An act as its page tells of it: `what` has what its kind knows, `left` what is still to be done.

    `is_offered` says whether the page offers to take it back.
    """

    public_id: str
    kind: Kind
    what: dict[str, Any]
    count: int
    left: int
    is_undone: bool
    is_offered: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer that can still be taken back, and its ticket."""

    number: int
    public_id: str


def change(db: Session, by: Actor, numbers: Sequence[int], wanted: TicketChange, *, now: datetime) -> str:
    """Change these tickets; the act's public id.

    What they do not see is passed over. Raises NotFound where nothing is left, Invalid for more than
    `MOST_AT_ONCE` or for a change that cannot be made, of which nothing is done then.
    """
    require(by, Permission.WORK_TICKETS)
    if len(numbers) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} tickets at once.", field="tickets")
    found = _seen(db, by, numbers)
    if not found:
        raise NotFound("There is no such ticket.")
    act = acts.put(db, by.account_id, _staff_id(by), Kind.CHANGE, as_stored(wanted), found, now=now)
    if _do(db, by, act, wanted, now=now) < len(found):
        outbox.put(db, Topic.ACT, act.id, now=now)
    return act.public_id


def merge(db: Session, by: Actor, number: int, into: int, *, now: datetime) -> tuple[int, str]:
    """Merge a ticket into another; the number of what is left, and the act. Errors as of `merging`."""
    target = merging.merge(db, by, number, into, now=now)
    return target.number, _done(db, by, Kind.MERGE, {"number": number, "into": target.number}, now)


def split(db: Session, by: Actor, article: str, subject: str, *, now: datetime) -> tuple[int, str]:
    """Make a message a ticket of its own; its number and the act. Errors as of `splitting`."""
    made = splitting.split(db, by, article, subject, now=now)
    return made.number, _done(db, by, Kind.SPLIT, {"number": made.number, "of": made.of}, now)


def link(db: Session, by: Actor, number: int, other: int, *, now: datetime) -> str:
    """Say that two tickets have to do with each other; the act. Errors as of `linking`."""
    linking.link(db, by, number, other, now=now)
    return _done(db, by, Kind.LINK, {"number": number, "other": other}, now)


def unlink(db: Session, by: Actor, number: int, other: int, *, now: datetime) -> str:
    """Say that they have not; the act."""
    linking.unlink(db, by, number, other, now=now)
    return _done(db, by, Kind.UNLINK, {"number": number, "other": other}, now)


def note(
    db: Session,
    by: Actor,
    number: int,
    text: str,
    files: tuple[DraftFile, ...] = (),
    *,
    is_shared: bool = False,
    now: datetime,
) -> tuple[ArticleRef, str]:
    """Add a note to a ticket; the note, and the act. Errors as of `noting`."""
    ticket = rows.stand(db, by.sight, number)
    before = followers.choices(db, ticket.id)
    made = noting.note(db, by, number, text, files, is_shared=is_shared, now=now)
    after = followers.choices(db, ticket.id)
    followed = [[who, before.get(who)] for who, left in after.items() if before.get(who) is not left]
    what = {"number": made.number, "article": made.public_id, "ticket": ticket.id, "followed": followed}
    return made, _done(db, by, Kind.NOTE, what, now)


def find(db: Session, by: Actor, public_id: str, *, now: datetime) -> Done | None:
    """An act of theirs, None for any other."""
    if by.staff_id is None or not public_id:  # most pages tell of none
        return None
    row = acts.find_own(db, by.account_id, by.staff_id, public_id)
    if row is None:
        return None
    is_offered = row.undone_at is None and now - row.at < OFFERED_FOR
    kind = Kind(row.kind)
    return Done(row.public_id, kind, row.what, row.count, row.left, row.undone_at is not None, is_offered)


def find_sent(db: Session, by: Actor, public_id: str, *, now: datetime) -> Sent | None:
    """An answer of theirs that waits for its undo window to end, None for any other."""
    if by.staff_id is None or not public_id:
        return None
    theirs = Article.account_id == by.account_id, Article.staff_id == by.staff_id
    waiting = Delivery.state == "queued", Delivery.created_at > now - OFFERED_FOR
    found = select(Ticket.number).join(Article, Article.ticket_id == Ticket.id)
    found = found.join(Delivery, Delivery.article_id == Article.id)
    number = db.execute(found.where(*theirs, Article.public_id == public_id, *waiting).limit(1)).scalar()
    return None if number is None else Sent(number, public_id)


def undo(db: Session, by: Actor, public_id: str, *, now: datetime) -> Done:
    """Take an act back; what it was.

    What somebody else has changed since stays. NotFound for any but their own, Conflict when it is too late
    or done already.
    """
    require(by, Permission.WORK_TICKETS)
    row = acts.find_own(db, by.account_id, _staff_id(by), public_id)
    if row is None:
        raise NotFound
    if now - row.at > UNDONE_WITHIN or not acts.begin_undoing(db, row, now=now):
        raise Conflict("It is too late to undo this.")
    _undo(db, by, row, now=now)
    left = acts.find(db, row.id)
    if left is not None and left.left:
        outbox.put(db, Topic.ACT, row.id, now=now)
    return Done(row.public_id, Kind(row.kind), row.what, row.count, 0, is_undone=True, is_offered=False)


def go_on(db: Session, act_id: int, *, now: datetime) -> int:
    """Do some more of what is left of an act, or of undoing it; how much is left then.

    Once that is nothing, the outbox row of it is done.
    """
    row = acts.find(db, act_id)
    if row is not None and row.left:
        by = Actor(row.account_id, Role.STAFF, row.staff_id)
        if row.undone_at is None:
            _do_rest(db, by, row, now=now)
        else:
            _undo(db, by, row, now=now)
        row = acts.find(db, act_id)
    left = row.left if row else 0
    if not left:
        outbox.done_for(db, Topic.ACT, act_id)
    return left


def as_stored(wanted: TicketChange) -> dict[str, Any]:
    """A change as JSON: what it leaves alone is not in it."""
    stored: dict[str, Any] = {}
    if wanted.status is not None:
        stored["status"] = wanted.status.value
    if wanted.priority is not None:
        stored["priority"] = wanted.priority.value
    if wanted.subject is not None:
        stored["subject"] = wanted.subject
    if wanted.tags is not None:
        stored["tags"] = list(wanted.tags)
    stored |= {name: list(tags) for name, tags in _tags(wanted) if tags}
    stored |= {
        name: value
        for name, value in (("assignee", wanted.assignee), ("customer", wanted.customer))
        if not isinstance(value, Unchanged)
    }
    if not isinstance(wanted.wake_at, Unchanged):
        stored["wake_at"] = wanted.wake_at.isoformat() if wanted.wake_at else None
    return stored


def from_stored(stored: dict[str, Any]) -> TicketChange:
    """The change that `as_stored` wrote."""
    wake_at = stored.get("wake_at", UNCHANGED)
    return TicketChange(
        status=Status(stored["status"]) if "status" in stored else None,
        assignee=stored.get("assignee", UNCHANGED),
        subject=stored.get("subject"),
        tags=tuple(stored["tags"]) if "tags" in stored else None,
        customer=stored.get("customer", UNCHANGED),
        add_tags=tuple(stored.get("add_tags", ())),
        drop_tags=tuple(stored.get("drop_tags", ())),
        priority=Priority(stored["priority"]) if "priority" in stored else None,
        wake_at=datetime.fromisoformat(wake_at) if isinstance(wake_at, str) else wake_at,
    )


def _tags(wanted: TicketChange) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("add_tags", wanted.add_tags), ("drop_tags", wanted.drop_tags)


def _do(db: Session, by: Actor, act: ActRow, wanted: TicketChange, *, now: datetime) -> int:
    """Do the next hundred; how many there were."""
    items = acts.to_do(db, act, CHUNK)
    for item in items:
        _do_one(db, by, item, wanted, now)
    return len(items)


def _do_rest(db: Session, by: Actor, act: ActRow, *, now: datetime) -> None:
    """Do the next hundred, for nobody who could be asked: what cannot be changed any more stays."""
    wanted = from_stored(act.what)
    for item in acts.to_do(db, act, CHUNK):
        try:
            _do_one(db, by, item, wanted, now)
        except Invalid as error:
            log.get("acts").info("act.item_refused", act=act.id, field=error.field)
            acts.drop(db, [item.id])


def _do_one(db: Session, by: Actor, item: Item, wanted: TicketChange, now: datetime) -> None:
    before = states.state_of(db, by.account_id, item.ticket_id)
    with db.begin_nested():  # a change is made whole or not at all
        tickets.patch(db, by, item.number, wanted, now=now)
    after = states.state_of(db, by.account_id, item.ticket_id)
    acts.record(db, item.id, states.changed(before, after))


def _undo(db: Session, by: Actor, act: ActRow, *, now: datetime) -> None:
    match Kind(act.kind):
        case Kind.CHANGE:
            for item in (items := acts.to_undo(db, act, CHUNK)):
                _restore(db, by, item, now)
            acts.drop(db, [item.id for item in items])
        case Kind.MERGE:
            merging.unmerge(db, by, act.what["number"], now=now)
        case Kind.SPLIT:
            merging.merge(db, by, act.what["number"], act.what["of"], now=now)
        case Kind.LINK:
            linking.unlink(db, by, act.what["number"], act.what["other"], now=now)
        case Kind.NOTE:
            noting.take_back(db, by, act.what["article"], now=now)
            followers.put_back(db, by.account_id, act.what["ticket"], dict(act.what["followed"]))
        case Kind.UNLINK:
            linking.link(db, by, act.what["number"], act.what["other"], now=now)


def _restore(db: Session, by: Actor, item: Item, now: datetime) -> None:
    back = states.restore(db, by.account_id, item.ticket_id, item.before or {})
    if back:
        data = {"back": list(back)}
        rows.add_event(
            db, by.account_id, item.ticket_id, EventKind.UNDONE, data, staff_id=by.staff_id, now=now
        )


_NAMED = aliased(Ticket)


def _seen(db: Session, by: Actor, numbers: Sequence[int]) -> list[int]:
    """The rows of those of the tickets that they see, or of what they were merged into."""
    found: list[int] = []
    within = () if by.reach is None else (seeing.TICKETS,)
    for start in range(0, len(numbers), CHUNK):
        named = _NAMED.account_id == by.account_id, _NAMED.number.in_(numbers[start : start + CHUNK])
        meant = select(func.coalesce(_NAMED.merged_into_id, _NAMED.id)).where(*named)
        here = Ticket.account_id == by.account_id, Ticket.id.in_(meant), *within
        asked = select(Ticket.id).where(*here).order_by(Ticket.number)
        found += db.execute(asked, seeing.values(by.sight)).scalars()
    return list(dict.fromkeys(found))


def _done(db: Session, by: Actor, kind: Kind, what: dict[str, Any], now: datetime) -> str:
    """Write an act down that is done already."""
    return acts.put(db, by.account_id, _staff_id(by), kind, what, (), now=now).public_id


def _staff_id(by: Actor) -> int:
    if by.staff_id is None:
        raise NotFound("Only people take back what they did.")
    return by.staff_id
