import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.doubts import Outcome, Reason
from gateway.store import quarantine, session
from gateway.store.quarantine import MOST_COUNTED, NewHeld
from gateway.store.queries.counting import count_views
from tests.world import ANN, NOON, SUPPORT, World, mail


def new(world: World, content: str, *, reason: Reason = Reason.STORM, address: str = ANN) -> NewHeld:
    (intake_id,) = world.accept(mail(), SUPPORT)
    return NewHeld(intake_id, reason, content, "Ann", address, "Printer", "It smokes", NOON)


def put(world: World, held: NewHeld) -> str:
    with session.transaction() as db:
        return quarantine.put(db, world.ours.account_id, held)


def test_a_held_mail_is_found_by_its_own_account_alone(world: World) -> None:
    held = new(world, "one")
    public_id = put(world, held)
    with session.reading() as db:
        found = quarantine.get(db, world.ours.account_id, public_id)
        assert (found.reason, found.from_address, found.outcome) == (Reason.STORM, ANN, None)
        assert quarantine.is_held(db, held.intake_id)
        assert not quarantine.is_held(db, held.intake_id + 1)
        with pytest.raises(NotFound):
            quarantine.get(db, world.stranger.account_id, public_id)


def test_the_same_content_is_held_once(world: World) -> None:
    put(world, new(world, "one"))
    with pytest.raises(IntegrityError):
        put(world, new(world, "one"))


def test_a_mail_is_settled_once(world: World) -> None:
    public_id = put(world, new(world, "one"))
    with session.transaction() as db:
        held = quarantine.get(db, world.ours.account_id, public_id)
        assert quarantine.settle(db, held, Outcome.RELEASED, staff_id=None, now=NOON)
        assert not quarantine.settle(db, held, Outcome.DISMISSED, staff_id=None, now=NOON)
        assert quarantine.get(db, world.ours.account_id, public_id).outcome is Outcome.RELEASED


def test_alike_is_what_waits_for_the_same_reason_from_the_same_address(world: World) -> None:
    ids = [put(world, new(world, str(number))) for number in range(3)]
    put(world, new(world, "loop", reason=Reason.LOOP))
    put(world, new(world, "other", address="other@x.example"))
    with session.transaction() as db:
        held = quarantine.get(db, world.ours.account_id, ids[0])
        quarantine.settle(db, held, Outcome.DISMISSED, staff_id=None, now=NOON)
        alike = quarantine.waiting_like(db, world.ours.account_id, held, limit=10)
        assert [one.public_id for one in alike] == ids[1:]
        assert len(quarantine.waiting_like(db, world.ours.account_id, held, limit=1)) == 1
        assert not quarantine.waiting_like(db, world.stranger.account_id, held, limit=10)


def test_what_waits_is_counted_for_the_rail(world: World) -> None:
    assert MOST_COUNTED > 2
    for number in range(2):
        put(world, new(world, str(number)))
    with session.reading() as db:
        counted = select(quarantine.waiting_count())
        assert db.execute(counted, {"account": world.ours.account_id}).scalar() == 2
        assert count_views(db, Sight(world.ours.account_id), None).held == 2
        assert count_views(db, Sight(world.stranger.account_id), None).held == 0
