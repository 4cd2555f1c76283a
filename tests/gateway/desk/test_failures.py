"""Mails that did not arrive: sent again as they are, or put aside; strangers find none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.desk import failures
from gateway.desk.replying import ArticleRef
from gateway.errors import Conflict, Denied, NotFound
from gateway.rules.access import Actor, Sight
from gateway.store import session
from gateway.store.queries.articles import get_raw
from tests.fakes.refusing import refuse
from tests.world import ANN, World, mail

Verb = Callable[..., ArticleRef]


@pytest.fixture
def failed(world: World) -> str:
    world.receive(mail())
    public_id = world.reply(1).public_id
    refuse(public_id, now=world.clock.now())
    return public_id


def act(
    world: World, verb: Verb, public_id: str, recipient: str = ANN, by: Actor | None = None
) -> ArticleRef:
    with session.transaction() as db:
        return verb(db, by or world.ours.staff, public_id, recipient, now=world.clock.now())


def raw(world: World, public_id: str) -> str:
    with session.reading() as db:
        return get_raw(db, Sight(world.ours.account_id), public_id)[0]


def newest(world: World) -> dict[str, Any]:
    event = world.detail(1).events[-1]
    return {"kind": event.kind, "by": event.by, **event.data}


def test_the_same_mail_is_owed_again_and_the_timeline_says_by_whom(world: World, failed: str) -> None:
    before = raw(world, failed), world.detail(1).articles[-1].message_id
    assert act(world, failures.resend, failed) == ArticleRef(1, failed)
    article = world.detail(1).articles[-1]
    assert [delivery.state for delivery in article.deliveries] == ["queued"]
    assert (raw(world, failed), article.message_id) == before
    assert newest(world) == {"kind": "resent", "by": "sam-ours", "recipient": ANN}


def test_it_is_sent_again_once(world: World, failed: str) -> None:
    act(world, failures.resend, failed)
    with pytest.raises(Conflict):
        act(world, failures.resend, failed)


def test_a_dismissed_one_stays_failed_in_its_ticket(world: World, failed: str) -> None:
    act(world, failures.dismiss, failed)
    (delivery,) = world.detail(1).articles[-1].deliveries
    assert (delivery.state, delivery.settled) == ("failed", "dismissed")
    assert newest(world)["kind"] == "failure_dismissed"
    with pytest.raises(Conflict):
        act(world, failures.dismiss, failed)


@pytest.mark.parametrize("verb", [failures.resend, failures.dismiss])
def test_a_stranger_finds_none_of_it(world: World, failed: str, verb: Verb) -> None:
    with pytest.raises(NotFound):
        act(world, verb, failed, by=world.stranger.staff)
    with pytest.raises(NotFound):
        act(world, verb, "nothing")


@pytest.mark.parametrize("verb", [failures.resend, failures.dismiss])
def test_somebody_who_got_it_is_no_failure(world: World, failed: str, verb: Verb) -> None:
    with pytest.raises(Conflict):
        act(world, verb, failed, "else@acme.example")


def test_who_has_not_confirmed_their_address_sends_nothing_again(world: World, failed: str) -> None:
    unconfirmed = replace(world.ours.staff, is_confirmed=False)
    with pytest.raises(Denied):
        act(world, failures.resend, failed, by=unconfirmed)
    act(world, failures.dismiss, failed, by=unconfirmed)
