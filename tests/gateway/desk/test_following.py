"""Following a ticket."""

import pytest

from gateway.desk import following, noting
from gateway.errors import Denied, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import followers, session
from tests.hiring import hire
from tests.world import NOON, World, mail, ticket_row


def of(world: World) -> list[str]:
    ticket_id = ticket_row(1).id
    with session.reading() as db:
        found = followers.followers_of(db, world.ours.account_id, ticket_id)
    return [one.login for one in found]


def follow(by: Actor, *, follows: bool = True) -> None:
    with session.transaction() as db:
        following.follow(db, by, 1, follows=follows)


def test_one_follows_until_one_leaves(world: World) -> None:
    world.receive(mail())
    follow(world.ours.owner)
    assert len(of(world)) == 1
    follow(world.ours.owner, follows=False)
    assert of(world) == []


def test_who_answers_or_notes_follows(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    assert of(world) == ["sam-ours"]


def test_leaving_holds_until_the_next_mention(world: World) -> None:
    world.receive(mail())
    anna = hire(world.ours.account_id, "anna", now=NOON)
    follow(anna, follows=False)
    with session.transaction() as db:
        noting.note(db, anna, 1, "Seen.", now=NOON)
    assert of(world) == []
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "@anna?", now=NOON)
    assert sorted(of(world)) == ["anna", "sam-ours"]


def test_only_people_follow_and_only_what_they_see(world: World) -> None:
    world.receive(mail())
    with pytest.raises(NotFound):
        follow(world.stranger.owner)
    with pytest.raises(Denied):
        follow(Actor(world.ours.account_id, Role.TOKEN))
