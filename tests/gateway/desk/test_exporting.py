"""Who may ask for an export of what, and have it."""

import pytest

from gateway.desk import auditing, exporting
from gateway.errors import Denied, NotFound
from gateway.rules.access import Actor, Reach, Role
from gateway.rules.exporting import Scope
from gateway.store import session
from tests.admitting import add_person
from tests.exporting import ask, make
from tests.world import NOON, World


def admin(world: World) -> Actor:
    return Actor(world.ours.account_id, Role.ADMIN, add_person(world.ours.account_id, Role.ADMIN), "Ada")


def test_the_owner_alone_takes_the_account_along(world: World) -> None:
    ask(world, world.ours.owner)
    token = Actor(world.ours.account_id, Role.TOKEN)
    for by in (admin(world), world.ours.staff, token):
        assert not exporting.may_ask(by, Scope.ACCOUNT)
        with pytest.raises(Denied):
            ask(world, by)


def test_owner_and_admins_who_see_all_take_a_customer_along(world: World) -> None:
    by = admin(world)
    ask(world, by, Scope.CUSTOMER, world.ours.customer)
    limited = Actor(by.account_id, Role.ADMIN, by.staff_id, reach=Reach())
    for other in (world.ours.staff, limited, Actor(world.ours.account_id, Role.TOKEN)):
        with pytest.raises(Denied):
            ask(world, other, Scope.CUSTOMER, world.ours.customer)


def test_nobody_takes_along_who_is_not_theirs(world: World) -> None:
    for scope, subject in ((Scope.CUSTOMER, world.stranger.customer), (Scope.CONTACT, "nobody")):
        with pytest.raises(NotFound):
            ask(world, world.ours.owner, scope, subject)


def test_it_is_had_once_it_is_ready_by_whoever_asked_and_still_may(world: World) -> None:
    by = admin(world)
    key, public_id = ask(world, by, Scope.CUSTOMER, world.ours.customer)
    with session.transaction() as db, pytest.raises(NotFound):
        exporting.give(db, by, public_id, now=NOON)
    make(world, key)
    with session.transaction() as db:
        assert exporting.give(db, by, public_id, now=NOON).scope is Scope.CUSTOMER
        assert exporting.names_of(db, by, exporting.list_exports(db, by, now=NOON)) == {
            world.ours.customer: "Acme"
        }
        with pytest.raises(NotFound):
            exporting.give(db, world.ours.owner, public_id, now=NOON)
        demoted = Actor(by.account_id, Role.STAFF, by.staff_id)
        for refused in (exporting.give, exporting.remove):
            with pytest.raises(Denied):
                refused(db, demoted, public_id, now=NOON)


def test_each_step_stands_in_the_audit_log(world: World) -> None:
    by = world.ours.owner
    key, public_id = ask(world, by, Scope.CUSTOMER, world.ours.customer, with_notes=True)
    make(world, key)
    with session.transaction() as db:
        exporting.give(db, by, public_id, now=NOON)
        exporting.remove(db, by, public_id, now=NOON)
    with session.reading() as db:
        entries = auditing.list_entries(db, by, limit=3)
        assert exporting.list_exports(db, by, now=NOON) == []
    told = [(one.kind, one.subject.id, dict(one.facts)) for one in entries]
    assert told == [
        ("export_removed", world.ours.customer, {}),
        ("export_downloaded", world.ours.customer, {}),
        ("export_asked", world.ours.customer, {"notes": True}),
    ]
