"""The rail's numbers: right as far as they are counted."""

import pytest
from sqlalchemy import insert, select

from gateway.rules.access import Reach, Sight
from gateway.store import session
from gateway.store.models import Ticket
from gateway.store.quarantine import MOST_COUNTED
from gateway.store.queries.counting import Counts, count_views
from tests.world import NOON, World


def fill(world: World, count: int, **values: object) -> None:
    with session.transaction() as db:
        taken = db.execute(select(Ticket.number).order_by(Ticket.number.desc()).limit(1)).scalar() or 0
        row = {"account_id": world.ours.account_id, "subject": "x", "created_at": NOON, "updated_at": NOON}
        rows = [{**row, "number": taken + n, **values} for n in range(1, count + 1)]
        db.execute(insert(Ticket), rows)


def counted(world: World, sight: Sight | None = None) -> Counts:
    with session.reading() as db:
        return count_views(db, sight or world.ours.staff.sight, world.ours.staff.staff_id)


def test_each_view_counts_its_own(world: World) -> None:
    me = world.ours.staff.staff_id
    fill(world, 2, status="new")
    fill(world, 3, status="open", assignee_id=me)
    fill(world, 4, status="pending", assignee_id=me)
    fill(world, 5, status="closed")
    fill(world, 1, status="open", assignee_id=world.ours.owner.staff_id)
    assert counted(world) == Counts(mine=3, unassigned=2, open=6, pending=4)
    assert counted(world, Sight(world.stranger.account_id)) == Counts(0, 0, 0, 0)


@pytest.mark.parametrize("count", [MOST_COUNTED, MOST_COUNTED + 1, MOST_COUNTED + 9])
def test_counting_ends_somewhere(world: World, count: int) -> None:
    fill(world, count, status="new")
    assert counted(world).open == min(count, MOST_COUNTED + 1)


def test_who_sees_some_counts_what_they_see(world: World) -> None:
    fill(world, 3, status="new")
    with session.reading() as db:
        first = db.execute(select(Ticket.id).order_by(Ticket.id)).scalars().first()
    assert first is not None
    sight = Sight(world.ours.account_id, Reach(tickets=(first,)))
    assert counted(world, sight) == Counts(0, 1, 1, 0)
