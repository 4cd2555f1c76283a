"""Groups as they are kept: one name, one membership."""

from sqlalchemy import select

from gateway.rules.access import Sight
from gateway.store import groups, session
from gateway.store.models import Customer, CustomerGroup
from gateway.store.queries.groups import groups_of
from tests.world import NOON, World


def ids(world: World) -> tuple[int, int]:
    """The keys of a group North and of our customer."""
    with session.transaction() as db:
        public_id = groups.add(db, world.ours.account_id, "North", now=NOON)
        group = db.execute(select(CustomerGroup.id).where(CustomerGroup.public_id == public_id)).scalar_one()
        mine = select(Customer.id).where(Customer.public_id == world.ours.customer)
        return group, db.execute(mine).scalar_one()


def test_names_are_compared_whatever_case_and_encoding() -> None:
    assert groups.name_key("STRASSE") == groups.name_key("Straße")
    assert groups.name_key("A\u0308rzte") == groups.name_key("ärzte")
    assert groups.name_key("North") != groups.name_key("Nort")
    assert len(groups.name_key("ﬃ" * 200)) == 300


def test_a_name_that_is_taken_changes_nothing(world: World) -> None:
    group, _ = ids(world)
    with session.transaction() as db:
        assert groups.add(db, world.ours.account_id, "NORTH", now=NOON) is None
        assert groups.add(db, world.ours.account_id, "South", now=NOON)
        assert not groups.rename(db, group, "south")
        assert groups.rename(db, group, "Far north")
        assert groups.count(db, world.ours.account_id) == 2
        assert groups.count(db, world.stranger.account_id) == 0


def test_who_is_in_a_group_is_in_it_once(world: World) -> None:
    group, customer = ids(world)

    def seen() -> int:
        with session.reading() as db:
            return len(groups_of(db, Sight(world.ours.account_id), world.ours.customer))

    with session.transaction() as db:
        groups.put_in(db, world.ours.account_id, group, customer)
        groups.put_in(db, world.ours.account_id, group, customer)
    assert seen() == 1
    with session.transaction() as db:
        groups.take_out(db, group, customer)
    assert seen() == 0
    with session.transaction() as db:
        groups.put_in(db, world.ours.account_id, group, customer)
        groups.take_out_of_all(db, customer)
    assert seen() == 0
    with session.transaction() as db:
        groups.put_in(db, world.ours.account_id, group, customer)
        groups.remove(db, group)
    assert seen() == 0
