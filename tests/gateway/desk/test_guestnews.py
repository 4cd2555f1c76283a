"""Who is told of news in a ticket."""

import pytest
from sqlalchemy import select

from gateway.desk import guestnews, guests, noting
from gateway.desk.guestnews import News
from gateway.rules.access import Actor
from gateway.store import guestnotices, session
from gateway.store.models import Article, Delivery, Outbox
from gateway.store.outbox import Topic
from tests.admitting import add_guest
from tests.world import World, mail


@pytest.fixture
def guest(world: World) -> Actor:
    world.receive(mail())
    return add_guest(world.ours.account_id, ticket=1, may=["note"])


def owed() -> list[int]:
    with session.reading() as db:
        mine = select(Outbox.ref_id).where(Outbox.topic == Topic.GUESTS.value).order_by(Outbox.id)
        return list(db.execute(mine).scalars())


def newest() -> int:
    with session.reading() as db:
        return db.execute(select(Article.id).order_by(Article.id.desc()).limit(1)).scalar_one()


def news(world: World, article: int) -> News | None:
    with session.reading() as db:
        return guestnews.find_news(db, article, now=world.clock.now())


def tell(world: World, article: int, found: News | None) -> list[str]:
    """Whom it writes to."""
    with session.transaction() as db:
        before = len(db.execute(select(Delivery.id)).all())
        notices = {one.staff_id: "0" * 64 for one in found.guests} if found else {}
        guestnews.tell(db, article, found, notices, now=world.clock.now())
        return [row[0] for row in db.execute(select(Delivery.recipient).order_by(Delivery.id))][before:]


def test_a_customers_next_mail_is_news_once_until_they_have_looked(world: World, guest: Actor) -> None:
    world.receive(mail("It burns.", subject="Re: [#1]"))
    (first,) = owed()
    found = news(world, first)
    assert found is not None
    assert tell(world, first, found) == [found.guests[0].email]
    assert tell(world, first, found) == []  # the same job again
    world.receive(mail("It is out.", subject="Re: [#1]"))
    (second,) = owed()
    again = news(world, second)
    assert again is not None
    assert again.guests == ()
    tell(world, second, again)
    world.clock.advance(minutes=1)
    with session.transaction() as db:
        guestnotices.note_seen(
            db, world.ours.account_id, guest.staff_id or 0, found.ticket_id, now=world.clock.now()
        )
    world.receive(mail("It is back.", subject="Re: [#1]"))
    (third,) = owed()
    assert (news(world, third) or again).guests == found.guests


def test_what_is_not_for_them_is_no_news(world: World, guest: Actor) -> None:
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "Between us.", now=world.clock.now())
    assert owed() == []
    found = news(world, newest())
    assert found is not None
    assert found.guests == ()


def test_a_shared_note_is_news_for_all_but_its_writer(world: World, guest: Actor) -> None:
    other = add_guest(world.ours.account_id, customer=world.ours.customer)
    with session.transaction() as db:
        guests.note(db, guest, 1, "The fuse is fine.", now=world.clock.now())
    found = news(world, owed()[0])
    assert found is not None
    assert [one.staff_id for one in found.guests] == [other.staff_id]


def test_an_answer_is_told_when_it_has_left(world: World, guest: Actor) -> None:
    world.reply(1)
    (answer,) = owed()
    waits = news(world, answer)
    assert waits is not None
    assert waits.guests == ()
    with session.transaction() as db:
        db.execute(Delivery.__table__.update().values(state="sent"))  # type: ignore[attr-defined]
    assert [one.staff_id for one in (news(world, answer) or waits).guests] == [guest.staff_id]


def test_an_old_backlog_is_no_news(world: World, guest: Actor) -> None:
    accepted = world.accept(mail("Late.", subject="Re: [#1]"), "support@ours.example")
    world.clock.advance(days=2)
    for one in accepted:
        world.file(one)
    assert owed() == []


def test_an_article_that_is_gone_is_settled(world: World) -> None:
    assert news(world, 4711) is None
    assert tell(world, 4711, None) == []
