"""What a report counts, as it is read: in bounded steps, and by quarters of an hour."""

from datetime import date, timedelta

from gateway.rules.access import Sight
from gateway.rules.reporting import QUARTER, Question
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.queries.reports import Counting
from tests.world import NOON, World, mail

DAY = timedelta(days=1)
QUESTION = Question(date(2026, 3, 1), date(2026, 3, 2))
NOONS_QUARTER = int(NOON.timestamp()) // QUARTER


def test_tickets_are_those_that_something_happened_to(world: World) -> None:
    world.receive(mail(), minutes=20)
    world.move(1, Status.CLOSED)
    with session.reading() as db:
        counting = Counting(db, Sight(world.ours.account_id), QUESTION)
        (lived,) = counting.tickets(NOON - DAY, NOON + DAY)
        assert (lived.created_at, lived.closed_at) == (NOON, NOON + timedelta(minutes=20))
        assert (lived.resolution_seconds, lived.is_spam, lived.tags) == (1200, False, [])
        assert list(counting.tickets(NOON + DAY, NOON + 2 * DAY)) == []


def test_moves_and_mails_are_told_by_the_quarter(world: World) -> None:
    world.receive(mail(), minutes=20)
    world.move(1, Status.CLOSED)
    with session.reading() as db:
        counting = Counting(db, Sight(world.ours.account_id), QUESTION)
        moves = counting.moves(NOON - DAY)
        assert moves.changes == {NOONS_QUARTER: 1, NOONS_QUARTER + 1: -1}
        assert moves.closings == {NOONS_QUARTER + 1: 1}
        assert counting.incoming(NOON, NOON + DAY) == {NOONS_QUARTER: 1}
        assert counting.incoming(NOON - DAY, NOON) == {}
        assert counting.present() == 0


def test_answers_and_closings_are_somebodys(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    world.move(1, Status.CLOSED)
    staff_id = world.ours.staff.staff_id
    with session.reading() as db:
        counting = Counting(db, Sight(world.ours.account_id), QUESTION)
        assert counting.answers(NOON, NOON + DAY) == {staff_id: 1}
        assert counting.closed_by(NOON, NOON + DAY) == {staff_id: 1}
        assert staff_id in counting.people()
        assert counting.customers({}) == ()
