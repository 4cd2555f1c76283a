from sqlalchemy import update

from gateway.store import session
from gateway.store.models import Mailbox, Staff
from gateway.store.queries.acknowledging import find_owed
from tests.world import ANN, DOMAIN, NOON, SUPPORT, World, mail


def test_the_mail_its_ticket_and_its_mailbox_are_found(world: World) -> None:
    (intake_id,) = world.accept(
        mail(message_id="one@acme.example", references=["zero@acme.example"]), SUPPORT
    )
    world.file(intake_id)
    with session.reading() as db:
        owed = find_owed(db, intake_id)
    assert owed is not None
    assert (owed.number, owed.sender.address, owed.address, owed.desk) == (1, ANN, SUPPORT, "Ours")
    assert (owed.message_id, owed.references) == ("one@acme.example", ("zero@acme.example",))
    assert owed.mail_key == world.ours.key
    assert DOMAIN not in owed.address


def test_without_ticket_or_mailbox_nothing_is_owed(world: World) -> None:
    (intake_id,) = world.accept(mail(), SUPPORT)
    with session.reading() as db:
        assert find_owed(db, intake_id) is None
    world.file(intake_id)
    with session.transaction() as db:
        db.execute(update(Mailbox).values(name=""))
        named = find_owed(db, intake_id)
        assert named is not None
        assert named.desk == "Ours"
        db.delete(db.get(Mailbox, world.ours.mailbox.id))
        db.flush()
        assert find_owed(db, intake_id) is None


def test_nothing_is_owed_as_long_as_nobody_has_confirmed_an_address(world: World) -> None:
    (intake_id,) = world.accept(mail(), SUPPORT)
    world.file(intake_id)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login != "stranger").values(email_confirmed_at=None))
        assert find_owed(db, intake_id) is None
        db.execute(update(Staff).where(Staff.login == "sam-ours").values(email_confirmed_at=NOON))
        assert find_owed(db, intake_id) is not None
