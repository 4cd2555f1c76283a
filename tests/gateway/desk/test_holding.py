"""What people do about held mail, who may, and that the timeline tells it."""

from collections.abc import Callable

import pytest

from gateway.desk import holding, replying
from gateway.errors import Conflict, Denied, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from tests.fakes.holding import hold
from tests.world import ANN, World, mail

Verb = Callable[..., int]
VERBS = [holding.release, holding.discard]


@pytest.fixture
def held(world: World) -> str:
    world.receive(mail())
    public_id = world.reply(1).public_id
    hold(public_id, now=world.clock.now())
    return public_id


def act(
    world: World,
    verb: Verb,
    article: str | None = None,
    recipient: str | None = None,
    by: Actor | None = None,
) -> int:
    with session.transaction() as db:
        return verb(db, by or world.ours.owner, article, recipient, now=world.clock.now())


def newest(world: World) -> tuple[str, str | None, str]:
    event = world.detail(1).events[-1]
    return event.kind, event.by, event.data["recipient"]


def state(world: World) -> str:
    return world.detail(1).articles[-1].deliveries[0].state


@pytest.mark.parametrize(
    ("verb", "kind", "after"),
    [(holding.release, "held_released", "queued"), (holding.discard, "held_discarded", "withdrawn")],
)
def test_it_is_done_once_and_told(world: World, held: str, verb: Verb, kind: str, after: str) -> None:
    assert state(world) == "held"
    assert act(world, verb, held, ANN) == 1
    assert (state(world), newest(world)) == (after, (kind, "ours", ANN))
    with pytest.raises(Conflict):
        act(world, verb)


@pytest.mark.parametrize("verb", VERBS)
def test_staff_may_not(world: World, held: str, verb: Verb) -> None:
    with pytest.raises(Denied):
        act(world, verb, by=world.ours.staff)


def test_a_token_may_discard_and_not_release(world: World, held: str) -> None:
    token = Actor(world.ours.account_id, Role.TOKEN)
    with pytest.raises(Denied):
        act(world, holding.release, by=token)
    assert act(world, holding.discard, by=token) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_finds_nothing(world: World, held: str, verb: Verb) -> None:
    with pytest.raises(NotFound):
        act(world, verb, held, by=world.stranger.owner)
    with pytest.raises(Conflict):
        act(world, verb, by=world.stranger.owner)
    assert state(world) == "held"


def test_its_author_can_take_it_back(world: World, held: str) -> None:
    with session.transaction() as db:
        replying.withdraw(db, world.ours.staff, held, now=world.clock.now())
    assert state(world) == "withdrawn"
