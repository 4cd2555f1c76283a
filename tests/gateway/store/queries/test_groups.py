"""Groups as pages show them."""

import pytest

from gateway.desk import customers, groups
from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries.customers import get_customer, list_customers
from gateway.store.queries.groups import (
    GroupRef,
    GroupView,
    get_group,
    groups_by_customer,
    groups_of,
    list_groups,
)
from tests.world import NOON, World


@pytest.fixture
def north(world: World) -> str:
    """A group with Acme and Beta in it; South has nobody."""
    with session.transaction() as db:
        by = world.ours.owner
        made = groups.create(db, by, name="north", now=NOON)
        groups.create(db, by, name="South", now=NOON)
        beta = customers.create(db, by, name="Beta", now=NOON)
        for customer in (world.ours.customer, beta):
            groups.put_in(db, by, made, customer=customer)
    return made


def test_groups_are_listed_by_name_with_their_size(world: World, north: str) -> None:
    with session.reading() as db:
        found = list_groups(db, Sight(world.ours.account_id))
        assert [(group.name, group.customer_count) for group in found] == [("north", 2), ("South", 0)]
        assert list_groups(db, Sight(world.stranger.account_id)) == ()


def test_a_group_is_its_accounts_alone(world: World, north: str) -> None:
    with session.reading() as db:
        assert get_group(db, Sight(world.ours.account_id), north) == GroupView(north, "north", 2)
        with pytest.raises(NotFound):
            get_group(db, Sight(world.stranger.account_id), north)


def test_a_customer_shows_its_groups(world: World, north: str) -> None:
    ours, theirs, acme = world.ours.account_id, world.stranger.account_id, world.ours.customer
    with session.reading() as db:
        assert get_customer(db, Sight(ours), acme).groups == (GroupRef(north, "north"),)
        assert groups_of(db, Sight(ours), acme) == (GroupRef(north, "north"),)
        assert groups_of(db, Sight(theirs), acme) == ()
        assert groups_by_customer(db, Sight(ours), [acme, world.stranger.customer]) == {
            acme: (GroupRef(north, "north"),)
        }
        assert groups_by_customer(db, Sight(ours), []) == {}


def test_the_customers_of_a_group_come_in_pages(world: World, north: str) -> None:
    with session.transaction() as db:
        customers.create(db, world.ours.owner, name="Outside", now=NOON)
    with session.reading() as db:
        first = list_customers(db, Sight(world.ours.account_id), group=north, limit=1)
        rest = list_customers(db, Sight(world.ours.account_id), group=north, limit=1, after=first.next)
        assert [row.name for row in (*first.items, *rest.items)] == ["Beta", "Acme"]
        assert rest.next is None
        assert list_customers(db, Sight(world.stranger.account_id), group=north).items == ()
