"""What people were told of and have not read, to be mailed: gathered, and each thing once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules.hours import zone_named
from gateway.rules.notifying import MAILED, PAUSE, TOO_OLD, WAITS, Kind
from gateway.rules.quiet import Quiet
from gateway.store.holders import sees_ticket, works_here
from gateway.store.models import Notification, Staff, Ticket, table
from gateway.store.queries.staff import full_name

_MOST = 500
"""Of a look; the next one goes on."""

_LONGEST = TOO_OLD + timedelta(days=7)
"""Quiet hours end within a week."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that happened in a ticket."""

    id: int
    kind: Kind
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person with what waits for them: what they want by mail, and what they do not."""

    account_id: int
    staff_id: int
    name: str
    email: str
    locale: str
    zone: str
    wanted: tuple[Thing, ...]
    unwanted: tuple[Thing, ...]


def list_waiting(db: Session, *, now: datetime) -> tuple[Waiting, ...]:
    """Who is to get a mail now. Nobody hears of a ticket that they do not see any more.

    Whoever has quiet hours gets theirs when these are over, however long they were.
    """
    resting = db.connection().execute(_HAVE_QUIET).all()
    hours = {row.id: Quiet.from_stored(row.quiet) for row in resting}
    zones = {row.id: zone_named(row.zone) for row in resting}
    silent = [who for who, quiet in hours.items() if quiet.holds(now, zones[who])]
    values = {
        "settled": now - WAITS,
        "since": now - TOO_OLD,
        "since_quiet": now - _LONGEST,
        "paused": now - PAUSE,
        "silent": silent,
        "most": _MOST,
    }
    rows: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in db.connection().execute(_WAITING, values):
        rows.setdefault(row.staff_id, []).append(row)
    return tuple(_waiting(of_one, hours.get(who), zones.get(who), now) for who, of_one in rows.items())


def _waiting(
    rows: Sequence[Row[*tuple[Any, ...]]], quiet: Quiet | None, zone: ZoneInfo | None, now: datetime
) -> Waiting:
    one = rows[0]
    kinds = MAILED if one.mail_kinds is None else frozenset(one.mail_kinds)

    def is_wanted(row: Row[*tuple[Any, ...]]) -> bool:
        could_go = row.at + WAITS + PAUSE
        held_until = quiet.over(could_go, zone) if quiet else could_go
        return row.kind in kinds and (quiet is None or now - held_until < TOO_OLD)

    wanted = {row.id: is_wanted(row) for row in rows}
    things = [Thing(row.id, Kind(row.kind), row.number, row.at) for row in rows]
    return Waiting(
        one.account_id,
        one.staff_id,
        full_name(one.first_name, one.last_name, one.login),
        one.email,
        one.locale,
        one.zone,
        tuple(thing for thing in things if wanted[thing.id]),
        tuple(thing for thing in things if not wanted[thing.id]),
    )


def claim(db: Session, staff_id: int, *, now: datetime) -> bool:
    """Whether the next mail to a person is ours to write: of several who look at once, one may."""
    free = or_(_S.notified_at.is_(None), _S.notified_at <= now - PAUSE)
    taken = update(table(Staff)).where(_S.id == staff_id, free).values(notified_at=now)
    return db.connection().execute(taken).rowcount > 0


def settle(db: Session, things: Iterable[Thing], *, now: datetime) -> None:
    """These are mailed, or not to be mailed."""
    ids = [thing.id for thing in things]
    db.execute(update(Notification).where(Notification.id.in_(ids)).values(mailed_at=now))


_N, _S, _T = table(Notification).c, table(Staff).c, table(Ticket).c
_HAVE_QUIET = select(_S.id, _S.zone, _S.quiet).where(_S.quiet.is_not(None))
_WAITING = (
    select(
        _N.id,
        _N.kind,
        _N.account_id,
        _N.staff_id,
        _T.number,
        _S.first_name,
        _S.last_name,
        _S.login,
        _S.email,
        _S.locale,
        _S.zone,
        _S.mail_kinds,
        _N.at,
    )
    .join(table(Staff), _S.id == _N.staff_id)
    .join(table(Ticket), _T.id == _N.ticket_id)
    .where(
        _N.mailed_at.is_(None),
        or_(_N.at > bindparam("since"), and_(_S.quiet.is_not(None), _N.at > bindparam("since_quiet"))),
        _S.id.not_in(bindparam("silent", expanding=True)),
        _N.at <= bindparam("settled"),
        ~_N.is_read,
        works_here(),
        sees_ticket(),
        _S.email_confirmed_at.is_not(None),
        or_(_S.notified_at.is_(None), _S.notified_at <= bindparam("paused")),
    )
    .order_by(_N.staff_id, _N.id)
    .limit(bindparam("most"))
)
