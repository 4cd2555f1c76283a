"""Links between tickets, also over tickets that were merged."""

import pytest

from gateway.desk import merging
from gateway.rules.access import Sight
from gateway.store import links, session
from tests.world import NOON, World, mail, ticket_row


@pytest.fixture
def four(world: World) -> World:
    for _ in range(4):
        world.receive(mail())
    return world


def link(world: World, one: int, other: int) -> None:
    first, second = ticket_row(one).id, ticket_row(other).id
    with session.transaction() as db:
        links.put(db, world.ours.account_id, first, second)


def linked(world: World, number: int, account_id: int | None = None) -> list[int]:
    ticket_id = ticket_row(number).id
    with session.reading() as db:
        found = links.linked_to(db, Sight(account_id or world.ours.account_id), ticket_id)
    return [one.number for one in found]


def test_a_link_is_seen_from_both_ends_and_once(four: World) -> None:
    link(four, 2, 1)
    link(four, 1, 2)
    link(four, 1, 3)
    assert (linked(four, 1), linked(four, 2), linked(four, 4)) == ([2, 3], [1], [])


def test_another_account_sees_none(four: World) -> None:
    link(four, 1, 2)
    assert linked(four, 1, four.stranger.account_id) == []


def test_what_was_merged_stands_for_what_it_became(four: World) -> None:
    link(four, 1, 2)
    link(four, 1, 4)
    with session.transaction() as db:
        merging.merge(db, four.ours.staff, 2, 3, now=NOON)
        merging.merge(db, four.ours.staff, 4, 1, now=NOON)
    assert (linked(four, 1), linked(four, 3)) == ([3], [1])


def test_a_link_is_removed_also_by_what_the_ticket_became(four: World) -> None:
    link(four, 1, 2)
    with session.transaction() as db:
        merging.merge(db, four.ours.staff, 2, 3, now=NOON)
    one, other = ticket_row(1).id, ticket_row(3).id
    with session.transaction() as db:
        assert not links.remove(db, four.stranger.account_id, one, other)
        assert links.remove(db, four.ours.account_id, other, one)
        assert not links.remove(db, four.ours.account_id, one, other)
    assert linked(four, 1) == []
