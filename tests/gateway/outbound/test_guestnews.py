"""The mail to a guest that there is news."""

from sqlalchemy import select, update

from gateway.outbound.guestnews import tell_of_news
from gateway.store import session
from gateway.store.models import Delivery, Outbox, Staff
from gateway.store.outbox import Topic
from tests.admitting import add_guest
from tests.world import World, mail


def test_they_get_a_link_in_their_language_and_nothing_of_what_was_said(world: World) -> None:
    world.receive(mail("The password is swordfish."))
    by = add_guest(world.ours.account_id, ticket=1)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == by.staff_id).values(locale="de"))
    world.receive(mail("It still is swordfish.", subject="Re: [#1]"))
    with session.reading() as db:
        article = db.execute(select(Outbox.ref_id).where(Outbox.topic == Topic.GUESTS.value)).scalar_one()
    for _ in range(2):
        tell_of_news(
            article,
            blobs=world.blobs,
            mail_domain="desk.example",
            base_url="https://desk.example",
            clock=world.clock,
        )
    with session.reading() as db:
        (sent,) = db.execute(select(Delivery.recipient, Delivery.raw_sha256)).all()
        assert db.execute(select(Outbox.id).where(Outbox.topic == Topic.GUESTS.value)).all() == []
    raw = world.blobs.read(sent.raw_sha256).decode()
    assert sent.recipient.endswith("@people.example")
    assert "https://desk.example/guest/1" in raw
    assert "Neues in der Anfrage #1" in raw
    assert "swordfish" not in raw
