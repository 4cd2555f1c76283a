"""Removing rows with all that hangs on them."""

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import outbox, session
from gateway.store.erased import items, removing
from gateway.store.erased.items import Item
from gateway.store.models import (
    Act,
    ActItem,
    Article,
    Delivery,
    IdempotencyKey,
    Intake,
    Offer,
    Staff,
    Ticket,
    table,
)
from gateway.store.outbox import Topic
from tests.erasing import ask, key_of
from tests.furnished import with_file
from tests.world import BOB, World, mail


def key(world: World) -> int:
    return key_of(ask(world, Scope(ErasureKind.ACCOUNT)))


def ticket_id(number: int) -> int:
    with session.reading() as db:
        return db.execute(select(Ticket.id).where(Ticket.number == number)).scalar_one()


def count(model: type) -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(model)).scalar_one()


def test_the_work_that_is_owed_for_a_ticket_goes_with_it(world: World) -> None:
    world.receive(with_file("One"))
    world.reply(1)
    world.receive(mail())
    with session.transaction() as db:
        article = db.execute(select(func.min(Article.id))).scalar_one()
        for topic in (Topic.SCAN, Topic.PREVIEW, Topic.GUESTS):
            outbox.put(db, topic, article, now=world.clock.now())
    made, one = key(world), ticket_id(1)
    with session.transaction() as db:
        removing.remove_tickets(db, made, world.ours.account_id, [one])
        left = (Topic.SCAN, Topic.PREVIEW, Topic.DELIVER, Topic.FILE)
        assert [outbox.depth(db, topic) for topic in left] == [0, 0, 0, 0]
    assert (count(Intake), count(Offer), count(Article)) == (1, 1, 1)


def test_the_blobs_of_a_ticket_are_noted(world: World) -> None:
    world.receive(with_file("One"))
    made, one = key(world), ticket_id(1)
    with session.transaction() as db:
        raw = db.execute(select(Article.raw_sha256)).scalar_one()
        removing.remove_tickets(db, made, world.ours.account_id, [one])
        noted = items.some_refs(db, made, Item.BLOB, 9)
    assert raw in noted
    assert len(noted) == 2


def test_what_could_be_undone_and_said_again_of_a_ticket_goes(world: World) -> None:
    world.receive(mail())
    world.receive(mail())
    made, now, mine = key(world), world.clock.now(), {"account_id": world.ours.account_id}
    with session.transaction() as db:
        who = {"public_id": "a", "staff_id": world.ours.staff.staff_id}
        act: dict[str, object] = {**who, "kind": "x", "what": {}, "at": now}
        act_id = db.execute(insert(Act).returning(Act.id), mine | act | {"count": 1}).scalar_one()
        db.execute(insert(ActItem), mine | {"act_id": act_id, "ticket_id": ticket_id_in(db, 1)})
        for number in (1, 2, 11):
            answer = {"key": f"k{number}", "body_hash": "", "location": str(number)}
            db.execute(insert(IdempotencyKey), mine | answer | {"created_at": now})
        removing.remove_tickets(db, made, world.ours.account_id, [ticket_id_in(db, 1)])
        kept = db.execute(select(IdempotencyKey.key).order_by(IdempotencyKey.key)).scalars().all()
    assert kept == ["k11", "k2"]
    assert count(Act) == count(ActItem) == 0


def ticket_id_in(db: Session, number: int) -> int:
    return db.execute(select(Ticket.id).where(Ticket.number == number)).scalar_one()


def test_nobody_has_read_what_comes_next(world: World) -> None:
    world.receive(mail())
    world.receive(mail(sender=f"Bob <{BOB}>"), mail_from=BOB)
    with session.transaction() as db:
        newest = db.execute(select(func.max(Article.id))).scalar_one()
        db.execute(update(table(Staff)).values(reads_from=newest))
    made, two = key(world), ticket_id(2)
    with session.transaction() as db:
        removing.remove_tickets(db, made, world.ours.account_id, [two])
        mine = select(func.max(Staff.reads_from)).where(Staff.account_id == world.ours.account_id)
        assert db.execute(mine).scalar_one() == db.execute(select(func.max(Article.id))).scalar_one()


def test_a_ticket_without_messages_goes(world: World) -> None:
    world.receive(mail())
    world.receive(mail())
    made = key(world)
    with session.transaction() as db:
        article = db.execute(select(func.min(Article.id))).scalar_one()
        gone = removing.remove_articles(db, made, world.ours.account_id, [article])
    assert (gone["tickets"], gone["messages"], gone["mails"]) == (1, 1, 1)
    assert count(Ticket) == 1


def test_what_had_to_stay_as_the_newest_goes_when_there_is_a_newer_one(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    made, one = key(world), ticket_id(1)
    with session.transaction() as db:
        removing.remove_tickets(db, made, world.ours.account_id, [one])
    is_sqlite = session.is_sqlite()
    assert (count(Ticket), count(Delivery)) == ((1, 1) if is_sqlite else (0, 0))
    world.receive(mail())
    world.reply(2)
    with session.transaction() as db:
        removing.remove_emptied(db, world.ours.account_id)
    assert (count(Ticket), count(Delivery)) == (1, 1)
    with session.reading() as db:
        assert db.execute(select(Ticket.number)).scalar_one() == 2
        assert db.execute(select(Delivery.recipient)).scalar_one()
