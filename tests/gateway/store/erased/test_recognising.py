"""What a restored backup has brought back is recognised by its marks."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.rules.erasure import Step
from gateway.store import session
from gateway.store.erased import items, recognising
from gateway.store.erased.items import Item
from gateway.store.erasurejournal import Entry, ErasureJournal
from gateway.store.models import Contact, Erasure, Intake
from tests.erasing import contact_of
from tests.world import ANN, World, mail


@pytest.fixture
def journal(tmp_path: Path) -> ErasureJournal:
    return ErasureJournal(tmp_path / "journal", b"secret")


def entry(world: World, journal: ErasureJournal, *things: tuple[str, str], hours: float = 1) -> Entry:
    """An erasure of our account, so long after now."""
    at = world.clock.now() + timedelta(hours=hours)
    journal.note("e1", "contact", world.ours.public_id, things, at=at)
    return journal.read()["e1"]


def owed(world: World, journal: ErasureJournal, *entries: Entry) -> dict[Item, list[int] | list[str]]:
    with session.transaction() as db:
        recognising.owe(db, journal, entries, now=world.clock.now())
        (key, *_) = recognising.list_owed(db)
        rows: dict[Item, list[int] | list[str]] = {
            item: list(items.some_rows(db, key, item, 9)) for item in Item if item is not Item.ADDRESS
        }
        rows[Item.ADDRESS] = list(items.some_refs(db, key, Item.ADDRESS, 9))
        return {item: found for item, found in rows.items() if found and found != [0]}


def test_what_is_known_by_its_mark_is_owed(world: World, journal: ErasureJournal) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    account = world.ours.public_id
    with session.reading() as db:
        intake = db.execute(select(Intake.public_id)).scalar_one()
    things = (("ticket", f"{account}:1"), ("contact", contact_of(ANN)), ("intake", intake))
    found = owed(world, journal, entry(world, journal, *things, ("address", f"{account}:{ANN}")))
    assert {item: len(rows) for item, rows in found.items()} == {
        Item.TICKET: 1,
        Item.CONTACT: 1,
        Item.INTAKE: 1,
        Item.ADDRESS: 1,
    }
    with session.reading() as db:
        row = db.execute(select(Erasure)).scalar_one()
        assert (row.public_id, row.account_id, row.step) == ("e1", world.ours.account_id, Step.EXPORTS.value)
        assert recognising.find_unknown(db, journal.read().values()) == []


def test_what_came_into_being_later_is_not(world: World, journal: ErasureJournal) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    things = (("ticket", f"{world.ours.public_id}:1"), ("contact", contact_of(ANN)))
    assert owed(world, journal, entry(world, journal, *things, hours=-1)) == {}


def test_another_accounts_ticket_of_the_same_number_is_not(world: World, journal: ErasureJournal) -> None:
    world.receive(mail(to="help@stranger.example"), "help@stranger.example")
    assert owed(world, journal, entry(world, journal, ("ticket", f"{world.ours.public_id}:1"))) == {}


def test_of_an_account_that_is_not_there_only_the_fact_is_kept(world: World, journal: ErasureJournal) -> None:
    foreign = replace(entry(world, journal), account=journal.mark("account", "gone"))
    assert owed(world, journal, foreign) == {}
    with session.reading() as db:
        assert db.execute(select(Erasure.account_id)).scalar_one() is None
        assert db.execute(select(Contact.id)).first() is None


def test_nothing_is_owed_twice(world: World, journal: ErasureJournal) -> None:
    one = entry(world, journal)
    with session.transaction() as db:
        assert recognising.owe(db, journal, [one], now=world.clock.now()) == 1
        assert recognising.owe(db, journal, [one], now=world.clock.now()) == 0
