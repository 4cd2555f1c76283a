"""How long an account keeps things: who says it, what is seen before, what is begun each night."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from gateway.desk import retaining
from gateway.errors import Denied, Invalid
from gateway.outbound.erasing import erase
from gateway.rules.access import Actor
from gateway.rules.erasure import ErasureKind
from gateway.rules.retention import MAX_DAYS, Matter, Rules, night_after, night_before
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.intake import Fate
from gateway.store.models import AuditEntry, Erasure, Quarantined, RemoteSession, Ticket
from tests import remotes
from tests.erasing import blobs_with, means
from tests.world import NOON, SUPPORT, World, mail

RULES = Rules(closed=90, spam=7)


def change(by: Actor, rules: Rules = RULES) -> None:
    with session.transaction() as db:
        retaining.change(db, by, rules, now=NOON)


def entries(world: World) -> list[tuple[str, str, dict[str, object]]]:
    with session.reading() as db:
        columns = AuditEntry.kind, AuditEntry.actor_kind, AuditEntry.facts
        ours = AuditEntry.account_id == world.ours.account_id, AuditEntry.kind.startswith("retention")
        mine = select(*columns).where(*ours).order_by(AuditEntry.seq)
        return [(kind, who, facts) for kind, who, facts in db.execute(mine)]


def erasures(world: World) -> list[tuple[str, timedelta | None]]:
    """Which kinds were begun in our account, and how long before noon of today they end."""
    with session.reading() as db:
        ours = select(Erasure.kind, Erasure.end_at).where(Erasure.account_id == world.ours.account_id)
        return [(kind, NOON - end if end else None) for kind, end in db.execute(ours.order_by(Erasure.id))]


def age(world: World, status: Status, days: int) -> None:
    number = world.receive(mail(f"{status.value} for {days} days")).number
    with session.transaction() as db:
        ours = Ticket.account_id == world.ours.account_id, Ticket.number == number
        values = {"status": status.value, "updated_at": NOON - timedelta(days=days)}
        db.execute(update(Ticket).where(*ours).values(**values))


def test_owner_and_admins_say_it_and_the_log_has_it_once(world: World) -> None:
    for _ in range(2):
        change(world.ours.owner)
    with session.reading() as db:
        assert retaining.view(db, world.ours.owner) == RULES
        assert retaining.view(db, world.stranger.owner) == Rules()
    facts = {"closed": 90, "spam": 7, "quarantined": 0, "remote": 0}
    assert entries(world) == [("retention_changed", "staff", facts)]
    with pytest.raises(Denied):
        change(world.ours.staff)
    with session.reading() as db, pytest.raises(Denied):
        retaining.view(db, world.ours.staff)
    with session.reading() as db, pytest.raises(Denied):
        retaining.preview(db, world.ours.staff, RULES, now=NOON)


@pytest.mark.parametrize("matter", Matter)
@pytest.mark.parametrize(("days", "fits"), [(-1, False), (1, True), (MAX_DAYS, True), (MAX_DAYS + 1, False)])
def test_what_is_out_of_bounds_is_refused_at_its_field(
    world: World, matter: Matter, days: int, *, fits: bool
) -> None:
    rules = Rules(**{matter.value: days})
    if fits:
        change(world.ours.owner, rules)
        return
    with pytest.raises(Invalid) as told:
        change(world.ours.owner, rules)
    assert told.value.field == matter.value
    with session.reading() as db, pytest.raises(Invalid):
        retaining.preview(db, world.ours.owner, rules, now=NOON)


def test_the_first_night_is_seen_by_counts_as_of_that_night(world: World) -> None:
    night = night_after(NOON)
    age(world, Status.CLOSED, 90)  # over by the night, not yet now
    age(world, Status.CLOSED, 89)
    age(world, Status.OPEN, 400)
    with session.reading() as db:
        first = retaining.preview(db, world.ours.owner, RULES, now=NOON)
        theirs = retaining.preview(db, world.stranger.owner, RULES, now=NOON)
    assert (first.at, first.counts[Matter.CLOSED], first.counts[Matter.SPAM]) == (night, 1, 0)
    assert sum(theirs.counts.values()) == 0


def test_each_night_what_is_over_begins_to_be_erased(world: World) -> None:
    tonight = night_after(NOON)
    change(world.ours.owner, RULES)
    age(world, Status.CLOSED, 100)
    age(world, Status.CLOSED, 50)
    age(world, Status.SPAM, 8)
    with session.reading() as db:
        assert retaining.due_accounts(db, now=NOON) == []
        assert retaining.due_accounts(db, now=tonight) == [world.ours.account_id]
    with session.transaction() as db:
        counts = [retaining.apply_rules(db, world.ours.account_id, now=tonight) for _ in range(2)]
    assert counts == [2, 0]
    since = NOON - tonight
    assert erasures(world) == [
        (ErasureKind.RANGE.value, timedelta(days=90) + since),
        (ErasureKind.RANGE.value, timedelta(days=7) + since),
    ]
    assert entries(world)[1:] == [("retention_applied", "desk", {"closed": 1, "spam": 1})]


def test_a_night_in_which_nothing_is_over_leaves_no_trace(world: World) -> None:
    change(world.ours.owner)
    age(world, Status.CLOSED, 5)
    with session.transaction() as db:
        assert retaining.apply_rules(db, world.ours.account_id, now=night_after(NOON)) == 0
    assert (erasures(world), len(entries(world))) == ([], 1)


def test_what_last_night_has_not_done_yet_is_left_to_it(world: World) -> None:
    change(world.ours.owner)
    age(world, Status.CLOSED, 100)
    nights = [night_after(NOON) + timedelta(days=days) for days in range(2)]
    with session.transaction() as db:
        assert retaining.apply_rules(db, world.ours.account_id, now=nights[0]) == 1
    age(world, Status.SPAM, 100)
    with session.transaction() as db:
        assert retaining.apply_rules(db, world.ours.account_id, now=nights[1]) == 1
    assert night_before(nights[1]) == nights[1]
    assert len(erasures(world)) == 2
    assert [facts for *_, facts in entries(world)[1:]] == [{"closed": 1}, {"spam": 1}]


def carry_out(world: World) -> None:
    """What the worker does with all that was begun."""
    with session.reading() as db:
        keys = db.execute(select(Erasure.id).order_by(Erasure.id)).scalars().all()
    assert all(erase(key, means=means(world), is_stopping=lambda: False) for key in keys)


def marks_left(world: World, *marks: str) -> set[str]:
    """Which of these stand in a raw mail or a file that is kept."""
    found = blobs_with(world.blobs, *(mark.encode() for mark in marks))
    return {mark.decode() for _, mark in found}


def test_in_the_morning_it_is_gone_with_its_mails_and_what_is_younger_is_there(world: World) -> None:
    change(world.ours.owner, Rules(closed=90, quarantined=30))
    old, young, open_ = (world.receive(mail(f"Mark{one}X")).number for one in ("Old", "Young", "Open"))
    for number, status, days in ((old, "closed", 100), (young, "closed", 10), (open_, "open", 400)):
        with session.transaction() as db:
            ours = Ticket.account_id == world.ours.account_id, Ticket.number == number
            values = {"status": status, "updated_at": NOON - timedelta(days=days)}
            db.execute(update(Ticket).where(*ours).values(**values))
    loop = [f"X-Loop: {SUPPORT}"]
    for one, days in (("Held", 31), ("Late", 29)):
        assert world.receive(mail(f"Mark{one}X", headers=loop)).fate is Fate.QUARANTINED
        with session.transaction() as db:
            newest = select(func.max(Quarantined.id)).scalar_subquery()
            arrived_at = NOON - timedelta(days=days)
            db.execute(update(Quarantined).where(Quarantined.id == newest).values(arrived_at=arrived_at))
    with session.transaction() as db:
        assert retaining.apply_rules(db, world.ours.account_id, now=night_after(NOON)) == 2
    carry_out(world)
    with session.reading() as db:
        assert db.execute(select(Ticket.number).order_by(Ticket.id)).scalars().all() == [young, open_]
        assert db.execute(select(func.count()).select_from(Quarantined)).scalar_one() == 1
    marks = ("MarkOldX", "MarkYoungX", "MarkOpenX", "MarkHeldX", "MarkLateX")
    assert marks_left(world, *marks) == {"MarkYoungX", "MarkOpenX", "MarkLateX"}


def test_records_of_remote_sessions_go_and_their_ticket_stays(world: World) -> None:
    change(world.ours.owner, Rules(remote=30))
    number = world.receive(mail()).number
    made = [remotes.make(world.ours.owner, number) for _ in range(2)]
    with session.transaction() as db:
        for one, days in zip(made, (31, 29), strict=True):
            ended = {"state": "ended", "ended_at": NOON - timedelta(days=days)}
            db.execute(update(RemoteSession).where(RemoteSession.public_id == one.public_id).values(**ended))
        assert retaining.apply_rules(db, world.ours.account_id, now=night_after(NOON)) == 1
    carry_out(world)
    with session.reading() as db:
        assert db.execute(select(RemoteSession.public_id)).scalars().all() == [made[1].public_id]
        assert db.execute(select(Ticket.number)).scalars().all() == [number]
