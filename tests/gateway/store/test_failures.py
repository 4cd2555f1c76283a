"""Deliveries that failed: owed anew as the same mail, taken off the list, told apart by recipient."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from gateway.desk.replying import Draft
from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.store import articles, failures, session
from gateway.store.failures import MOST_COUNTED, Settled
from gateway.store.models import Delivery, Outbox, table
from gateway.store.queries.counting import count_views
from tests.fakes.refusing import refuse
from tests.world import ANN, BOB, World, mail

LATER = timedelta(hours=1)


@pytest.fixture
def failed(world: World) -> str:
    """An answer to two people that reached neither; its public id."""
    world.receive(mail())
    draft = Draft("Hello", to=(Address("", ANN),), cc=(Address("", BOB),))
    public_id = world.reply(1, draft=draft).public_id
    refuse(public_id, now=world.clock.now())
    return public_id


def article(world: World, public_id: str) -> int:
    with session.reading() as db:
        return articles.locate(db, Sight(world.ours.account_id), public_id).id


def requeue(world: World, public_id: str, recipient: str, *, account: int | None = None) -> bool:
    wanted, found = account or world.ours.account_id, article(world, public_id)
    with session.transaction() as db:
        return failures.requeue(db, wanted, found, recipient, now=world.clock.now() + LATER)


def settle(world: World, public_id: str, how: Settled, recipient: str | None = None) -> bool:
    found = article(world, public_id)
    with session.transaction() as db:
        return failures.settle(db, world.ours.account_id, found, how, recipient=recipient)


def listed(world: World, account_id: int | None = None) -> int:
    with session.reading() as db:
        return count_views(db, Sight(account_id or world.ours.account_id), None).failed


def rows() -> dict[str, tuple[str, int, str]]:
    with session.reading() as db:
        found = db.execute(select(Delivery.recipient, Delivery.state, Delivery.attempts, Delivery.answer))
        return {who: (state, attempts, answer) for who, state, attempts, answer in found}


def test_only_who_was_not_reached_is_owed_the_mail_anew(world: World, failed: str) -> None:
    assert requeue(world, failed, BOB)
    assert rows()[BOB] == ("queued", 0, "")
    assert rows()[ANN][0] == "failed"
    with session.reading() as db:
        owed = select(func.count()).select_from(Outbox).join(Delivery, Delivery.id == Outbox.ref_id)
        assert db.execute(owed.where(Outbox.topic == "deliver")).scalar_one() == 1
        created = select(Delivery.created_at).where(Delivery.recipient == BOB)
        assert db.execute(created).scalar_one() == world.clock.now() + LATER
    assert listed(world) == 1


def test_what_did_not_fail_is_not_owed_twice(world: World, failed: str) -> None:
    assert requeue(world, failed, BOB)
    assert not requeue(world, failed, BOB)
    assert not requeue(world, failed, "nobody@acme.example")


def test_a_stranger_owes_nothing_of_ours(world: World, failed: str) -> None:
    assert not requeue(world, failed, BOB, account=world.stranger.account_id)
    assert listed(world, world.stranger.account_id) == 0


def test_a_dismissed_one_leaves_the_list_and_may_still_be_sent_again(world: World, failed: str) -> None:
    assert settle(world, failed, Settled.DISMISSED, BOB)
    assert not settle(world, failed, Settled.DISMISSED, BOB)
    assert (listed(world), rows()[BOB][0]) == (1, "failed")
    assert requeue(world, failed, BOB)
    refuse(failed, BOB, now=world.clock.now() + LATER)
    assert listed(world) == 2


def test_what_another_mail_has_replaced_is_never_sent_again(world: World, failed: str) -> None:
    assert settle(world, failed, Settled.REPLACED)
    assert not requeue(world, failed, ANN)
    assert listed(world) == 0


def test_counting_ends_somewhere(world: World, failed: str) -> None:
    with session.transaction() as db:
        row = db.execute(select(table(Delivery)).where(Delivery.recipient == ANN)).mappings().one()
        plain = {name: value for name, value in row.items() if name not in ("id", "recipient")}
        db.execute(insert(Delivery), [{**plain, "recipient": f"{n}@x"} for n in range(MOST_COUNTED)])
    assert listed(world) == MOST_COUNTED + 1
