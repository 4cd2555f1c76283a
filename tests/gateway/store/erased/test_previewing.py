"""What a preview counts is what goes."""

from datetime import timedelta

from gateway.desk import noting
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.erased import previewing
from gateway.store.erased.previewing import MOST_QUOTED, Preview
from tests.erasing import contact_of, erased, show
from tests.furnished import with_file
from tests.world import ANN, BOB, FOREIGN, World, mail


def look(world: World, kind: ErasureKind, public_id: str = "") -> Preview:
    with session.reading() as db:
        scope = Scope(kind, public_id)
        return previewing.preview(db, world.ours.account_id, scope, now=world.clock.now())


def test_what_is_counted_is_what_goes(world: World) -> None:
    world.receive(with_file("One", sender=f"Ann <{ANN}>"))
    world.receive(with_file("Two", sender=f"Ann <{ANN}>"))
    world.reply(1)
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "Noted", now=world.clock.now())
    found = look(world, ErasureKind.CONTACT, contact_of(ANN))
    assert found.counts == {
        "contacts": 1,
        "deliveries": 1,
        "files": 2,
        "mails": 2,
        "messages": 3,
        "notes": 1,
        "tickets": 2,
    }
    assert (found.title, found.bytes > 500) == ("Ann", True)
    made = erased(world, ErasureKind.CONTACT, contact_of(ANN))
    assert show(world, made).counts == found.counts


def test_titles_are_those_of_what_goes(world: World) -> None:
    world.receive(mail(subject="Smoke"))
    assert look(world, ErasureKind.TICKET, "1").title == "Smoke"
    assert look(world, ErasureKind.CUSTOMER, world.ours.customer).title == "Acme"
    assert look(world, ErasureKind.ACCOUNT).title == "Ours"
    assert look(world, ErasureKind.REMOTE).title == ""


def test_looking_changes_nothing(world: World) -> None:
    world.receive(mail())
    before = look(world, ErasureKind.ACCOUNT)
    assert look(world, ErasureKind.ACCOUNT) == before


def test_messages_of_others_that_name_the_address_are_offered_the_newest_first(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    for number in range(3):
        world.receive(mail(f"{number}: {ANN} said so", sender=f"Bob <{BOB}>"), mail_from=BOB)
    world.receive(mail("ann at acme", sender=f"Bob <{BOB}>"), mail_from=BOB)
    found = look(world, ErasureKind.CONTACT, contact_of(ANN)).quoted
    assert [(one.number, one.snippet[:1]) for one in found] == [(4, "2"), (3, "1"), (2, "0")]
    assert len(found) < MOST_QUOTED


def test_a_stranger_quotes_nobody_of_ours(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    contact = contact_of(ANN)
    world.receive(mail(f"{ANN} said so", to=FOREIGN), FOREIGN, mail_from=BOB)
    assert look(world, ErasureKind.CONTACT, contact).quoted == []


def test_an_export_counts_until_it_is_gone(world: World) -> None:
    from gateway.rules.exporting import LASTS
    from gateway.rules.exporting import Scope as ExportScope
    from gateway.store import exports

    by, now = world.ours.owner, world.clock.now()
    with session.transaction() as db:
        exports.ask(
            db, by.account_id, by.staff_id or 0,
            scope=ExportScope.ACCOUNT, subject_id="", with_notes=True, now=now,
        )  # fmt: skip
    assert look(world, ErasureKind.REMOTE).counts == {"exports": 1}
    world.clock.advance(seconds=(LASTS + timedelta(seconds=1)).total_seconds())
    assert look(world, ErasureKind.REMOTE).counts == {}
