from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from gateway.rules.storms import WINDOW, Counts
from gateway.store import session, tallies
from gateway.store.models import SenderTally, Ticket
from gateway.store.tallies import MOST_FOLDED, Tally
from tests.world import ANN, NOON, World, mail


def count(world: World, address: str = ANN, *, after: timedelta = timedelta()) -> Tally:
    with session.transaction() as db:
        return tallies.count_one(db, world.ours.account_id, address, window_at=NOON + after)


def test_each_sender_is_counted_alone_window_by_window(world: World) -> None:
    assert [count(world).counts for _ in range(3)] == [Counts(1, 0), Counts(2, 0), Counts(3, 0)]
    assert count(world, "other@x.example").counts == Counts(1, 0)
    assert count(world, after=WINDOW).counts == Counts(1, 3)
    assert count(world, after=3 * WINDOW).counts == Counts(1, 0)


def test_accounts_do_not_count_for_each_other(world: World) -> None:
    count(world)
    with session.transaction() as db:
        theirs = tallies.count_one(db, world.stranger.account_id, ANN, window_at=NOON)
    assert theirs.counts == Counts(1, 0)


def test_a_look_says_what_one_more_would_and_counts_nothing(world: World) -> None:
    count(world)
    for _ in range(2):
        with session.reading() as db:
            assert tallies.look(db, world.ours.account_id, ANN, window_at=NOON).counts == Counts(2, 0)
            assert tallies.look(db, world.ours.account_id, "x", window_at=NOON).counts == Counts(1, 0)


def test_the_ticket_of_a_storm_is_remembered_into_the_next_window(world: World) -> None:
    world.receive(mail())
    count(world)
    with session.transaction() as db:
        tallies.fold_into(db, world.ours.account_id, ANN, 1, window_at=NOON)
    assert count(world).ticket_id == 1
    assert count(world, after=WINDOW).ticket_id == 1


def test_a_full_ticket_takes_no_more(world: World) -> None:
    world.receive(mail())
    world.receive(mail())
    account, since = world.ours.account_id, NOON - timedelta(hours=1)
    with session.transaction() as db:
        contact = db.execute(select(Ticket.contact_id).where(Ticket.id == 2)).scalar_one()
        assert contact is not None
        assert tallies.newest_ticket(db, account, contact, since=since) == 2
        assert tallies.newest_ticket(db, account, contact, since=NOON + timedelta(hours=1)) is None
        assert tallies.newest_ticket(db, world.stranger.account_id, contact, since=since) is None
        db.execute(update(Ticket).where(Ticket.id == 2).values(folded_count=MOST_FOLDED))
        assert tallies.newest_ticket(db, account, contact, since=since) == 1
        assert [tallies.takes_more(db, account, one) for one in (1, 2, 99)] == [True, False, False]


def test_a_very_long_address_is_counted(world: World) -> None:
    assert count(world, "x" * 1000).counts == Counts(1, 0)
    assert count(world, "x" * 1000).counts == Counts(2, 0)


@pytest.mark.parametrize(("moment", "left"), [(NOON, 1), (NOON + WINDOW, 0)])
def test_old_windows_are_forgotten(world: World, moment: datetime, left: int) -> None:
    count(world)
    with session.transaction() as db:
        assert tallies.forget_before(db, moment) == 1 - left
        assert db.execute(select(func.count()).select_from(SenderTally)).scalar() == left
