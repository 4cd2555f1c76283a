"""What people tell the operator becomes a ticket of theirs, from nobody, and they hear of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.desk import operating, operatorpost
from gateway.store import session
from gateway.store.models import Article, Staff, Ticket, TicketEvent
from tests.world import NOON, World


def post(world: World, public_id: str = "") -> None:
    with session.transaction() as db:
        account, at = world.ours.account_id, NOON - timedelta(hours=12)
        operatorpost.open_ticket(db, account, "Subject", "Some\ntext", at=at, now=NOON, public_id=public_id)


def test_it_is_a_ticket_from_nobody_as_of_the_moment_that_is_said(world: World) -> None:
    post(world)
    with session.reading() as db:
        ticket, article = db.execute(select(Ticket)).scalar_one(), db.execute(select(Article)).scalar_one()
        event = db.execute(select(TicketEvent)).scalar_one()
        assert (ticket.account_id, ticket.subject, ticket.status) == (world.ours.account_id, "Subject", "new")
        assert (ticket.requester_name, ticket.requester_address, ticket.contact_id) == ("", "", None)
        assert (article.text, article.from_name, article.from_address) == ("Some\ntext", "", "")
        assert {ticket.created_at, article.created_at, event.at} == {NOON - timedelta(hours=12)}


def test_the_same_one_does_not_come_twice(world: World) -> None:
    post(world, "x" * 24)
    with pytest.raises(IntegrityError):
        post(world, "x" * 24)
    with session.reading() as db:
        assert len(db.execute(select(Ticket.id)).all()) == 1


def test_it_is_read_where_an_account_is_the_operators(world: World) -> None:
    with session.transaction() as db:
        assert not operatorpost.is_read(db)
        operating.appoint(db, "ours", now=NOON)
        assert operatorpost.is_read(db)


@pytest.mark.parametrize(("spoken", "locale"), [("de", "de"), ("", "en")])
def test_subjects_are_in_the_owners_language(world: World, spoken: str, locale: str) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(locale=spoken))
        assert operatorpost.locale_of(db, world.ours.account_id) == locale


def test_a_subject_has_the_beginning_on_one_line() -> None:
    assert operatorpost.short("One\ntwo") == "One two"
    assert (len(operatorpost.short("x" * 60)), len(operatorpost.short("x" * 61))) == (60, 60)
