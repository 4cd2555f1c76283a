"""What people are told of."""

from datetime import timedelta

from gateway.desk import marks, merging, noting, sleeping, tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor, Reach
from gateway.rules.notifying import Kind
from gateway.store import expiring, followers, notifications, session
from gateway.store.notifications import KEPT
from gateway.store.queries.notices import list_notices
from tests.hiring import hire, set_columns
from tests.world import NOON, World, mail, ticket_row


def told(who: Actor, after: int | None = None) -> list[tuple[Kind, int]]:
    with session.reading() as db:
        found = list_notices(db, who.sight, who.staff_id, after=after)
    return [(one.kind, one.number) for one in found.items]


def unread(who: Actor) -> int:
    with session.reading() as db:
        return notifications.count_unread(db, who.sight, who.staff_id)


def assign(world: World, login: str, number: int = 1) -> None:
    with session.transaction() as db:
        tickets.patch(db, world.ours.owner, number, TicketChange(assignee=login), now=world.clock.now())


def follow(world: World, who: Actor) -> None:
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        followers.join(db, world.ours.account_id, ticket_id, who.staff_id or 0)


def again(world: World) -> None:
    world.receive(mail("More.", message_id="2@acme.example", in_reply_to="1@acme.example"))


def begun(world: World) -> Actor:
    """Sam, whose ticket 1 is, and who has read that it was given to them."""
    world.receive(mail("One.", message_id="1@acme.example"))
    assign(world, "sam-ours")
    return world.ours.staff


def test_who_is_given_a_ticket_is_told_unless_they_took_it(world: World) -> None:
    sam = begun(world)
    assert told(sam) == [(Kind.ASSIGNED, 1)]
    assign(world, "ours")
    assert told(world.ours.owner) == []


def test_a_mail_is_told_to_whose_ticket_it_is_and_to_who_follows(world: World) -> None:
    sam = begun(world)
    anna, bea = (hire(world.ours.account_id, login, now=NOON) for login in ("anna", "bea"))
    follow(world, anna)
    follow(world, sam)
    again(world)
    assert told(sam)[0] == (Kind.MINE, 1)
    assert len(told(sam)) == 2
    assert told(anna) == [(Kind.FOLLOWED, 1)]
    assert told(bea) == []


def test_who_does_not_see_the_ticket_is_told_nothing(world: World) -> None:
    begun(world)
    anna = hire(world.ours.account_id, "anna", now=NOON)
    follow(world, anna)
    set_columns(anna, sees_all=False)
    again(world)
    assert told(anna) == []
    set_columns(anna, sees_all=True)
    blind = Actor(anna.account_id, anna.role, anna.staff_id, reach=Reach(staff_id=anna.staff_id))
    world.receive(mail("Yet more.", message_id="3@acme.example", in_reply_to="1@acme.example"))
    assert (len(told(anna)), told(blind), unread(blind)) == (1, [], 0)


def test_seeing_the_ticket_reads_what_was_told_of_it(world: World) -> None:
    sam = begun(world)
    again(world)
    assert unread(sam) == 2
    first, *_rest, last = [one.public_id for one in world.detail(1).articles]
    with session.transaction() as db:
        marks.mark_seen(db, sam, 1, first)
    assert unread(sam) == 1
    with session.transaction() as db:
        marks.mark_seen(db, sam, 1, last)
    assert unread(sam) == 0


def test_a_mention_and_a_woken_ticket_are_told(world: World) -> None:
    sam = begun(world)
    until = world.clock.now() + timedelta(hours=1)
    with session.transaction() as db:
        noting.note(db, world.ours.owner, 1, "@sam-ours", now=world.clock.now())
        tickets.patch(db, world.ours.owner, 1, TicketChange(wake_at=until), now=world.clock.now())
    with session.transaction() as db:
        assert sleeping.wake_due(db, now=until) == 1
    assert [kind for kind, _number in told(sam)] == [Kind.WOKEN, Kind.MENTION, Kind.ASSIGNED]


def test_what_was_told_of_a_merged_ticket_leads_to_the_other(world: World) -> None:
    sam = begun(world)
    world.receive(mail("Two.", message_id="2@acme.example", subject="Else"))
    with session.transaction() as db:
        merging.merge(db, world.ours.owner, 1, 2, now=NOON)
    assert told(sam) == [(Kind.ASSIGNED, 2)]


def test_what_was_told_goes_after_a_while(world: World) -> None:
    sam = begun(world)
    with session.transaction() as db:
        assert expiring.forget_expired(db, now=NOON + KEPT + timedelta(days=1)) == 1
    assert told(sam) == []
