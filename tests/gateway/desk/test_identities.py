"""Whose identity is whose: linked by its person, one here and one there."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.desk import identities
from gateway.desk.identities import Holder, Linked
from gateway.desk.openid.tokens import Identity
from gateway.errors import Conflict, Denied, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Staff
from tests.world import NOON, World

ISSUER = "https://id.example"
ANN = Identity(ISSUER, "ann", used_factor=False)
BOB = Identity(ISSUER, "bob", used_factor=True)
ELSEWHERE = Identity("https://other.example", "ann", used_factor=False)


def link(by: Actor, identity: Identity = ANN) -> None:
    with session.transaction() as db:
        identities.link(db, by, identity, now=NOON)


def come_in(identity: Identity) -> Holder | None:
    with session.transaction() as db:
        return identities.come_in(db, identity, now=NOON + timedelta(hours=1))


def own(by: Actor, issuer: str = ISSUER) -> Linked | None:
    with session.reading() as db:
        return identities.find_own(db, by, issuer)


def test_who_is_linked_comes_in_and_nobody_else(world: World) -> None:
    by = world.ours.staff
    assert (own(by), come_in(ANN)) == (None, None)
    link(by)
    assert own(by) == Linked(NOON, None)
    found = come_in(ANN)
    assert (found.staff_id if found else None) == by.staff_id
    assert own(by) == Linked(NOON, NOON + timedelta(hours=1))
    assert [come_in(one) for one in (BOB, ELSEWHERE)] == [None, None]
    assert own(world.ours.owner) is own(world.stranger.owner) is own(by, ELSEWHERE.issuer) is None


def test_an_identity_is_one_persons_in_the_whole_installation(world: World) -> None:
    link(world.ours.staff)
    for other in (world.ours.owner, world.stranger.owner):
        with pytest.raises(Conflict):
            link(other)
    found = come_in(ANN)
    assert (found.staff_id if found else None) == world.ours.staff.staff_id


def test_a_person_has_one_at_a_provider(world: World) -> None:
    link(world.ours.staff)
    link(world.ours.staff)  # again, as who does not know that they were
    with pytest.raises(Conflict):
        link(world.ours.staff, BOB)
    link(world.ours.staff, ELSEWHERE)
    assert (come_in(BOB), come_in(ELSEWHERE)) == (None, come_in(ANN))


def test_who_is_unlinked_comes_in_no_more(world: World) -> None:
    link(world.ours.staff)
    link(world.stranger.owner, BOB)
    with session.transaction() as db:
        identities.unlink(db, world.ours.staff, ISSUER, now=NOON)
    assert (come_in(ANN), own(world.ours.staff)) == (None, None)
    assert come_in(BOB) is not None
    with pytest.raises(NotFound), session.transaction() as db:
        identities.unlink(db, world.ours.staff, ISSUER, now=NOON)


def test_whoever_works_here_no_more_stays_outside(world: World) -> None:
    link(world.ours.staff)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == world.ours.staff.staff_id).values(deactivated_at=NOON))
    assert come_in(ANN) is None


def test_a_token_is_nobody_to_be_linked(world: World) -> None:
    with pytest.raises(Denied):
        link(Actor(world.ours.account_id, Role.OWNER))
