"""Having read what one was told."""

import pytest
from sqlalchemy import select

from gateway.desk import groups
from gateway.desk import notifications as desk
from gateway.desk.notifications import Choices
from gateway.errors import Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.notifying import MAILED, Kind, NewTickets
from gateway.rules.quiet import Quiet
from gateway.store import notifications, session
from gateway.store.models import Account
from tests.world import NOON, World, mail, ticket_row


def test_one_reads_all_of_ones_own(world: World) -> None:
    world.receive(mail())
    people = [world.ours.owner, world.ours.staff]
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        told = {who.staff_id or 0: Kind.MENTION for who in people}
        notifications.put(db, world.ours.account_id, ticket_id, told, now=NOON)
        desk.read_all(db, world.ours.staff)
    with session.reading() as db:
        counts = [notifications.count_unread(db, who.sight, who.staff_id) for who in people]
    assert counts == [1, 0]


def test_a_token_reads_nothing(world: World) -> None:
    with pytest.raises(NotFound), session.transaction() as db:
        desk.read_all(db, Actor(world.ours.account_id, Role.TOKEN))


def test_each_chooses_of_what_to_hear(world: World) -> None:
    with session.transaction() as db:
        assert desk.choices_of(db, world.ours.staff) == Choices(MAILED, frozenset())
        group = groups.create(db, world.ours.owner, name="Schools", now=NOON)
        wanted = Choices(
            frozenset(),
            frozenset({Kind.MENTION}),
            NewTickets.GROUPS,
            frozenset({group}),
            Quiet(0, 60, frozenset({0})),
        )
        desk.choose(db, world.ours.staff, wanted)
        assert desk.choices_of(db, world.ours.staff) == wanted
        assert desk.choices_of(db, world.ours.owner).mail == MAILED


def test_new_tickets_of_no_group_or_of_a_strangers_are_refused(world: World) -> None:
    with session.transaction() as db:
        theirs = groups.create(db, world.stranger.owner, name="Theirs", now=NOON)
    for chosen, error in ((frozenset[str](), Invalid), (frozenset({theirs}), NotFound)):
        with pytest.raises(error), session.transaction() as db:
            desk.choose(db, world.ours.staff, Choices(new=NewTickets.GROUPS, groups=chosen))


def test_filing_asks_who_wants_to_hear_of_new_tickets_only_while_somebody_does(world: World) -> None:
    def tells() -> bool:
        with session.reading() as db:
            mine = Account.id == world.ours.account_id
            return bool(db.execute(select(Account.tells_of_new).where(mine)).scalar_one())

    assert not tells()
    for new in (NewTickets.ALL, NewTickets.NONE):
        with session.transaction() as db:
            desk.choose(db, world.ours.staff, Choices(new=new))
        assert tells() is (new is NewTickets.ALL)
