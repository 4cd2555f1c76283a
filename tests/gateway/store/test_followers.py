"""Who follows a ticket."""

from gateway.desk import merging, noting, splitting
from gateway.rules.access import Actor
from gateway.store import followers, session
from tests.hiring import hire, set_columns
from tests.world import NOON, World, mail, ticket_row


def of(world: World, number: int = 1) -> list[str]:
    ticket_id = ticket_row(number).id
    with session.reading() as db:
        found = followers.followers_of(db, world.ours.account_id, ticket_id)
    return [one.login for one in found]


def join(world: World, who: Actor, number: int = 1) -> None:
    ticket_id = ticket_row(number).id
    with session.transaction() as db:
        followers.join(db, world.ours.account_id, ticket_id, who.staff_id or 0)


def set_follows(world: World, who: Actor, *, follows: bool, number: int = 1) -> None:
    ticket_id = ticket_row(number).id
    with session.transaction() as db:
        followers.set_follows(db, world.ours.account_id, ticket_id, who.staff_id or 0, follows=follows)


def test_who_has_left_does_not_come_back_by_taking_part(world: World) -> None:
    world.receive(mail())
    staff = world.ours.staff
    join(world, staff)
    join(world, staff)
    assert of(world) == ["sam-ours"]
    set_follows(world, staff, follows=False)
    join(world, staff)
    assert of(world) == []
    set_follows(world, staff, follows=True)
    assert of(world) == ["sam-ours"]


def test_who_works_here_no_more_or_sees_the_ticket_no_more_follows_nothing(world: World) -> None:
    world.receive(mail())
    anna = hire(world.ours.account_id, "anna", now=NOON)
    join(world, anna)
    assert of(world) == ["anna"]
    set_columns(anna, sees_all=False)
    assert of(world) == []
    set_columns(anna, sees_all=True, deactivated_at=NOON)
    assert of(world) == []


def test_followers_of_a_merged_ticket_follow_the_other_unless_they_have_left_it(world: World) -> None:
    world.receive(mail(message_id="1@acme.example"))
    world.receive(mail("Two.", message_id="2@acme.example"))
    anna, bea = (hire(world.ours.account_id, login, now=NOON) for login in ("anna", "bea"))
    for who in (anna, bea):
        join(world, who, 2)
    set_follows(world, bea, follows=False)
    with session.transaction() as db:
        merging.merge(db, world.ours.owner, 2, 1, now=NOON)
    assert of(world) == ["anna"]


def test_followers_go_along_with_a_message_that_becomes_a_ticket(world: World) -> None:
    world.receive(mail(message_id="1@acme.example"))
    with session.transaction() as db:
        note = noting.note(db, world.ours.staff, 1, "About something else.", now=NOON).public_id
    with session.transaction() as db:
        made = splitting.split(db, world.ours.owner, note, "Else", now=NOON).number
    assert of(world, made) == of(world) == ["sam-ours"]
