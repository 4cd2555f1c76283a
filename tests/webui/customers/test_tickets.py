"""The tickets of a customer or contact, open ones first, page by page."""

import pytest
from flask import Flask

from gateway import clock
from gateway.desk import tickets as desk
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.queries.contacts import ContactFilter, list_contacts
from gateway.store.queries.tickets import TicketFilter
from tests.webui.cast import World, mail
from webui.customers import tickets


@pytest.fixture
def many(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> TicketFilter:
    """Five tickets of one contact, of which 1 and 2 are closed, and pages of two."""
    monkeypatch.setattr(tickets, "_SHOWN", 2)  # twenty of each kind would take long to receive
    for number in range(2, 6):
        world.ours.receive(mail(f"Number {number}", f"It is {number}.\n"))
    with session.transaction() as db:
        for number in (1, 2):
            change = TicketChange(status=Status.CLOSED)
            desk.patch(db, world.ours.actor, number, change, now=clock.now())
    with session.reading() as db:
        (ann,) = list_contacts(db, Sight(world.ours.account_id), ContactFilter()).items
    return TicketFilter(contact=ann.public_id)


def test_open_ones_come_first_and_each_kind_has_its_pages(world: World, many: TicketFilter) -> None:
    account, now = Sight(world.ours.account_id), clock.now()
    first = tickets.read(account, many, {}, "/contacts/x", now)
    assert [line.number for line in first.open] == [5, 4]
    assert sorted(line.number for line in first.done) == [1, 2]
    assert first.more_open.startswith("/contacts/x?open=")
    assert first.older == ""
    cursor = first.more_open.partition("=")[2]
    second = tickets.read(account, many, {"open": cursor, "other": "y"}, "/contacts/x", now)
    assert ([line.number for line in second.open], second.more_open) == ([3], "")


def test_a_link_keeps_the_page_of_the_other_kind(world: World, many: TicketFilter) -> None:
    account, now = Sight(world.ours.account_id), clock.now()
    with session.transaction() as db:
        desk.patch(db, world.ours.actor, 3, TicketChange(status=Status.SPAM), now=now)
        desk.patch(db, world.ours.actor, 1, TicketChange(status=Status.OPEN), now=now)
    first = tickets.read(account, many, {}, "/contacts/x", now)
    cursor = first.more_open.partition("=")[2]
    closed = {"open": cursor} | {"after": ""}
    assert tickets.read(account, many, closed, "/contacts/x", now).older == ""
    with session.transaction() as db:
        desk.patch(db, world.ours.actor, 4, TicketChange(status=Status.CLOSED), now=now)
    assert f"open={cursor}&after=" in tickets.read(account, many, closed, "/contacts/x", now).older
