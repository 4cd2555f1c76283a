"""The end of an account."""

from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import outbox, session
from gateway.store.erased import accounts, items, removing
from gateway.store.keyring import Owner
from gateway.store.outbox import Topic
from tests.erasing import ask, contact_of, key_of, rows_with
from tests.world import ANN, World, mail


def test_what_stays_as_the_newest_is_no_more_work(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    made, mine = key_of(ask(world, Scope(ErasureKind.ACCOUNT))), world.ours.account_id
    with session.transaction() as db:
        assert len(accounts.some_intakes(db, mine, 9)) == 1
        removing.remove_tickets(db, made, mine, accounts.some_tickets(db, mine, 9))
        looks = (accounts.some_tickets, accounts.some_intakes, accounts.some_deliveries)
        assert [list(look(db, mine, 9)) for look in looks] == [[], [], []]


def test_batches_are_of_one_account(world: World) -> None:
    world.receive(mail(to="help@stranger.example"), "help@stranger.example")
    with session.reading() as db:
        assert accounts.some_tickets(db, world.ours.account_id, 9) == []
        assert len(accounts.some_tickets(db, world.stranger.account_id, 9)) == 1


def test_other_erasures_that_wait_in_it_go_with_it(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    other = ask(world, Scope(ErasureKind.CONTACT, contact_of(ANN)))
    made = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    with session.transaction() as db:
        gone = accounts.remove(db, made, world.ours.account_id)
        assert outbox.depth(db, Topic.ERASE) == 1
        assert items.owners(db, made) == [Owner(world.ours.public_id)]  # its keys go when its files have
        items.drop_all(db, made)
    assert (gone["people"], gone["contacts"], gone["customers"]) == (2, 1, 1)
    assert rows_with(other, world.ours.public_id) == []
