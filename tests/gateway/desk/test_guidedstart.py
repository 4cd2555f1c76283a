"""The guided start: which steps are behind, the mailbox that it is about, and whose it is."""

import pytest
from sqlalchemy import select

from gateway.desk import guidedstart, mailboxes
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.servers.finding import Origin, Server, Servers
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import Account, GuidedStart
from gateway.store.servers import Security
from tests.world import NOON, World

FOUND = Servers(Server("imap.x.example", 993, Security.TLS), None, Origin.DNS)


def find(by: Actor) -> Progress:
    with session.reading() as db:
        return guidedstart.find(db, by)


def settle(by: Actor, step: Step, *, is_skipped: bool = False) -> None:
    with session.transaction() as db:
        guidedstart.settle(db, by, step, is_skipped=is_skipped, now=NOON)


def test_without_one_there_is_an_empty_one(world: World) -> None:
    assert find(world.ours.owner) == Progress()
    assert Progress().next_after() is Step.BUSINESS


def test_steps_that_are_done_or_skipped_are_behind(world: World) -> None:
    by = world.ours.owner
    settle(by, Step.BUSINESS)
    settle(by, Step.MAILBOX, is_skipped=True)
    known = find(by)
    assert known.is_on
    assert (sorted(known.done), sorted(known.skipped)) == ([Step.BUSINESS], [Step.MAILBOX])
    assert known.next_after() is Step.TEST
    assert not find(world.stranger.owner).is_on


def test_what_was_skipped_can_be_done_and_what_was_done_stays_done(world: World) -> None:
    by = world.ours.owner
    for is_skipped in (True, False, True):
        settle(by, Step.TEST, is_skipped=is_skipped)
    assert (list(find(by).done), list(find(by).skipped)) == ([Step.TEST], [])


def test_after_the_last_step_those_come_that_are_left() -> None:
    known = Progress(done=frozenset({Step.MAILBOX, Step.COLLEAGUES}))
    assert known.next_after(Step.COLLEAGUES) is Step.BUSINESS
    assert known.next_after(Step.BUSINESS) is Step.TEST
    assert Progress(done=frozenset(Step)).next_after() is None
    assert Progress(done=frozenset(Step) - {Step.TEST}).next_after(Step.TEST) is None


def test_the_business_gets_its_name(world: World) -> None:
    with session.transaction() as db:
        guidedstart.name_business(db, world.ours.owner, "  Smith\n& Co ", now=NOON)
    with session.reading() as db:
        names = dict(db.execute(select(Account.id, Account.name)).all())
    assert names == {world.ours.account_id: "Smith & Co", world.stranger.account_id: "Stranger"}
    assert find(world.ours.owner).done == {Step.BUSINESS}


def test_a_business_without_a_name_is_told(world: World) -> None:
    with session.transaction() as db, pytest.raises(Invalid) as refused:
        guidedstart.name_business(db, world.ours.owner, " \n", now=NOON)
    assert refused.value.field == "business"


def test_the_servers_of_a_mailbox_are_kept_until_it_is_there(world: World) -> None:
    by, box = world.ours.owner, world.ours.mailbox
    with session.transaction() as db:
        guidedstart.note_servers(db, by, "help@x.example", FOUND, now=NOON)
        guidedstart.note_trouble(db, by, "imap|login", now=NOON)
    known = find(by)
    assert (known.address, known.servers, known.trouble) == ("help@x.example", FOUND, "imap|login")
    with session.transaction() as db:
        guidedstart.choose_mailbox(db, by, box.public_id, now=NOON)
    known = find(by)
    assert (known.mailbox_id, known.address, known.servers, known.trouble) == (box.public_id, "", None, "")
    with session.transaction() as db:
        guidedstart.choose_again(db, by, now=NOON)
    assert find(by).mailbox_id is None


def test_new_servers_take_the_trouble_with_the_old_ones_away(world: World) -> None:
    with session.transaction() as db:
        guidedstart.note_trouble(db, world.ours.owner, "smtp|timeout", now=NOON)
        guidedstart.note_servers(db, world.ours.owner, "help@x.example", FOUND, now=NOON)
    assert find(world.ours.owner).trouble == ""


def test_a_mailbox_that_is_removed_leaves_the_start(world: World) -> None:
    by, box = world.ours.owner, world.ours.mailbox
    with session.transaction() as db:
        guidedstart.choose_mailbox(db, by, box.public_id, now=NOON)
    with session.transaction() as db:
        mailboxes.remove(db, by.account_id, box.public_id, now=NOON)
    assert (find(by).is_on, find(by).mailbox_id) == (True, None)


def test_a_strangers_mailbox_is_not_there(world: World) -> None:
    with session.transaction() as db, pytest.raises(NotFound):
        guidedstart.choose_mailbox(db, world.stranger.owner, world.ours.mailbox.public_id, now=NOON)


def test_it_is_for_those_who_manage_the_account(world: World) -> None:
    with session.transaction() as db, pytest.raises(Denied):
        guidedstart.begin(db, world.ours.staff, now=NOON)
    with pytest.raises(Denied):
        find(world.ours.staff)


def test_when_it_ends_nothing_of_it_is_left_but_the_strangers(world: World) -> None:
    for by in (world.ours.owner, world.stranger.owner):
        with session.transaction() as db:
            guidedstart.begin(db, by, now=NOON)
            guidedstart.begin(db, by, now=NOON)
    with session.transaction() as db:
        guidedstart.end(db, world.ours.owner)
    with session.reading() as db:
        left = db.execute(select(GuidedStart.account_id)).scalars().all()
    assert left == [world.stranger.account_id]
