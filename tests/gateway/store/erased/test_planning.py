"""A plan writes down what goes, and by what it is known again."""

from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import erasures, session
from gateway.store.erased import items, planning
from gateway.store.erased.items import Item
from gateway.store.erasures import Task
from tests.erasing import ask, contact_of, key_of
from tests.world import ANN, BOB, World, mail


def planned(world: World, scope: Scope, *, quoted: tuple[str, ...] = ()) -> Task:
    key = key_of(ask(world, scope, quoted=quoted))
    with session.transaction() as db:
        task = erasures.begin(db, key, now=world.clock.now())
        assert task is not None
        for _ in range(2):  # a second time does no harm
            planning.plan(db, task, world.ours.account_id)
    return task


def marks(task: Task) -> list[tuple[str, str]]:
    with session.reading() as db:
        return sorted(planning.marks(db, task))


def test_a_contact_is_known_again_by_ids_numbers_and_addresses(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    contact, account = contact_of(ANN), world.ours.public_id
    task = planned(world, Scope(ErasureKind.CONTACT, contact))
    assert marks(task) == [
        ("address", f"{account}:{ANN}"),
        ("contact", contact),
        ("ticket", f"{account}:1"),
    ]


def test_a_message_that_was_chosen_goes_unless_its_ticket_does(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    world.receive(mail(f"{ANN} said so", sender=f"Bob <{BOB}>"), mail_from=BOB)
    mine, other = (world.detail(number).articles[0].public_id for number in (1, 2))
    task = planned(world, Scope(ErasureKind.CONTACT, contact_of(ANN)), quoted=(mine, other, "none"))
    assert [ref for kind, ref in marks(task) if kind == "article"] == [other]


def test_another_accounts_message_is_never_taken(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    world.receive(mail(ANN, to="help@stranger.example"), "help@stranger.example")
    foreign = world.detail(1, of=world.stranger).articles[0].public_id
    task = planned(world, Scope(ErasureKind.TICKET, "1"), quoted=(foreign,))
    assert "article" not in dict(marks(task))


def test_an_account_is_known_again_by_its_id_alone(world: World) -> None:
    world.receive(mail())
    task = planned(world, Scope(ErasureKind.ACCOUNT))
    assert marks(task) == [("account", world.ours.public_id)]
    with session.reading() as db:
        assert items.some_rows(db, task.id, Item.TICKET, 9) == []
