"""Writing tickets: numbers without gaps, moves with their line in the timeline."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.queue import ANSWERED, DONE, Effect
from gateway.rules.status import Status
from gateway.store import session, tickets
from gateway.store.models import Participant, Ticket
from gateway.store.tickets import Added, NewTicketRow, Standing
from gateway.store.types import MOST
from tests.world import NOON, Business, World, ticket_row

HOUR = timedelta(hours=1)


def new(subject: str = "Printer") -> NewTicketRow:
    return NewTicketRow(subject, Status.NEW, None, None, None, "n" * 400, "a" * 400)


def open_ticket(business: Business) -> Standing:
    with session.transaction() as db:
        return tickets.open_ticket(db, business.account_id, new(), now=NOON)


def test_each_account_counts_from_one(world: World) -> None:
    assert [open_ticket(world.ours).number for _ in range(3)] == [1, 2, 3]
    assert open_ticket(world.stranger).number == 1


def test_a_number_taken_back_is_given_again(world: World) -> None:
    with pytest.raises(ValueError, match="x"):
        open_and_raise(world)
    assert open_ticket(world.ours).number == 1


def open_and_raise(world: World) -> None:
    with session.transaction() as db:
        tickets.open_ticket(db, world.ours.account_id, new(), now=NOON)
        raise ValueError("x")


def test_two_hundred_tickets_of_four_threads_have_two_hundred_numbers(world: World) -> None:
    def work() -> None:
        for _ in range(50):
            open_ticket(world.ours)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    with session.reading() as db:
        numbers = db.execute(select(Ticket.number).order_by(Ticket.number)).scalars().all()
    assert numbers == list(range(1, 201))


@pytest.mark.parametrize("number", [0, -1, 2, MOST, MOST + 1, 10**30])
def test_another_number_is_not_found(world: World, number: int) -> None:
    open_ticket(world.ours)
    with session.reading() as db, pytest.raises(NotFound):
        tickets.stand(db, Sight(world.ours.account_id), number)


def test_a_strangers_ticket_is_not_found(world: World) -> None:
    ticket = open_ticket(world.ours)
    with session.reading() as db:
        assert tickets.stand(db, Sight(world.ours.account_id), 1) == ticket
        assert tickets.stand_by_id(db, world.ours.account_id, ticket.id) == ticket
        with pytest.raises(NotFound):
            tickets.stand(db, Sight(world.stranger.account_id), 1)
        with pytest.raises(NotFound):
            tickets.stand_by_id(db, world.stranger.account_id, ticket.id)


def test_activity_brings_a_ticket_forward_and_never_back(world: World) -> None:
    ticket = open_ticket(world.ours)
    for at, files in ((NOON + 2 * HOUR, 1), (NOON + HOUR, 2)):
        with session.transaction() as db:
            tickets.touch(
                db, world.ours.account_id, ticket.id, Added(files, str(files), files, Effect.NONE), now=at
            )
    row = ticket_row(1)
    assert (row.updated_at, row.article_count, row.attachment_count) == (NOON + 2 * HOUR, 2, 3)


def test_a_stranger_changes_nothing(world: World) -> None:
    ticket = open_ticket(world.ours)
    with session.transaction() as db:
        tickets.touch(db, world.stranger.account_id, ticket.id, Added(1, "x", 1, Effect.NONE), now=NOON)
        tickets.change(db, world.stranger.account_id, ticket.id, {"subject": "x"})
        tickets.set_status(db, world.stranger.account_id, ticket, Status.CLOSED, now=NOON)
    row = ticket_row(1)
    assert (row.subject, row.status, row.article_count) == ("Printer", "new", 0)


def test_a_move_is_told_once_and_closing_has_its_moment(world: World) -> None:
    open_ticket(world.ours)
    for status, closed_at in ((Status.CLOSED, NOON), (Status.CLOSED, NOON), (Status.OPEN, None)):
        with session.transaction() as db:
            standing = tickets.stand(db, Sight(world.ours.account_id), 1)
            tickets.set_status(db, world.ours.account_id, standing, status, now=NOON)
        assert ticket_row(1).closed_at == closed_at
    moves = [(e.data["from"], e.data["to"]) for e in world.detail(1).events]
    assert moves == [("new", "closed"), ("closed", "open")]


def test_who_takes_part_does_so_once_and_not_without_end(world: World) -> None:
    ticket = open_ticket(world.ours)
    many = [f"{n}@x.example" for n in range(80)]
    with session.transaction() as db:
        for addresses in (["a@x", "a@x", "", "b@x"], ["b@x", "y" * 400], many, []):
            tickets.add_participants(db, world.ours.account_id, ticket.id, addresses)
        found = db.execute(select(Participant.address)).scalars().all()
    assert len(found) == len(set(found)) == 3 + 50
    assert {"a@x", "b@x", "y" * 320} <= set(found)


def queue_at() -> object:
    return ticket_row(1).queue_at


def test_a_ticket_waits_from_its_mail_until_it_is_answered(world: World) -> None:
    ticket = open_ticket(world.ours)
    assert queue_at() == NOON
    for article, (effect, place) in enumerate(
        [
            (Effect.WAITS, NOON),
            (Effect.ANSWERS, ANSWERED),
            (Effect.NONE, ANSWERED),
            (Effect.WAITS, NOON + 4 * HOUR),
            (Effect.WAITS, NOON + 4 * HOUR),
        ],
        start=1,
    ):
        with session.transaction() as db:
            added = Added(article, None, 0, effect)
            tickets.touch(db, world.ours.account_id, ticket.id, added, now=NOON + max(article, 4) * HOUR)
        assert queue_at() == place
    assert ticket_row(1).last_article_id == 5


def test_what_is_not_open_stands_behind_all_and_gets_its_place_back(world: World) -> None:
    ticket = open_ticket(world.ours)
    with session.transaction() as db:
        tickets.set_status(db, world.ours.account_id, ticket, Status.CLOSED, now=NOON)
    assert queue_at() == DONE
    with session.transaction() as db:
        closed = tickets.stand_by_id(db, world.ours.account_id, ticket.id)
        tickets.set_status(db, world.ours.account_id, closed, Status.OPEN, now=NOON)
    assert queue_at() == ANSWERED
    with session.transaction() as db:
        tickets.wait_from(db, world.ours.account_id, ticket.id, now=NOON + HOUR)
        tickets.wait_from(db, world.ours.account_id, ticket.id, now=NOON + 2 * HOUR)
    assert queue_at() == NOON + HOUR
