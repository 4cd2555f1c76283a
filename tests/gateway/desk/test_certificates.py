"""Certificates that could not be sent: the account's for whoever erases there, those of ended ones for us."""

import pytest

from gateway.desk import certificates, operating
from gateway.errors import Denied, NotFound
from gateway.rules.access import Actor
from gateway.rules.retry import Failed
from gateway.store import farewells, session
from tests.world import ANN, NOON, World


def fail(erasure: str, account_id: int | None = None) -> None:
    with session.transaction() as db:
        key = farewells.owe(db, erasure, recipient=ANN, locale="en", account_id=account_id, now=NOON)
        owed = farewells.claim(db, key, now=NOON)
        assert owed is not None
        farewells.record(db, owed, Failed("550 no"), done_at=NOON, now=NOON, jitter=0.0)


def seen(by: Actor | None, *, is_ended: bool = False) -> list[str]:
    with session.reading() as db:
        return [one.erasure for one in certificates.list_unsent(db, by, is_ended=is_ended)]


def test_each_account_sees_its_own_and_the_operator_those_of_ended_ones(world: World) -> None:
    fail("e1", world.ours.account_id)
    fail("e2", world.stranger.account_id)
    fail("e3")
    with session.transaction() as db:
        operating.appoint(db, "ours", now=NOON)
    assert seen(world.ours.owner) == ["e1"]
    assert seen(world.stranger.owner) == ["e2"]
    assert seen(None, is_ended=True) == seen(world.ours.owner, is_ended=True) == ["e3"]
    with pytest.raises(NotFound):
        seen(world.stranger.owner, is_ended=True)
    for by in (world.ours.staff, None):
        with pytest.raises(Denied):
            seen(by)


def test_one_is_sent_again_or_given_up_by_whose_it_is(world: World) -> None:
    for erasure, account_id in (("e1", 1), ("e2", 1), ("e3", None), ("e4", None)):
        fail(erasure, account_id)
    by = world.ours.owner
    with session.transaction() as db:
        for foreign in (world.stranger.owner, None):
            for act in (certificates.send_again, certificates.give_up):
                with pytest.raises(NotFound):
                    act(db, foreign, "e1", is_ended=foreign is None, now=NOON)
        certificates.send_again(db, by, "e1", now=NOON)
        certificates.give_up(db, by, "e2", now=NOON)
        certificates.send_again(db, None, "e3", is_ended=True, now=NOON)
    assert (seen(by), seen(None, is_ended=True)) == ([], ["e4"])
