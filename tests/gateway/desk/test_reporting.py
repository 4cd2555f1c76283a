"""The numbers of a report, from what happened: right over reopening, merging and taking back."""

from datetime import timedelta

import pytest

from gateway.desk import merging, replying, reporting, tickets
from gateway.desk.tickets import TicketChange
from gateway.errors import Denied, Invalid
from gateway.rules.access import Actor, Reach, Role, Sight
from gateway.rules.reporting import Compared, Numbers, Question
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.queries.reports import Counting
from tests.world import BOB, NOON, World, mail

DAY = timedelta(days=1)
TODAY = NOON.date()
QUESTION = Question(TODAY - 2 * DAY, TODAY)


def count(world: World, question: Question = QUESTION, sight: Sight | None = None) -> Numbers:
    with session.reading() as db:
        return reporting.count(db, sight or Sight(world.ours.account_id), question, now=world.clock.now())


@pytest.fixture
def lived(world: World) -> World:
    """Ann's ticket 1 of Saturday was closed on Sunday, reopened and closed today; Bob's 2 is of today."""
    world.clock.at = NOON - 2 * DAY
    world.receive(mail(message_id="one@acme.example"), minutes=60)
    world.reply(1)
    world.clock.at = NOON - DAY
    world.move(1, Status.CLOSED)
    world.clock.at = NOON
    world.receive(mail(in_reply_to="one@acme.example"))
    world.receive(mail(sender=BOB), mail_from=BOB)
    world.reply(1)
    world.move(1, Status.CLOSED)
    return world


def test_a_ticket_that_came_back_was_open_in_between(lived: World) -> None:
    numbers = count(lived)
    assert numbers.starts == ("2026-02-28", "2026-03-01", "2026-03-02")
    assert numbers.new == (1, 0, 1)
    assert numbers.closed == (0, 1, 1)
    assert numbers.backlog == (1, 0, 1)
    assert numbers.tiles["backlog"] == Compared(1, 0)
    assert numbers.tiles["closed"] == Compared(2, 0)


def test_answers_count_for_who_wrote_them_and_closings_for_who_closed(lived: World) -> None:
    numbers = count(lived)
    assert [one[2:] for one in numbers.staff] == [(2, 2)]
    assert numbers.tiles["answers"] == Compared(2, 0)
    assert numbers.tiles["incoming"] == Compared(3, 0)
    assert (numbers.answered, numbers.tiles["answer_median"]) == (1, Compared(3600, None))
    assert numbers.answer_median == (3600, None, None)
    assert numbers.resolved == 1


def test_mails_are_counted_by_weekday_and_hour_without_those_of_machines(lived: World) -> None:
    lived.receive(mail(sender=BOB, headers=["Auto-Submitted: auto-replied"]), mail_from=BOB)
    heat = count(lived).heat
    assert (heat[0][12], heat[5][12], sum(map(sum, heat))) == (2, 1, 3)
    nepal = count(lived, Question(TODAY - 2 * DAY, TODAY, "Asia/Kathmandu")).heat
    assert (nepal[0][17], nepal[5][17]) == (2, 1)


def test_customers_and_tags_are_named_with_their_new_tickets(lived: World) -> None:
    with session.transaction() as db:
        change = TicketChange(tags=("printer", "vip"))
        tickets.patch(db, lived.ours.staff, 1, change, now=NOON)
        tickets.patch(db, lived.ours.staff, 2, TicketChange(tags=("vip",)), now=NOON)
    numbers = count(lived)
    assert [(name, n) for _, name, n in numbers.customers] == [("Acme", 1)]
    assert numbers.tags == (("vip", 2), ("printer", 1))


def test_merging_leaves_one_open_and_taking_that_back_two(lived: World) -> None:
    lived.receive(mail(sender=BOB), mail_from=BOB)
    assert count(lived).backlog[-1] == 2
    with session.transaction() as db:
        merging.merge(db, lived.ours.staff, 3, 2, now=lived.clock.now())
    assert count(lived).backlog == (1, 0, 1)
    assert count(lived).new == (1, 0, 1)
    with session.transaction() as db:
        merging.unmerge(db, lived.ours.staff, 3, now=lived.clock.now())
    assert count(lived).backlog == (1, 0, 2)


def test_what_was_taken_back_is_no_answer(lived: World) -> None:
    sent = lived.reply(2)
    assert count(lived).tiles["answers"].current == 3
    with session.transaction() as db:
        replying.withdraw(db, lived.ours.staff, sent.public_id, now=lived.clock.now())
    assert count(lived).tiles["answers"].current == 2


def test_spam_is_no_request(lived: World) -> None:
    lived.move(2, Status.SPAM)
    numbers = count(lived)
    assert (numbers.new, numbers.backlog) == ((1, 0, 0), (1, 0, 0))


def test_the_period_before_is_what_it_is_compared_with(lived: World) -> None:
    later = Question(TODAY, TODAY)
    tiles = count(lived, later).tiles
    assert tiles["new"] == Compared(1, 0)
    assert tiles["closed"] == Compared(1, 1)
    assert tiles["backlog"] == Compared(1, 0)


@pytest.mark.parametrize(
    ("narrow", "new"),
    [
        ({}, 2),
        ({"customer": "ours"}, 1),
        ({"customer": "nobody"}, 0),
        ({"mailbox": "ours"}, 2),
        ({"group": "nobody"}, 0),
        ({"staff": "nobody"}, 0),
    ],
)
def test_a_question_may_be_about_some_alone(lived: World, narrow: dict[str, str], new: int) -> None:
    known = {"customer": lived.ours.customer, "mailbox": lived.ours.mailbox.public_id}
    asked = {name: known[name] if value == "ours" else value for name, value in narrow.items()}
    numbers = count(lived, Question(TODAY - 2 * DAY, TODAY, **asked))
    assert sum(numbers.new) == new
    assert sum(map(sum, numbers.heat)) == {0: 0, 1: 2, 2: 3}[new]
    assert sum(numbers.closed) == {0: 0, 1: 2, 2: 2}[new]


def test_who_sees_some_sees_the_numbers_of_those(lived: World) -> None:
    own = Sight(lived.ours.account_id, Reach(customers=()))
    assert count(lived, sight=own).is_empty
    with session.reading() as db:
        assert Counting(db, own, QUESTION).present() == 0
        assert Counting(db, Sight(lived.ours.account_id), QUESTION).present() == 1


def test_a_stranger_sees_their_own_numbers(lived: World) -> None:
    assert count(lived, sight=Sight(lived.stranger.account_id)).is_empty


def test_it_is_asked_for_once_and_found_when_counted(lived: World) -> None:
    with session.transaction() as db:
        assert reporting.ask(db, lived.ours.staff, QUESTION, now=NOON)
        assert not reporting.ask(db, lived.ours.owner, QUESTION, now=NOON)
        assert reporting.find(db, lived.ours.owner, QUESTION, now=NOON).is_awaited


def test_a_senseless_question_and_a_guest_are_refused(lived: World) -> None:
    guest = Actor(lived.ours.account_id, Role.GUEST, 1)
    with session.transaction() as db:
        with pytest.raises(Invalid):
            reporting.ask(db, lived.ours.staff, Question(TODAY, TODAY - DAY), now=NOON)
        with pytest.raises(Denied):
            reporting.ask(db, guest, QUESTION, now=NOON)
        with pytest.raises(Denied):
            reporting.find(db, guest, QUESTION, now=NOON)
