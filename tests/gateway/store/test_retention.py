"""Rules of retention as rows: what is over by them, and whose turn it is."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from gateway.rules.doubts import Outcome
from gateway.rules.retention import Rules, night_after, night_before
from gateway.rules.status import Status
from gateway.store import retention, session
from gateway.store.models import Account, Quarantined, RemoteSession, Ticket
from tests.world import NOON, World, mail

TEN = timedelta(days=10)
RULES = Rules(10, 10, 10, 10)


def hold_rules(world: World, rules: Rules = RULES) -> None:
    with session.transaction() as db:
        retention.set_rules(db, world.ours.account_id, rules, now=NOON)


def over(world: World, rules: Rules = RULES) -> list[int]:
    with session.reading() as db:
        return list(retention.count_over(db, world.ours.account_id, rules, now=NOON).values())


def receive(world: World, status: Status, *, age: timedelta) -> int:
    number = world.receive(mail(f"About {status.value} {age}")).number
    with session.transaction() as db:
        ours = Ticket.account_id == world.ours.account_id, Ticket.number == number
        db.execute(update(Ticket).where(*ours).values(status=status.value, updated_at=NOON - age))
    return number


def test_rules_are_kept_and_nothing_is_said_at_first(world: World) -> None:
    with session.reading() as db:
        assert retention.rules_of(db, world.ours.account_id) == Rules()
    hold_rules(world, Rules(1, 2, 3, 4))
    with session.reading() as db:
        assert retention.rules_of(db, world.ours.account_id) == Rules(1, 2, 3, 4)
        assert retention.rules_of(db, world.stranger.account_id) == Rules()


@pytest.mark.parametrize("status", [Status.CLOSED, Status.SPAM])
@pytest.mark.parametrize(
    ("beyond", "goes"), [(timedelta(seconds=-1), 0), (timedelta(), 0), (timedelta(seconds=1), 1)]
)
def test_a_ticket_is_over_that_many_days_after_its_last_activity(
    world: World, status: Status, beyond: timedelta, goes: int
) -> None:
    receive(world, status, age=TEN + beyond)
    for other in (Status.NEW, Status.OPEN, Status.PENDING):
        receive(world, other, age=TEN + TEN)
    assert sum(over(world)) == goes
    assert over(world, Rules(closed=10 if status is Status.SPAM else 0)) == [0, 0, 0, 0]


def test_what_was_merged_away_is_not_counted_twice(world: World) -> None:
    receive(world, Status.CLOSED, age=TEN + TEN)
    number = receive(world, Status.CLOSED, age=TEN + TEN)
    with session.transaction() as db:
        db.execute(update(Ticket).where(Ticket.number == number).values(merged_into_id=1))
    assert over(world) == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("outcome", "goes"), [("", 1), (Outcome.DISMISSED.value, 1), (Outcome.RELEASED.value, 0)]
)
def test_quarantined_mail_is_over_after_its_arrival_unless_it_was_released(
    world: World, outcome: str, goes: int
) -> None:
    (intake_id,) = world.accept(mail(), "support@ours.example")
    with session.transaction() as db:
        db.add(
            Quarantined(
                public_id="q",
                account_id=world.ours.account_id,
                intake_id=intake_id,
                reason="storm",
                content_hash="x",
                outcome=outcome,
                arrived_at=NOON - TEN - timedelta(seconds=1),
            )
        )
    assert over(world) == [0, 0, goes, 0]
    with session.transaction() as db:
        db.execute(update(Quarantined).values(arrived_at=NOON - TEN))
    assert sum(over(world)) == 0


@pytest.mark.parametrize(
    ("state", "seconds", "goes"), [("ended", 1, 1), ("ended", 0, 0), ("live", 1, 0), ("waiting", 1, 0)]
)
def test_a_remote_session_is_over_after_its_end(world: World, state: str, seconds: int, goes: int) -> None:
    receive(world, Status.OPEN, age=timedelta())
    with session.transaction() as db:
        ended_at = NOON - TEN - timedelta(seconds=seconds) if state == "ended" else None
        db.add(
            RemoteSession(
                public_id="r",
                account_id=world.ours.account_id,
                ticket_id=1,
                asked=["view"],
                granted=[],
                state=state,
                token_hash="t",
                made_at=NOON - TEN - TEN,
                expires_at=NOON,
                ended_at=ended_at,
            )
        )
    assert over(world) == [0, 0, 0, goes]


def test_each_account_with_rules_has_its_turn_once_a_night(world: World) -> None:
    tonight, tomorrow = night_before(NOON), night_after(NOON)

    def due(night: datetime = tomorrow) -> list[int]:
        with session.reading() as db:
            return list(retention.due_accounts(db, night=night, limit=9))

    assert due() == []
    hold_rules(world, Rules(remote=1))
    assert (due(tonight), due()) == ([], [world.ours.account_id])
    with session.transaction() as db:
        turns = [
            retention.take_turn(db, one, night=tomorrow, now=tomorrow)
            for one in (world.ours.account_id, world.ours.account_id, world.stranger.account_id)
        ]
    assert (turns, due()) == ([True, False, False], [])


def test_an_account_that_ends_is_left_to_its_end(world: World) -> None:
    hold_rules(world)
    with session.transaction() as db:
        db.execute(update(Account).values(terminates_at=NOON))
    with session.reading() as db:
        assert retention.due_accounts(db, night=night_after(NOON), limit=9) == []
