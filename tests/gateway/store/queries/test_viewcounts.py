"""Counting what a saved search finds: right, within what one sees, and not for ever."""

import pytest

from gateway.rules.access import Reach, Sight
from gateway.rules.searching import parse
from gateway.store import session
from gateway.store.queries import viewcounts
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.viewcounts import count_found
from tests.world import World, mail


@pytest.fixture
def five(world: World) -> World:
    for number in range(5):
        world.receive(mail(f"alpha {number}"))
    return world


def count(world: World, query: str, sight: Sight | None = None) -> tuple[int, bool]:
    me = world.ours.staff
    with session.reading() as db:
        viewer = Viewer(me.staff_id, world.clock.now())
        return count_found(db, sight or me.sight, parse(query), viewer)


@pytest.mark.parametrize(
    ("query", "found"), [("alpha", 5), ("is:unassigned", 5), ("", 5), ("status:spam", 0)]
)
def test_it_counts_what_the_search_finds(five: World, query: str, found: int) -> None:
    assert count(five, query) == (found, False)


@pytest.mark.parametrize("query", ["alpha", "is:unassigned"])
def test_who_sees_nothing_counts_nothing(five: World, query: str) -> None:
    assert count(five, query, Sight(five.ours.account_id, Reach())) == (0, False)
    assert count(five, query, five.stranger.owner.sight) == (0, False)


@pytest.mark.parametrize("query", ["alpha", "is:unassigned"])
def test_it_ends_somewhere_and_says_so(five: World, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A thousand tickets would say no more than three of five do.
    monkeypatch.setattr(viewcounts, "MOST_COUNTED", 3)
    monkeypatch.setattr(viewcounts, "MOST_IN_TEXT", 3)
    assert count(five, query) == (3, True)
