"""How a ticket stands, compared and put back."""

from datetime import timedelta

from gateway.rules.status import Status
from gateway.store import session, states, tickets
from gateway.store.models import Ticket
from gateway.store.states import State
from tests.world import NOON, World, mail, ticket_row


def state(world: World) -> State:
    ticket_id = ticket_row(1).id
    with session.reading() as db:
        return states.state_of(db, world.ours.account_id, ticket_id)


def close(world: World) -> None:
    world.move(1, Status.CLOSED)


def restore(world: World, change: State) -> tuple[str, ...]:
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        return states.restore(db, world.ours.account_id, ticket_id, change)


def test_only_what_changed_is_kept(world: World) -> None:
    world.receive(mail())
    before = state(world)
    assert states.changed(before, state(world)) == {}
    close(world)
    assert set(states.changed(before, state(world))) == {"status", "closed_at", "queue_at"}


def test_what_follows_from_the_status_goes_back_with_it(world: World) -> None:
    world.receive(mail())
    before = state(world)
    close(world)
    assert restore(world, states.changed(before, state(world))) == ("status",)
    assert state(world) == before


def test_what_is_another_by_now_stays(world: World) -> None:
    world.receive(mail())
    before = state(world)
    close(world)
    change = states.changed(before, state(world))
    world.move(1, Status.SPAM)
    after = state(world)
    assert restore(world, change) == ()
    assert state(world) == after


def test_every_column_that_people_change_is_part_of_it(world: World) -> None:
    world.receive(mail())
    assert set(state(world)) <= {column.key for column in Ticket.__table__.columns}
    before = state(world)
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        values = {"wake_at": NOON + timedelta(hours=1), "priority": 3, "tags": ["x"]}
        tickets.change(db, world.ours.account_id, ticket_id, values)
    change = states.changed(before, state(world))
    assert set(change) == {"wake_at", "priority", "tags"}
    restore(world, change)
    assert state(world) == before
