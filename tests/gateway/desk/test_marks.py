"""Who has read what."""

import pytest

from gateway.desk import marks
from gateway.errors import Denied, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.queries.tickets import TicketFilter, list_tickets
from tests.world import NOON, World, mail


@pytest.fixture
def two(world: World) -> World:
    for _ in range(2):
        world.receive(mail())
    return world


def unread(by: Actor) -> list[int]:
    with session.reading() as db:
        found = list_tickets(db, by.sight, TicketFilter(reader_id=by.staff_id)).items
    return sorted(row.number for row in found if row.is_unread)


def test_what_was_shown_is_read_and_no_more(two: World) -> None:
    first = two.detail(1).articles[0].public_id
    two.receive(mail(subject="[#1]"))
    by = two.ours.staff
    with session.transaction() as db:
        marks.mark_seen(db, by, 1, first)
    assert unread(by) == [1, 2]
    second = two.detail(1).articles[1].public_id
    with session.transaction() as db:
        marks.mark_seen(db, by, 1, second)
    assert unread(by) == [2]
    assert unread(two.ours.owner) == [1, 2]


def test_many_are_read_and_unread_at_once(two: World) -> None:
    by = two.ours.staff
    with session.transaction() as db:
        marks.mark_read(db, by, [1, 2, 4711])
    assert unread(by) == []
    with session.transaction() as db:
        marks.mark_unread(db, by, [2])
    assert unread(by) == [2]


def test_a_message_of_another_ticket_marks_nothing(two: World) -> None:
    other = two.detail(2).articles[0].public_id
    with session.transaction() as db, pytest.raises(NotFound):
        marks.mark_seen(db, two.ours.staff, 1, other)


def test_nobody_marks_what_they_do_not_see(two: World) -> None:
    first = two.detail(1).articles[0].public_id
    with session.transaction() as db:
        for verb in (marks.mark_read, marks.mark_unread):
            with pytest.raises(NotFound):
                verb(db, two.stranger.owner, [1])
        with pytest.raises(NotFound):
            marks.mark_seen(db, two.stranger.owner, 1, first)
        with pytest.raises(NotFound):
            marks.mark_read(db, Actor(two.ours.account_id, Role.TOKEN), [1])
        with pytest.raises(Denied):
            marks.mark_read(db, Actor(two.ours.account_id, Role.GUEST, 1), [1])


def test_who_answers_has_read_what_they_answer(two: World) -> None:
    two.clock.at = NOON
    two.reply(1)
    assert unread(two.ours.staff) == [2]
    assert unread(two.ours.owner) == [1, 2]
