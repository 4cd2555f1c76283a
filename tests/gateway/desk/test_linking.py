"""Two tickets have to do with each other."""

import pytest

from gateway.desk import linking
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from tests.world import FOREIGN, NOON, World, mail


@pytest.fixture
def two(world: World) -> World:
    for _ in range(2):
        world.receive(mail())
    return world


def link(world: World, number: int, other: int, by: Actor | None = None) -> None:
    with session.transaction() as db:
        linking.link(db, by or world.ours.staff, number, other, now=NOON)


def kinds(world: World, number: int) -> list[str]:
    return [event.kind for event in world.detail(number).events if "linked" in event.kind]


def test_both_timelines_tell_of_it(two: World) -> None:
    link(two, 2, 1)
    with session.transaction() as db:
        linking.unlink(db, two.ours.staff, 1, 2, now=NOON)
    assert kinds(two, 1) == kinds(two, 2) == ["linked", "unlinked"]


def test_what_is_not_linked_cannot_be_unlinked(two: World) -> None:
    with session.transaction() as db, pytest.raises(Conflict):
        linking.unlink(db, two.ours.staff, 1, 2, now=NOON)


def test_a_ticket_is_not_linked_with_itself(two: World) -> None:
    with pytest.raises(Invalid):
        link(two, 1, 1)


def test_nobody_links_what_they_do_not_see(two: World) -> None:
    two.receive(mail(), FOREIGN)
    with pytest.raises(NotFound):
        link(two, 1, 3)
    with pytest.raises(NotFound):
        link(two, 1, 2, two.stranger.owner)
    with pytest.raises(Denied):
        link(two, 1, 2, Actor(two.ours.account_id, Role.GUEST, two.ours.staff.staff_id))
