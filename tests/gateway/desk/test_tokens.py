"""API tokens: shown once, hashed at rest, worth nothing once revoked."""

import pytest
from sqlalchemy import select

from gateway.desk import tokens
from gateway.errors import Conflict, NotFound, Unauthenticated
from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import ApiToken
from tests.world import NOON, Business, World


def create(business: Business, label: str = " sync ") -> str:
    with session.transaction() as db:
        return tokens.create(db, business.account_id, label=label, now=NOON)


def public_id(business: Business) -> str:
    with session.reading() as db:
        return tokens.list_tokens(db, business.account_id)[0].public_id


def test_a_token_speaks_for_its_account_at_once(world: World) -> None:
    secret = create(world.ours)
    with session.reading() as db:
        actor = tokens.authenticate(db, secret)
        assert db.execute(select(ApiToken.token_hash)).scalar_one() not in secret
    assert (actor.account_id, actor.role, actor.staff_id) == (world.ours.account_id, Role.TOKEN, None)
    assert actor.name == "sync"


def test_no_other_text_is_a_token(world: World) -> None:
    secret = create(world.ours)
    with session.reading() as db:
        for wrong in ("", secret[:-1], secret.upper(), f"{secret} "):
            with pytest.raises(Unauthenticated):
                tokens.authenticate(db, wrong)


def test_a_revoked_one_is_worth_nothing_and_still_listed(world: World) -> None:
    secret = create(world.ours)
    wanted = public_id(world.ours)
    for _ in range(2):
        with session.transaction() as db:
            tokens.revoke(db, world.ours.account_id, wanted, now=NOON)
    with session.reading() as db, pytest.raises(Unauthenticated):
        tokens.authenticate(db, secret)
    with session.reading() as db:
        (view,) = tokens.list_tokens(db, world.ours.account_id)
    assert (view.label, view.revoked_at) == ("sync", NOON)


def test_a_stranger_neither_sees_nor_revokes_it(world: World) -> None:
    create(world.ours)
    wanted = public_id(world.ours)
    with session.transaction() as db:
        assert tokens.list_tokens(db, world.stranger.account_id) == ()
        with pytest.raises(NotFound):
            tokens.revoke(db, world.stranger.account_id, wanted, now=NOON)


def test_an_account_has_so_many_that_work_and_no_more(world: World) -> None:
    for _ in range(tokens.MAX_TOKENS):
        create(world.ours)
    with pytest.raises(Conflict):
        create(world.ours)
    create(world.stranger)
    oldest = public_id(world.ours)
    with session.transaction() as db:
        tokens.revoke(db, world.ours.account_id, oldest, now=NOON)
    create(world.ours)
