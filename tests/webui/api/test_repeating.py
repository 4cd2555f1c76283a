from collections.abc import Iterator

import pytest
from flask import Flask

from gateway.errors import Conflict, Invalid
from gateway.store import idempotency
from gateway.store.session import transaction
from tests.webui.cast import World
from webui.api import repeating
from webui.api.inputs import ContactIn

BODY = ContactIn(address="a@b.example")


@pytest.fixture
def asking(app: Flask, world: World) -> Iterator[None]:
    with app.test_request_context("/api/v1/x", headers={"Idempotency-Key": "k"}):
        yield


def work(world: World, made: str, body: ContactIn = BODY) -> str:
    with repeating.once(world.ours.actor, body) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                idempotency.complete(db, held, made)
        return repeating.made_before(held) or made


def test_without_a_key_everything_is_done_each_time(app: Flask, world: World) -> None:
    with app.test_request_context("/api/v1/x"):
        assert (work(world, "first"), work(world, "second")) == ("first", "second")


def test_with_a_key_the_first_result_stands(asking: None, world: World) -> None:
    assert (work(world, "first"), work(world, "second")) == ("first", "first")


def test_another_body_under_the_key_is_refused(asking: None, world: World) -> None:
    work(world, "first")
    with pytest.raises(Invalid):
        work(world, "second", ContactIn(address="c@d.example"))


def test_while_the_first_is_at_work_the_second_waits(asking: None, world: World) -> None:
    with repeating.once(world.ours.actor, BODY), pytest.raises(Conflict):
        work(world, "second")


def test_a_failure_gives_the_key_free(asking: None, world: World) -> None:
    with pytest.raises(ValueError, match="broken"), repeating.once(world.ours.actor, BODY):
        raise ValueError("broken")
    assert work(world, "second") == "second"


def test_each_account_has_keys_of_its_own(asking: None, world: World) -> None:
    work(world, "first")
    with repeating.once(world.stranger.actor, BODY) as held:
        assert repeating.made_before(held) == ""


@pytest.mark.parametrize(("length", "is_taken"), [(0, False), (1, True), (255, True), (256, False)])
def test_a_key_has_a_length(app: Flask, world: World, length: int, *, is_taken: bool) -> None:
    with app.test_request_context("/api/v1/x", headers={"Idempotency-Key": "k" * length}):
        if is_taken:
            assert work(world, "made") == "made"
        else:
            with pytest.raises(Invalid):
                work(world, "made")
