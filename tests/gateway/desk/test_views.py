"""Views that people keep or share."""

import pytest

from gateway.desk import views
from gateway.desk.views import MAX_NAME_CHARS, MAX_QUERY_CHARS, MAX_VIEWS, NewView
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.queries.tickets import Order
from tests.world import NOON, World, mail

RED = NewView("Red ones", "tag:red", Order.OLDEST)


def create(by: Actor, new: NewView = RED) -> str:
    with session.transaction() as db:
        return views.create(db, by, new, now=NOON)


def names(by: Actor) -> list[str]:
    with session.reading() as db:
        return [view.name for view in views.list_views(db, by)]


def test_a_view_is_its_makers_alone_unless_it_is_shared(world: World) -> None:
    create(world.ours.staff)
    create(world.ours.staff, NewView("  All   of it ", "", is_shared=True))
    assert names(world.ours.staff) == ["All of it", "Red ones"]
    assert names(world.ours.owner) == ["All of it"]
    assert names(world.stranger.owner) == []


def test_it_is_kept_as_it_was_made_and_changed_by_its_maker(world: World) -> None:
    public_id = create(world.ours.staff)
    with session.transaction() as db:
        assert views.get_view(db, world.ours.staff, public_id).query == "tag:red"
        views.change(
            db, world.ours.staff, public_id, NewView("Blue", "tag:blue", Order.NEWEST, is_shared=True)
        )
        found = views.get_view(db, world.ours.owner, public_id)
        assert (found.name, found.query, found.order, found.is_shared) == (
            "Blue",
            "tag:blue",
            Order.NEWEST,
            True,
        )
        views.remove(db, world.ours.staff, public_id)
    assert names(world.ours.staff) == []


def test_a_colleagues_view_is_changed_by_managers_alone(world: World) -> None:
    public_id = create(world.ours.owner, NewView("Shared", "x", is_shared=True))
    with session.transaction() as db, pytest.raises(Denied):
        views.remove(db, world.ours.staff, public_id)
    mine = create(world.ours.staff, NewView("Mine", "x", is_shared=True))
    with session.transaction() as db:
        views.remove(db, world.ours.owner, mine)
    with session.transaction() as db, pytest.raises(NotFound):
        views.remove(db, world.stranger.owner, public_id)


@pytest.mark.parametrize("name", ["", "  ", "x" * (MAX_NAME_CHARS + 1)])
def test_a_view_has_a_name(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        create(world.ours.staff, NewView(name, "x"))


def test_name_and_search_have_their_lengths(world: World) -> None:
    create(world.ours.staff, NewView("x" * MAX_NAME_CHARS, "x" * MAX_QUERY_CHARS))
    with pytest.raises(Invalid):
        create(world.ours.staff, NewView("x", "x" * (MAX_QUERY_CHARS + 1)))


def test_one_has_so_many_views_at_most(world: World) -> None:
    for number in range(MAX_VIEWS):
        create(world.ours.staff, NewView(f"{number}", "x"))
    with pytest.raises(Conflict):
        create(world.ours.staff)
    create(world.ours.owner)


def test_guests_and_tokens_keep_none(world: World) -> None:
    for role in (Role.GUEST, Role.TOKEN):
        with pytest.raises(Denied):
            create(Actor(world.ours.account_id, role, None))


def test_the_overview_has_numbers_and_views(world: World) -> None:
    world.receive(mail())
    create(world.ours.staff)
    with session.reading() as db:
        seen = views.overview(db, world.ours.staff)
    assert (seen.counts.open, [view.name for view in seen.saved]) == (1, ["Red ones"])
