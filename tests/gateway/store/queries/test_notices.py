"""What somebody was told of, as they read it."""

from gateway.rules.notifying import Kind
from gateway.store import notifications, session
from gateway.store.queries.notices import PAGE, list_notices
from tests.world import NOON, World, mail, ticket_row


def test_it_comes_in_pages_newest_first(world: World) -> None:
    world.receive(mail())
    sam, ticket_id = world.ours.staff, ticket_row(1).id
    with session.transaction() as db:
        for kind in (Kind.ASSIGNED, *[Kind.DUE] * PAGE):
            notifications.put(db, sam.account_id, ticket_id, {sam.staff_id or 0: kind}, now=NOON)
    with session.reading() as db:
        first = list_notices(db, sam.sight, sam.staff_id)
        assert first.next is not None
        last = list_notices(db, sam.sight, sam.staff_id, after=int(first.next))
    assert {one.kind for one in first.items} == {Kind.DUE}
    assert ([one.kind for one in last.items], last.next) == ([Kind.ASSIGNED], None)
