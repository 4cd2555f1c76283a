"""The numbers beside saved views."""

from gateway.desk import viewcounts, views
from gateway.desk.viewcounts import count_saved
from gateway.desk.views import NewView
from gateway.store import session
from tests.world import World, mail


def test_each_view_is_counted_as_its_list_finds_it_for_whoever_looks(world: World) -> None:
    for subject in ("Printer", "Printer", "Scanner"):
        world.receive(mail(subject=subject))
    me, now = world.ours.staff, world.clock.now()
    with session.transaction() as db:
        found = {
            query: views.create(db, me, NewView(query or "all", query), now=now)
            for query in ("subject:printer", "is:unassigned", "status:closed", "")
        }
    with session.reading() as db:
        counts = count_saved(db, me, now=now)
        assert {query: counts[one] for query, one in found.items()} == {
            "subject:printer": (2, False),
            "is:unassigned": (3, False),
            "status:closed": (0, False),
            "": (3, False),
        }
        assert count_saved(db, world.ours.owner, now=now) == {}
        assert viewcounts.MOST_VIEWS >= views.MAX_VIEWS
