"""Acts as rows: whose they are, what is left of them."""

import pytest

from gateway.store import acts, session
from gateway.store.acts import ActRow
from tests.world import NOON, World, mail, ticket_row


@pytest.fixture
def act(world: World) -> ActRow:
    ids = []
    for number in (1, 2, 3):
        world.receive(mail())
        ids.append(ticket_row(number).id)
    assert world.ours.staff.staff_id is not None
    with session.transaction() as db:
        return acts.put(
            db,
            world.ours.account_id,
            world.ours.staff.staff_id,
            "change",
            {"status": "closed"},
            ids,
            now=NOON,
        )


def test_it_is_found_as_it_was_put(world: World, act: ActRow) -> None:
    with session.reading() as db:
        assert acts.find(db, act.id) == act
        assert acts.find_own(db, act.account_id, act.staff_id, act.public_id) == act
        assert acts.find_own(db, act.account_id, act.staff_id + 1, act.public_id) is None
        assert acts.find_own(db, world.stranger.account_id, act.staff_id, act.public_id) is None
        assert acts.find(db, act.id + 1) is None
    assert (act.count, act.left) == (3, 3)


def test_what_is_done_is_left_for_undoing_the_last_one_first(act: ActRow) -> None:
    with session.transaction() as db:
        first, second = acts.to_do(db, act, 2)
        acts.record(db, first.id, {"status": ["new", "closed"]})
        acts.record(db, second.id, {})
        assert [item.number for item in acts.to_do(db, act, 9)] == [3]
        assert [item.number for item in acts.to_undo(db, act, 9)] == [2, 1]
        found = acts.find(db, act.id)
    assert found is not None
    assert found.left == 1


def test_undoing_begins_once_and_drops_what_was_not_done(act: ActRow) -> None:
    with session.transaction() as db:
        (first,) = acts.to_do(db, act, 1)
        acts.record(db, first.id, {})
        assert acts.begin_undoing(db, act, now=NOON)
        assert not acts.begin_undoing(db, act, now=NOON)
        assert acts.to_do(db, act, 9) == ()
        found = acts.find(db, act.id)
        assert found is not None
        assert (found.left, found.undone_at) == (1, NOON)
        acts.drop(db, [first.id])
        assert acts.to_undo(db, act, 9) == ()
