"""How the installation is, in words."""

from datetime import timedelta

import pytest
from flask import Flask

from gateway import clock
from gateway.settings import Settings, load
from gateway.store import outbox, session
from gateway.store.outbox import Topic
from tests.webui.cast import World
from webui import office
from webui.app import create_app
from webui.operating import health


def parts(app: Flask) -> dict[str, tuple[bool, str]]:
    with app.test_request_context("/operator"):
        return {one.name: (one.is_well, one.words) for one in health.parts()}


def test_each_part_says_how_it_is(app: Flask, world: World) -> None:
    """No queue is there in these tests."""
    found = parts(app)
    assert found["Database"] == (True, "it answers")
    assert found["Queue"] == (False, "it does not answer")
    assert found["Storage of mails and files"][1].endswith("are free")
    assert found["Mail in"][1] == "1 offered, 0 not filed yet, 0 in quarantine, 0 refused"
    assert found["Mail out"] == (True, "0 sent, 0 waiting, 0 held back, 0 not delivered")
    assert found["Workers"][0]


def test_work_that_waits_long_is_told(app: Flask, world: World) -> None:
    with session.transaction() as db:
        outbox.put(db, Topic.DELIVER, 1, now=clock.now() - timedelta(minutes=20))
    is_well, words = parts(app)["Workers"]
    assert (is_well, ", the oldest for " in words) == (False, True)


def test_without_a_database_the_rest_is_told_all_the_same(app: Flask, settings: Settings) -> None:
    session.configure("postgresql://nobody@127.0.0.1:1/none")
    found = parts(app)
    assert found["Database"] == (False, "it does not answer")
    assert "Mail in" not in found


@pytest.mark.parametrize(
    ("policy", "word"), [("open", "Anybody"), ("invitation", "was invited"), ("closed", "Nobody")]
)
def test_who_may_begin_an_account_is_said(settings: Settings, policy: str, word: str) -> None:
    made = create_app(load(data_dir=settings.data_dir, public_sign_up=policy))
    assert office.of(made).settings.public_sign_up.value == policy
    with made.test_request_context("/operator"):
        assert word in health.sign_up_words()
