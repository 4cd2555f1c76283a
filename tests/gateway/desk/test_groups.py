"""Groups: named freely, once whatever the case; customers go in and out and stay when a group goes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.desk import customers, groups
from gateway.desk.groups import MAX_GROUPS, MAX_NAME_CHARS
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries.customers import list_customers
from gateway.store.queries.groups import get_group, groups_of, list_groups
from tests.world import NOON, World


def create(world: World, name: str = "North") -> str:
    with session.transaction() as db:
        return groups.create(db, world.ours.staff, name=name, now=NOON)


def named(world: World) -> list[str]:
    with session.reading() as db:
        return [group.name for group in list_groups(db, Sight(world.ours.account_id))]


def of_acme(world: World) -> list[str]:
    with session.reading() as db:
        return [group.name for group in groups_of(db, Sight(world.ours.account_id), world.ours.customer)]


def test_a_name_is_free_within_its_length(world: World) -> None:
    for name in ("x", " Praxen  &\tKanzleien\0 ", "ẞ" * MAX_NAME_CHARS):
        create(world, name)
    assert named(world) == ["Praxen & Kanzleien", "ẞ" * MAX_NAME_CHARS, "x"]


@pytest.mark.parametrize("name", ["", " \0 ", "n" * (MAX_NAME_CHARS + 1)])
def test_no_name_or_an_endless_one_is_invalid(world: World, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        create(world, name)
    assert caught.value.field == "name"


@pytest.mark.parametrize("again", ["ÄRZTE", "ärzte", "A\u0308rzte"])
def test_a_name_is_taken_whatever_its_case_and_encoding(world: World, again: str) -> None:
    create(world, "Ärzte")
    other = create(world, "Others")
    with pytest.raises(Conflict):
        create(world, again)
    with pytest.raises(Conflict), session.transaction() as db:
        groups.rename(db, world.ours.staff, other, name=again)
    assert named(world) == ["Others", "Ärzte"]


def test_two_accounts_may_use_one_name(world: World) -> None:
    create(world)
    with session.transaction() as db:
        groups.create(db, world.stranger.staff, name="North", now=NOON)


def test_a_group_is_renamed_also_in_case_alone(world: World) -> None:
    made = create(world)
    with session.transaction() as db:
        groups.rename(db, world.ours.staff, made, name="NORTH")
    assert named(world) == ["NORTH"]


def test_too_many_groups_are_a_conflict(world: World) -> None:
    with session.transaction() as db:
        for number in range(MAX_GROUPS):
            groups.create(db, world.ours.staff, name=f"g{number}", now=NOON)
    with pytest.raises(Conflict):
        create(world)


def test_customers_go_in_once_and_out_and_stay_when_the_group_goes(world: World) -> None:
    north, south = create(world), create(world, "South")
    with session.transaction() as db:
        for group in (north, north, south):
            groups.put_in(db, world.ours.staff, group, customer=world.ours.customer)
    assert of_acme(world) == ["North", "South"]
    with session.transaction() as db:
        groups.take_out(db, world.ours.staff, south, customer=world.ours.customer)
        groups.remove(db, world.ours.staff, north)
    assert of_acme(world) == []
    with session.reading() as db:
        assert [row.name for row in list_customers(db, Sight(world.ours.account_id)).items] == ["Acme"]
        assert get_group(db, Sight(world.ours.account_id), south).customer_count == 0


def test_the_groups_of_a_customer_are_set_together(world: World) -> None:
    north, south, west = create(world), create(world, "South"), create(world, "West")
    for wanted, there in (([north, south], ["North", "South"]), ([west, west], ["West"]), ([], [])):
        with session.transaction() as db:
            groups.set_groups(db, world.ours.staff, world.ours.customer, wanted)
        assert of_acme(world) == there


def test_a_strangers_group_and_customer_are_not_found(world: World) -> None:
    made = create(world)
    eve, acme = world.stranger.owner, world.ours.customer
    with session.transaction() as db:
        theirs = customers.create(db, eve, name="Theirs", now=NOON)
    with session.transaction() as db:
        attempts: list[Callable[[], None]] = [
            lambda: groups.rename(db, eve, made, name="Mine"),
            lambda: groups.remove(db, eve, made),
            lambda: groups.put_in(db, eve, made, customer=theirs),
            lambda: groups.take_out(db, eve, made, customer=acme),
            lambda: groups.put_in(db, world.ours.staff, made, customer=theirs),
            lambda: groups.set_groups(db, eve, acme, []),
        ]
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt()
        with pytest.raises(Invalid):
            groups.set_groups(db, eve, theirs, [made])


def test_several_at_once_make_one_group(world: World) -> None:
    def attempt(_: int) -> bool:
        try:
            create(world, "At once")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert named(world) == ["At once"]
