"""Held deliveries: who is released, in which order, and that nothing is owed twice."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.desk.replying import Draft
from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.store import articles, deliveries, failures, holding, session
from gateway.store.holding import Held, Which
from gateway.store.models import Delivery, Outbox
from tests.fakes.holding import FULL, fill, hold
from tests.fakes.refusing import refuse
from tests.world import ANN, BOB, World, mail

ALL = Which()


@pytest.fixture
def held(world: World) -> list[str]:
    """Two answers, each held back from two people; their public ids."""
    world.receive(mail())
    draft = Draft("Hello", to=(Address("", ANN),), cc=(Address("", BOB),))
    answers = [world.reply(1, draft=draft).public_id for _ in range(2)]
    for answer in answers:
        hold(answer, now=world.clock.now())
    return answers


def article_id(world: World, public_id: str) -> int:
    with session.reading() as db:
        return articles.locate(db, Sight(world.ours.account_id), public_id).id


def release(world: World, which: Which = ALL, *, account_id: int | None = None) -> Sequence[Held]:
    with session.transaction() as db:
        return holding.release(
            db, account_id or world.ours.account_id, which, now=world.clock.now() + timedelta(hours=1)
        )


def count(world: World) -> int:
    with session.reading() as db:
        return holding.count(db, world.ours.account_id)


def owed() -> list[int]:
    with session.reading() as db:
        mails = select(Outbox.ref_id).where(Outbox.topic == "deliver").order_by(Outbox.id)
        return list(db.execute(mails).scalars())


def states() -> dict[int, str]:
    with session.reading() as db:
        return {row.id: row.state for row in db.execute(select(Delivery.id, Delivery.state))}


def claim(world: World, delivery_id: int) -> bool:
    """Whether a worker may send it in an hour that has no place left."""
    later, minute = world.clock.now() + timedelta(hours=2), timedelta(minutes=1)
    fill(world.ours.account_id, later)
    with session.transaction() as db:
        taken = deliveries.claim(db, delivery_id, owner="w", now=later, lease=minute, budget=FULL)
    return taken is not None


def test_all_are_owed_again_in_their_order_and_once(world: World, held: list[str]) -> None:
    assert (count(world), owed()) == (4, [])
    released = [one.id for one in release(world)]
    assert released == sorted(released) == owed()
    assert set(states().values()) == {"queued"}
    assert (len(released), list(release(world)), count(world)) == (4, [], 0)


def test_one_or_all_to_a_recipient_or_an_article_are_released(world: World, held: list[str]) -> None:
    first = article_id(world, held[0])
    assert [one.recipient for one in release(world, Which(first, BOB))] == [BOB]
    assert [one.recipient for one in release(world, Which(recipient=ANN))] == [ANN, ANN]
    assert [one.article_id for one in release(world, Which(first))] == []
    assert count(world) == 1


def test_what_was_released_leaves_though_the_budget_is_spent(world: World, held: list[str]) -> None:
    release(world)
    assert all(claim(world, one) for one in states())
    world.reply(1)
    assert not claim(world, max(states()))


def test_its_tries_are_counted_from_its_release(world: World, held: list[str]) -> None:
    release(world)
    with session.reading() as db:
        rows = db.execute(select(Delivery.created_at, Delivery.answer, Delivery.finished_at)).all()
    assert set(rows) == {(world.clock.now() + timedelta(hours=1), "", None)}


def test_what_is_sent_again_by_hand_needs_a_place_of_its_own(world: World) -> None:
    world.receive(mail())
    answer = world.reply(1).public_id
    refuse(answer, now=world.clock.now())
    with session.transaction() as db:
        article = articles.locate(db, Sight(world.ours.account_id), answer).id
        assert failures.requeue(db, world.ours.account_id, article, ANN, now=world.clock.now())
    (delivery_id,) = states()
    assert not claim(world, delivery_id)
    assert states() == {delivery_id: "held"}


def test_a_discarded_one_is_never_sent(world: World, held: list[str]) -> None:
    with session.transaction() as db:
        gone = holding.discard(db, world.ours.account_id, Which(recipient=BOB), now=world.clock.now())
    assert [one.recipient for one in gone] == [BOB, BOB]
    assert [states()[one.id] for one in gone] == ["withdrawn"] * 2
    assert {one.recipient for one in release(world)} == {ANN}


def test_the_oldest_go_first_and_so_many_at_once(
    world: World, held: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MOST_AT_ONCE", 3)  # five hundred rows would take the test long
    oldest = sorted(states())[:3]
    assert [one.id for one in release(world)] == oldest
    assert len(release(world)) == 1


def test_a_stranger_releases_and_discards_nothing_of_ours(world: World, held: list[str]) -> None:
    assert list(release(world, account_id=world.stranger.account_id)) == []
    with session.transaction() as db:
        assert not holding.discard(db, world.stranger.account_id, ALL, now=world.clock.now())
        assert holding.count(db, world.stranger.account_id) == 0
    assert count(world) == 4


@pytest.mark.parametrize(("most", "counted"), [(3, 4), (4, 4), (5, 4)])
def test_counting_ends_one_above_the_most(
    world: World, held: list[str], monkeypatch: pytest.MonkeyPatch, most: int, counted: int
) -> None:
    monkeypatch.setattr(holding, "MOST_COUNTED", most)
    assert count(world) == counted
    monkeypatch.setattr(holding, "MOST_COUNTED", 2)
    assert count(world) == 3


def test_people_are_to_be_told_once_until_nothing_is_held(world: World, held: list[str]) -> None:
    now, day = world.clock.now(), timedelta(days=1)
    with session.transaction() as db:
        assert holding.is_watched(db)
        assert holding.accounts_to_tell(db, told_before=now - day) == [world.ours.account_id]
        holding.note_told(db, world.ours.account_id, now=now)
        assert holding.accounts_to_tell(db, told_before=now - day) == []
        assert holding.accounts_to_tell(db, told_before=now) == [world.ours.account_id]
        assert holding.forget_told(db) == 0
    release(world)
    with session.transaction() as db:
        assert (holding.is_watched(db), holding.forget_told(db), holding.is_watched(db)) == (True, 1, False)
        assert holding.accounts_to_tell(db, told_before=now) == []
