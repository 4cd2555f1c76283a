"""All customers and contacts of an account, block by block."""

import pytest

from gateway.desk import contacts, customers, groups
from gateway.store import session
from gateway.store.queries import directory
from gateway.store.queries.directory import Entry, Person
from tests.world import NOON, World


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "BLOCK", 2)  # five hundred of each would take long to make


def test_every_customer_and_contact_is_there_once(world: World) -> None:
    by = world.ours.owner
    with session.transaction() as db:
        names = [customers.create(db, by, name=f"C{number}", note="n", now=NOON) for number in range(4)]
        north = groups.create(db, by, name="North", now=NOON)
        groups.put_in(db, by, north, customer=names[3])
        people = [
            contacts.create(db, by, name=f"P{n}", addresses=[f"p{n}@x.example"], customer=at, now=NOON)
            for n, at in enumerate([names[3], names[3], names[3], None, None, None])
        ]
    with session.reading() as db:
        found = list(directory.list_all(db, world.ours.account_id))
        assert directory.groups_by_name(db, world.ours.account_id) == {"North": north}
        assert directory.groups_by_name(db, world.stranger.account_id) == {}
        theirs = [entry.name for entry in directory.list_all(db, world.stranger.account_id)]
    assert found[0] == Entry(world.ours.customer, "Acme", ("acme.example",), (), "", ())
    assert [entry.name for entry in found[1:5]] == ["C0", "C1", "C2", "C3"]
    expected = tuple(Person(people[n], f"P{n}", (f"p{n}@x.example",), "") for n in range(6))
    assert found[4] == Entry(names[3], "C3", (), ("North",), "n", expected[:3])
    assert sum((entry.people for entry in found[5:]), ()) == expected[3:]
    assert theirs == ["Acme"]
