"""Unread marks: each person's own, moving on only."""

import pytest

from gateway.rules.access import Actor
from gateway.store import seen, session
from gateway.store.queries.tickets import TicketFilter, list_tickets
from tests.world import World, mail, ticket_row


def is_unread(by: Actor) -> bool:
    with session.reading() as db:
        [row] = list_tickets(db, by.sight, TicketFilter(reader_id=by.staff_id)).items
    return row.is_unread


def mark(by: Actor, article_id: int) -> None:
    assert by.staff_id is not None
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        seen.mark(db, by.account_id, by.staff_id, ticket_id, article_id)


@pytest.fixture
def received(world: World) -> World:
    world.receive(mail())
    return world


def test_a_new_mail_is_news_to_everybody_who_was_there(received: World) -> None:
    assert is_unread(received.ours.owner)
    assert is_unread(received.ours.staff)


def test_a_token_reads_nothing(received: World) -> None:
    with session.reading() as db:
        assert not list_tickets(db, received.ours.owner.sight, TicketFilter()).items[0].is_unread


def test_each_person_has_marks_of_their_own(received: World) -> None:
    mark(received.ours.owner, ticket_row(1).last_article_id)
    assert not is_unread(received.ours.owner)
    assert is_unread(received.ours.staff)


def test_the_next_mail_is_news_again(received: World) -> None:
    mark(received.ours.owner, ticket_row(1).last_article_id)
    received.receive(mail(subject="[#1]"))
    assert is_unread(received.ours.owner)


def test_a_mark_that_comes_late_takes_nothing_back(received: World) -> None:
    first = ticket_row(1).last_article_id
    received.receive(mail(subject="[#1]"))
    mark(received.ours.owner, ticket_row(1).last_article_id)
    mark(received.ours.owner, first)
    assert not is_unread(received.ours.owner)


def test_a_ticket_can_be_kept_for_reading_once_more(received: World) -> None:
    owner = received.ours.owner
    assert owner.staff_id is not None
    mark(owner, ticket_row(1).last_article_id)
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        seen.mark_unread(db, owner.account_id, owner.staff_id, ticket_id)
    assert is_unread(owner)
    mark(owner, ticket_row(1).last_article_id)
    assert not is_unread(owner)
