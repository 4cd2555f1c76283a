"""The rows of installed systems: each step happens once, and only where it still may."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from gateway.rules.remote import Scope
from gateway.rules.systems import ENROL_LASTS
from gateway.store import expiring, session, systems
from gateway.store.models import Account, Customer, RemoteEnrolCode, RemoteSystem
from gateway.store.queries import systems as queries
from gateway.store.systems import NewSystem
from tests.remotes import RELAY
from tests.world import NOON, World


@pytest.fixture
def customer_id(world: World) -> int:
    """The row of our customer."""
    with session.reading() as db:
        mine = Customer.account_id == world.ours.account_id
        return db.execute(select(Customer.id).where(mine)).scalar_one()


@pytest.fixture
def public_id(world: World, customer_id: int) -> str:
    """A system of it."""
    new = NewSystem(world.ours.account_id, customer_id, "Server", "Linux", b"s" * 32, b"b" * 32)
    with session.transaction() as db:
        return systems.put(db, new, now=NOON)


def row(public_id: str) -> RemoteSystem:
    with session.reading() as db:
        found = db.execute(select(RemoteSystem).where(RemoteSystem.public_id == public_id)).scalar_one()
        db.expunge(found)
        return found


def test_a_code_is_taken_once_and_in_time(world: World, customer_id: int) -> None:
    account_id = world.ours.account_id
    with session.transaction() as db:
        until = systems.put_code(db, account_id, customer_id, "h" * 64, now=NOON)
        assert until == NOON + ENROL_LASTS
        assert systems.take_code(db, "h" * 64, now=until) is None
        assert systems.take_code(db, "o" * 64, now=NOON) is None
        assert systems.take_code(db, "h" * 64, now=NOON) == (account_id, customer_id)
        assert systems.take_code(db, "h" * 64, now=NOON) is None


def test_codes_that_nobody_used_are_forgotten(world: World, customer_id: int) -> None:
    with session.transaction() as db:
        systems.put_code(db, world.ours.account_id, customer_id, "h" * 64, now=NOON)
        assert expiring.forget_expired(db, now=NOON + ENROL_LASTS) == 1
        assert db.execute(select(func.count()).select_from(RemoteEnrolCode)).scalar_one() == 0


def test_a_code_is_kept_by_the_installation_s_key() -> None:
    assert systems.hash_of_code(b"one", "AAAA") != systems.hash_of_code(b"two", "AAAA")
    assert len(systems.hash_of_code(b"one", "AAAA")) == 64


def test_the_last_relay_has_it(world: World, public_id: str) -> None:
    key, later = row(public_id).id, NOON + timedelta(minutes=1)
    with session.transaction() as db:
        assert systems.come(db, key, relay_url="wss://old.example", unattended=[Scope.VIEW], now=NOON)
        assert systems.come(db, key, relay_url=RELAY, unattended=[], now=later) == world.ours.account_id
        assert systems.leave(db, key, relay_url="wss://old.example", now=later) is None
        systems.still_here(db, [key], relay_url="wss://old.example", now=later + timedelta(minutes=1))
    assert (row(public_id).relay_url, row(public_id).seen_at, row(public_id).unattended) == (RELAY, later, [])
    with session.transaction() as db:
        assert systems.leave(db, key, relay_url=RELAY, now=later) == world.ours.account_id
    assert row(public_id).relay_url is None


def test_what_was_removed_is_neither_there_nor_changed(world: World, public_id: str) -> None:
    account_id, key = world.ours.account_id, row(public_id).id
    with session.transaction() as db:
        assert not systems.rename(db, world.stranger.account_id, public_id, "Theirs")
        assert systems.remove(db, world.stranger.account_id, public_id, now=NOON) is None
        assert systems.remove(db, account_id, public_id, now=NOON) == key
        assert systems.remove(db, account_id, public_id, now=NOON) is None
        assert not systems.rename(db, account_id, public_id, "Other")
        assert systems.come(db, key, relay_url=RELAY, unattended=[], now=NOON) is None
        assert queries.present(db, [key]) == frozenset()


def test_a_system_outlasts_its_customer_without_a_name_and_goes_with_the_account(
    world: World, customer_id: int, public_id: str
) -> None:
    with session.transaction() as db:
        systems.remove_of_customer(db, world.ours.account_id, customer_id, now=NOON)
        db.execute(delete(Customer).where(Customer.id == customer_id))
    assert (row(public_id).name, row(public_id).customer_id, row(public_id).removed_at) == ("", None, NOON)
    with session.transaction() as db:
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
        assert db.execute(select(func.count()).select_from(RemoteSystem)).scalar_one() == 0
