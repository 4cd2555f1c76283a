"""The inventory of an account, grouped by whom it is about."""

import json
from functools import partial

import pytest

from gateway.desk import inventory
from gateway.errors import Denied
from gateway.i18n import speaking
from gateway.rules.access import Actor, Role
from gateway.rules.privacy import Whom
from gateway.store import farewells, session
from gateway.store.models import Record
from tests.world import ANN, NOON, World, mail

CERTIFIED = "To whom an erasure is certified by mail"


def test_it_says_about_whom_why_and_how_long(world: World) -> None:
    world.receive(mail())
    with session.reading() as db:
        sections = {one.whom: one for one in inventory.take(db, world.ours.owner)}
    assert list(sections) == [Whom.CUSTOMERS, Whom.STAFF, Whom.GUESTS, Whom.TECHNICAL]
    messages = next(item for item in sections[Whom.CUSTOMERS].items if item.name == "Messages and notes")
    assert messages.count == 1
    assert "to take in requests and answer them" in messages.purposes
    assert "for the program to work" not in messages.purposes
    assert messages.lasts == "as long as its ticket"
    assert "text" in messages.fields["what somebody wrote"]
    people = [[item.name for item in sections[whom].items] for whom in (Whom.STAFF, Whom.GUESTS)]
    assert all("People of the account" in names for names in people)


def test_whom_an_account_certifies_an_erasure_to_is_among_its_customers(world: World) -> None:
    owe = partial(farewells.owe, recipient=ANN, locale="en", now=NOON)
    with session.transaction() as db:
        owe(db, "one", account_id=world.ours.account_id)
        owe(db, "two")  # of an account that is gone: nobody's
        sections = inventory.take(db, world.ours.owner)
    kept = [(one.whom, item.count) for one in sections for item in one.items if item.name == CERTIFIED]
    assert kept == [(Whom.CUSTOMERS, 1)]


def test_every_table_is_about_somebody(world: World) -> None:
    with session.reading() as db:
        told = {item.name for one in inventory.take(db, world.ours.owner) for item in one.items}
    assert len(told) == len(Record.metadata.sorted_tables)


@pytest.mark.parametrize("role", [Role.STAFF, Role.GUEST])
def test_only_who_manages_the_account_reads_it(world: World, role: Role) -> None:
    with session.reading() as db, pytest.raises(Denied):
        inventory.take(db, Actor(world.ours.account_id, role, 1))


def test_as_a_file_it_says_the_same_in_the_language_of_the_moment() -> None:
    with speaking("de"):
        told = inventory.as_json()
    assert json.loads(json.dumps(told)) == told
    (article,) = (one for one in told["tables"] if one["table"] == "article")
    assert article["name"] == "Nachrichten und Notizen"
    assert {"name": "text", "privacy": "content", "purpose": "requests"} in article["columns"]
    assert told["words"]["purpose"]["requests"] == "um Anfragen anzunehmen und zu beantworten"
    assert all(one["text"] for one in told["elsewhere"])
