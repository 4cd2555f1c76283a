"""Places in the budget: exact at, below and above each bound, and in a race."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.rules.budget import Bound, Budget, Over
from gateway.store import budget, session
from gateway.store.models import OutgoingTally
from tests.world import ANN, BOB, NOON, World

HOUR = timedelta(hours=1)


def take(
    world: World,
    bounds: Budget,
    recipient: str = ANN,
    *,
    after: timedelta = timedelta(),
    of: int | None = None,
) -> Over | None:
    with session.transaction() as db:
        return budget.take_place(db, of or world.ours.account_id, recipient, bounds, now=NOON + after)


def counted() -> dict[str, int]:
    with session.reading() as db:
        sums = select(OutgoingTally.bound, func.sum(OutgoingTally.mails)).group_by(OutgoingTally.bound)
        return {bound: int(mails) for bound, mails in db.execute(sums)}


@pytest.mark.parametrize(
    ("bounds", "bound"),
    [
        (Budget(account_day=2), Bound.ACCOUNT_DAY),
        (Budget(account_hour=2), Bound.ACCOUNT_HOUR),
        (Budget(recipient_hour=2), Bound.RECIPIENT_HOUR),
    ],
)
def test_as_many_as_the_bound_allows_and_no_more(world: World, bounds: Budget, bound: Bound) -> None:
    full = Over(bound, 2)
    assert [take(world, bounds) for _ in range(4)] == [None, None, full, full]
    assert counted() == {bound: 2}


def test_no_bound_counts_nothing(world: World) -> None:
    assert [take(world, Budget()) for _ in range(3)] == [None] * 3
    assert counted() == {}


def test_a_new_hour_and_a_new_day_have_room_again(world: World) -> None:
    hourly, daily = Budget(account_hour=1), Budget(account_day=1)
    assert take(world, hourly) is None
    assert take(world, hourly, after=HOUR - timedelta(seconds=1)) is not None
    assert take(world, hourly, after=HOUR) is None
    assert take(world, daily) is None
    assert take(world, daily, after=12 * HOUR - timedelta(seconds=1)) is not None
    assert take(world, daily, after=12 * HOUR) is None


def test_recipients_and_accounts_do_not_count_for_each_other(world: World) -> None:
    one = Budget(recipient_hour=1)
    assert take(world, one) is None
    assert take(world, one, ANN.upper()) is not None
    assert take(world, one, BOB) is None
    assert take(world, one, of=world.stranger.account_id) is None


def test_who_finds_one_window_full_takes_no_place_in_the_others(world: World) -> None:
    bounds = Budget(account_day=9, account_hour=9, recipient_hour=1)
    assert [take(world, bounds) is None for _ in range(3)] == [True, False, False]
    assert counted() == {"account_day": 1, "account_hour": 1, "recipient_hour": 1}


def test_twenty_who_race_take_no_place_too_many(world: World) -> None:
    bounds = Budget(account_day=37, account_hour=33, recipient_hour=31)
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: take(world, bounds), range(120)))
    assert found.count(None) == 31
    assert set(found) == {None, Over(Bound.RECIPIENT_HOUR, 31)}
    assert counted() == {"account_day": 31, "account_hour": 31, "recipient_hour": 31}


def test_counts_are_kept_for_two_days(world: World) -> None:
    take(world, Budget(account_day=1))
    for hours, left in ((36, 0), (37, 1)):  # its window began at midnight, twelve hours before
        with session.transaction() as db:
            assert budget.forget_old(db, now=NOON + timedelta(hours=hours)) == left
